"""How failures look, and what every answer carries."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from cco import logs
from cco.api.app import bare_app, create_app
from cco.api.errors import EXAMPLES, MEDIA
from cco.api.openapi import document
from cco.api.schemas.base import Problem
from cco.core.errors import Unavailable
from cco.core.role import Role
from cco.settings import Settings
from cco.wiring import Wiring
from tests.api.people import Server


def problem(answer: httpx.Response) -> Problem:
    assert answer.headers["content-type"] == MEDIA
    found = Problem.model_validate_json(answer.text)
    assert found.status == answer.status_code
    assert found.correlation_id == answer.headers["x-correlation-id"]
    assert found.type == f"urn:cco:{found.code}"
    return found


def test_problems_of_each_kind(server: Server) -> None:
    viewer, admin = server.as_(Role.VIEWER), server.as_(Role.ADMIN)
    assert problem(server.client().get("/orgs/me")).status == 401
    assert problem(viewer.get("/users")).status == 403
    assert problem(viewer.get("/nothing/here")).status == 404
    assert problem(viewer.get("/jobs/019ab1f0-c7be-7d3c-9d2f-5f6e2b1a0c44")).status == 404
    assert problem(viewer.put("/jobs")).status == 405
    assert problem(admin.post("/users/invites", content=b"x" * 2_000_000)).status == 413
    assert (
        problem(admin.put("/orgs/me/rates", content=b"{}", headers={"Content-Type": "image/png"})).status
        == 415
    )


def test_invalid_values_are_named(server: Server) -> None:
    admin = server.as_(Role.ADMIN)
    found = problem(admin.get("/loads", params={"limit": 100_000, "status": "lost"}))
    assert (found.status, found.code) == (422, "invalid-input")
    assert {field.place for field in found.fields} == {"query.limit", "query.status"}
    found = problem(admin.post("/users/invites", json={"email": "a@example.com", "rôle": "admin"}))
    assert {field.place for field in found.fields} == {"body.role", "body.rôle"}
    found = problem(admin.post("/users/invites", content=b"{", headers={"Content-Type": "application/json"}))
    assert found.code == "bad-json"


def test_nul_in_an_address_is_refused_before_any_store_sees_it(server: Server) -> None:
    viewer = server.as_(Role.VIEWER)
    assert problem(viewer.get("/resources?search=a%00b")).status == 422
    assert httpx.get(f"{server.url}/a%00b").status_code == 422
    answer = server.client().post("/auth/sign-in", json={"email": "a\x00@example.com", "password": "x"})
    assert problem(answer).status == 422


def test_invalid_password_is_not_echoed(server: Server) -> None:
    secret = "x" * 2_000
    answer = server.client().post("/auth/sign-in", json={"email": "a@example.com", "password": secret})
    assert answer.status_code == 422
    assert "xxxx" not in answer.text


def test_what_nobody_foresaw_leaks_nothing(
    serve: Callable[[Settings], Server], settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(settings)
    viewer = server.as_(Role.VIEWER)
    server.wiring.lake.snapshot = _break  # type: ignore[method-assign]
    with caplog.at_level(logging.ERROR):
        answer = viewer.get("/orgs/me")
    found = problem(answer)
    assert (found.status, found.code) == (500, "internal")
    assert "dragons" not in answer.text
    assert "Traceback" not in answer.text


def _break() -> Any:
    raise RuntimeError("here be dragons")


def test_database_that_is_gone_is_unavailable(server: Server) -> None:
    viewer = server.as_(Role.VIEWER)
    server.wiring.database.transaction = _gone  # type: ignore[method-assign]
    found = problem(viewer.get("/orgs/me"))
    assert (found.status, found.code) == (503, "database-unavailable")
    ready = server.client().get("/health/ready")
    assert ready.status_code == 503


def _gone() -> Any:
    raise Unavailable("The database does not answer.", remedy="Try again.", code="database-unavailable")


def test_correlation_id_is_taken_over_and_handed_on(server: Server) -> None:
    analyst = server.as_(Role.ANALYST)
    own = analyst.get("/users/me", headers={"X-Correlation-Id": "trace-7.1"})
    assert own.headers["x-correlation-id"] == "trace-7.1"
    made = analyst.get("/users/me", headers={"X-Correlation-Id": "evil\tvalue" * 20})
    assert len(made.headers["x-correlation-id"]) == 32
    job = analyst.post(
        "/uploads", files={"file": ("a.csv", b"x")}, headers={"X-Correlation-Id": "trace-8"}
    ).json()
    assert job["correlation_id"] == "trace-8"


def test_security_headers_are_everywhere(server: Server) -> None:
    for address in ("/api/v1/health/live", "/api/v1/orgs/me", "/", "/api/v1/nothing"):
        headers = httpx.get(f"{server.url}{address}").headers
        policy = headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "same-origin"
        assert "server" not in headers or "uvicorn" in headers["server"]
        if address.startswith("/api/"):
            assert headers["cache-control"] == "no-store"


def test_long_json_is_packed_and_short_is_not(server: Server) -> None:
    long = server.client().get("/openapi.json")
    assert long.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in server.client().get("/health/live").headers


def test_logs_tell_the_request_and_no_secret(server: Server) -> None:
    told = io.StringIO()
    logs.configure("json", "info", told)
    viewer = server.as_(Role.VIEWER)
    secret = viewer.headers["Authorization"].removeprefix("Bearer ")
    answer = viewer.get("/loads", params={"cursor": "s3cr3t", "limit": 3})
    # The client of this test logs too, addresses and all.
    ours = [line for line in told.getvalue().splitlines() if "httpx" not in line and "httpcore" not in line]
    lines = [json.loads(line) for line in ours]
    line = next(line for line in lines if line.get("route") == "/api/v1/loads")
    assert (line["message"], line["method"], line["status"]) == ("request", "GET", 422)
    assert line["correlation_id"] == answer.headers["x-correlation-id"]
    assert {"org_id", "actor_id", "ms", "address"} <= set(line)
    assert secret not in "".join(ours)
    assert "s3cr3t" not in "".join(ours)


def test_openapi_names_every_problem_with_an_example() -> None:
    told = bare_app().openapi()
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert operation["description"], where
            answers = operation["responses"]
            assert {"422", "429", "500", "503"} <= set(answers), where
            if operation.get("security"):
                assert {"401", "403"} <= set(answers), where
            if "{" in path and not path.endswith("/values"):
                assert "404" in answers, where
            for status, answer in answers.items():
                if status[0] in "45" and "$ref" in answer:
                    shared = told["components"]["responses"][answer["$ref"].rpartition("/")[2]]
                    assert list(shared["content"]) == [MEDIA], where
                    Problem.model_validate(shared["content"][MEDIA]["example"])
    assert set(EXAMPLES) >= {401, 403, 404, 409, 413, 415, 422, 429, 500, 503}


def test_operations_have_names_of_their_own() -> None:
    operations = [
        operation["operationId"]
        for path in bare_app().openapi()["paths"].values()
        for operation in path.values()
    ]
    assert len(operations) == len(set(operations))


def test_outputs_have_no_defaults() -> None:
    """A generated client knows what is always there."""
    told = bare_app().openapi()
    schemas = told["components"]["schemas"]
    seen: set[str] = set()

    def walk(node: Any) -> None:
        if isinstance(node, dict):
            if (reference := node.get("$ref", "")).startswith("#/components/schemas/"):
                name = reference.rpartition("/")[2]
                if name not in seen:
                    seen.add(name)
                    walk(schemas[name])
            for value in node.values():
                walk(value)
        elif isinstance(node, list):
            for value in node:
                walk(value)

    for operations in told["paths"].values():
        for operation in operations.values():
            walk(operation["responses"])
    assert len(seen) > 40
    inputs = {"SourceSettings"}  # goes both ways
    for name in seen - inputs:
        schema = schemas[name]
        if "properties" in schema:
            assert set(schema.get("required", [])) == set(schema["properties"]), name


def test_openapi_needs_no_database() -> None:
    assert json.loads(document())["info"]["title"] == "Cloud Cost Optimizer"


def test_app_refuses_a_route_that_declares_no_role(wiring: Wiring, monkeypatch: pytest.MonkeyPatch) -> None:
    from fastapi import APIRouter

    from cco.api import app as module

    careless = APIRouter()
    careless.add_api_route("/open-to-all", lambda: None, methods=["GET"])
    monkeypatch.setattr(module, "_OPEN", (careless,))
    with pytest.raises(RuntimeError, match="declare no role: /api/v1/open-to-all"):
        create_app(wiring)
