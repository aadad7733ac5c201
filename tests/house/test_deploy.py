"""The development stores are for this machine alone, and say when they are ready."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

COMPOSE: dict[str, Any] = yaml.safe_load((Path(__file__).parents[2] / "deploy" / "compose.yaml").read_text())


@pytest.mark.parametrize("service", COMPOSE["services"])
def test_a_development_store_is_closed_to_others_and_has_a_health_check(service: str) -> None:
    told = COMPOSE["services"][service]
    assert told["ports"]
    assert all(port.startswith("127.0.0.1:") for port in told["ports"])
    assert told["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")
    assert ":" in told["image"], "an image without a version changes by itself"


def test_stores_are_the_ones_the_product_can_use() -> None:
    assert set(COMPOSE["services"]) == {"postgres", "redis"}
    assert set(COMPOSE["volumes"]) == {"postgres"}
