"""No amount of money leaves the API as a number."""

from __future__ import annotations

import json
import re
from pathlib import Path

CONTRACT = Path(__file__).parents[2] / "web" / "openapi.json"
MONEY = re.compile(r"(^|_)(cost|amount|billed|effective|list|contracted|run_rate|spend|saving)s?$")


def test_costs_are_text_in_every_schema_of_the_api() -> None:
    schemas = json.loads(CONTRACT.read_text())["components"]["schemas"]
    numbers = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, kind in schema.get("properties", {}).items()
        if MONEY.search(field) and '"number"' in json.dumps(kind)
    ]
    assert not numbers
