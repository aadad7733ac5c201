"""Pieces of DuckDB SQL that several mapping tables need."""

from __future__ import annotations

import re
from collections.abc import Mapping


def text(value: str) -> str:
    """A text literal."""
    return "'" + value.replace("'", "''") + "'"


def lookup(name: str, table: Mapping[str, str], key: str) -> str:
    """The table's value for a key, an expression; NULL where the table or the key has none.

    name: what the documentation calls the table (`named`).
    """
    entries = ", ".join(f"{text(k)}: {text(v)}" for k, v in table.items())
    return f"/*{name}*/MAP {{{entries}}}[{key}]"


def named(expression: str) -> str:
    """The expression as a person reads it: a `lookup` shows its table's name, not its contents."""
    return re.sub(r"/\*(\w+)\*/MAP \{.*?\}\[", r"\1[", expression, flags=re.DOTALL)


def prefixed(entries: str, prefix: str) -> str:
    """A map with the prefix before each key."""
    return (
        f"map_from_entries(list_transform(map_entries({entries}), "
        f"lambda e: struct_pack(k := {text(prefix)} || e.key, v := e.value)))"
    )


def origins(entries: str, origin: str) -> str:
    """A map's keys, each with where it came from; `origin` is an expression, in which `k` is the key."""
    return f"map(map_keys({entries}), list_transform(map_keys({entries}), lambda k: {origin}))"


def merged(*maps: str) -> str:
    """Several maps as one; of a key that stands in two, the later one's value holds. NULL where all
    are NULL."""
    return f"map_concat({', '.join(maps)})"
