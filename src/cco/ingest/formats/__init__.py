"""The billing formats we read, one module each, in the order in which ties are decided."""

from cco.ingest.format import Format
from cco.ingest.formats.aws_cur import AWS_CUR_2, AWS_CUR_LEGACY
from cco.ingest.formats.azure_export import AZURE_EXPORT
from cco.ingest.formats.focus import FOCUS
from cco.ingest.formats.gcp_export import GCP_EXPORT

BUILT_IN: tuple[Format, ...] = (FOCUS, AWS_CUR_LEGACY, AWS_CUR_2, AZURE_EXPORT, GCP_EXPORT)
