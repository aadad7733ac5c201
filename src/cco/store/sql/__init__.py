"""Analytic SQL, one file a query. The header of each states its grain, unit and time bound."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files


@cache
def _template(name: str) -> str:
    return (files(__package__) / f"{name}.sql").read_text(encoding="utf-8")


def sql(name: str, **fragments: str) -> str:
    """The query `name`.sql with its ``{{fragments}}`` filled in.

    Fragments are SQL that the caller has composed from names it knows; values are always bound as
    ``$parameters``. A fragment that is missing or left over is an error.
    """
    template = _template(name)
    wanted = set(re.findall(r"\{\{(\w+)\}\}", template))
    if wanted != set(fragments):
        raise KeyError(f"{name}.sql takes {sorted(wanted)}, not {sorted(fragments)}")
    return re.sub(r"\{\{(\w+)\}\}", lambda found: fragments[found[1]], template)
