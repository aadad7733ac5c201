"""The billing formats we read, one module each, in the order in which ties are decided."""

from cco.ingest.format import Format
from cco.ingest.formats.focus import FOCUS

BUILT_IN: tuple[Format, ...] = (FOCUS,)
