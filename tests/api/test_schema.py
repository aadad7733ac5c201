"""Requests that nobody would think of, made from the OpenAPI document."""

from __future__ import annotations

from pathlib import Path

import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from schemathesis import checks
from schemathesis.core.failures import Failure, FailureGroup

from cco.api.app import bare_app
from cco.core.role import Role
from cco.store.orgs import DEFAULT, Orgs
from tests.api.people import Server, loaded

EXAMPLES = 10
OPERATIONS = [
    (method.upper(), path)
    for path, operations in bare_app().openapi()["paths"].items()
    for method in operations
    if not path.endswith("/events")
]


def test_answers_are_as_the_document_says(server: Server, home: Path) -> None:
    with server.wiring.database.transaction() as session:
        org = Orgs(session).ensure(DEFAULT)
    loaded(server, org.id, home.parent / "place", "kiwi")
    admin = server.token(server.member("admin@example.com", Role.ADMIN))
    schema = schemathesis.openapi.from_dict(bare_app().openapi())
    faults: list[str] = []
    for method, path in OPERATIONS:
        operation = schema[path][method]

        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            derandomize=True,
            verbosity=Verbosity.quiet,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def ask(case: schemathesis.Case) -> None:
            case.call_and_validate(
                base_url=server.url,
                headers={"Authorization": f"Bearer {admin}"},
                checks=[
                    checks.not_a_server_error,
                    checks.status_code_conformance,
                    checks.content_type_conformance,
                    checks.response_schema_conformance,
                ],
                timeout=20,
            )

        try:
            ask()
        except (Failure, FailureGroup) as error:
            faults.append(f"{method} {path}: {error}"[:3000])
    assert not faults, "\n\n".join(faults)
    assert len(OPERATIONS) > 40
