"""``python -m cco.api.openapi``: the OpenAPI document on standard output. Needs no database."""

from __future__ import annotations

import json
import sys

from cco.api.app import bare_app


def document() -> str:
    """The document as it is committed beside the dashboard."""
    return json.dumps(bare_app().openapi(), indent=2, ensure_ascii=False, sort_keys=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
