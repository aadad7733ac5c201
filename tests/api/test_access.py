"""Who may call what: every route, every role, every organisation."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from cco.api.app import bare_app
from cco.api.deps import Guarded, guards
from cco.core.role import Role
from cco.store.api_tokens import ApiTokens
from cco.store.identity import Identity
from cco.store.jobs import Jobs
from cco.store.loads import Loads
from cco.store.orgs import Orgs
from cco.store.resources import Resources
from tests.api.people import Server, loaded

PUBLIC = {
    "GET /api/v1/auth/state",
    "POST /api/v1/auth/link",
    "POST /api/v1/auth/link/look",
    "POST /api/v1/auth/refresh",
    "POST /api/v1/auth/sign-in",
    "POST /api/v1/auth/sign-out",
    "GET /api/v1/health/live",
    "GET /api/v1/health/ready",
    "GET /metrics",
    "GET /{path:path}",
}
ANALYST = {
    "GET /api/v1/costs/breakdown/export",
    "GET /api/v1/costs/charges/export",
    "GET /api/v1/tokens",
    "POST /api/v1/tokens",
    "DELETE /api/v1/tokens/{token_id}",
    "POST /api/v1/jobs/{job_id}/cancel",
    "POST /api/v1/sources/{source_id}/poll",
    "POST /api/v1/sources/{source_id}/test",
    "POST /api/v1/uploads",
}
VIEWER_WRITES = {
    "POST /api/v1/auth/switch",
    "PATCH /api/v1/users/me",
    "POST /api/v1/users/me/password",
}
ADMIN_READS = {"GET /api/v1/users", "GET /api/v1/orgs/me/audit"}

GUARDED = [guard for guard in guards(bare_app()) if guard.role is not None]
NOBODY = "019ab1f0-c7be-7d3c-9d2f-5f6e2b1a0c44"


def name(guard: Guarded) -> str:
    return f"{guard.methods[0]} {guard.path}"


def call(client: httpx.Client, guard: Guarded, ids: dict[str, str] | None = None) -> httpx.Response:
    """Calls a route with an empty body; its streams are cut after the head."""
    path = re.sub(r"\{(\w+)\}", lambda found: (ids or {}).get(found[1], NOBODY), guard.path)
    path = path.removeprefix("/api/v1")
    with client.stream(
        guard.methods[0], path, params={"confirm": "x"} if "DELETE" in guard.methods else None
    ) as answer:
        if "event-stream" not in answer.headers.get("content-type", ""):
            answer.read()
        return answer


def test_every_route_says_who_may_call_it() -> None:
    assert all(guard.declared for guard in guards(bare_app()))
    assert all(len(guard.methods) == 1 for guard in guards(bare_app()))


def test_routes_ask_for_the_roles_that_people_were_promised() -> None:
    told = {name(guard): guard.role for guard in guards(bare_app())}
    expected: dict[str, Role | None] = {}
    for route in told:
        if route in PUBLIC:
            expected[route] = None
        elif route in ANALYST:
            expected[route] = Role.ANALYST
        elif route in VIEWER_WRITES or (route.startswith("GET ") and route not in ADMIN_READS):
            expected[route] = Role.VIEWER
        else:
            expected[route] = Role.ADMIN
    assert told == expected
    assert set(told) >= PUBLIC | ANALYST | VIEWER_WRITES | ADMIN_READS


def test_nobody_gets_past_the_door(server: Server) -> None:
    client = server.client()
    for guard in GUARDED:
        answer = call(client, guard)
        assert answer.status_code == 401, name(guard)
        assert answer.json()["code"] == "not-authenticated", name(guard)
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("role", list(Role))
def test_each_role_may_call_what_it_covers_and_nothing_more(server: Server, role: Role) -> None:
    client = server.as_(role)
    for guard in GUARDED:
        assert guard.role is not None
        answer = call(client, guard)
        refused = answer.status_code == 403 and answer.json()["code"] == "role-missing"
        assert refused is not role.covers(guard.role), f"{name(guard)} as {role}: {answer.status_code}"
        assert answer.status_code not in (401, 500), f"{name(guard)}: {answer.text}"


def test_one_organisation_never_sees_another(server: Server, home: Path) -> None:
    marker = "zebra7431"
    stranger = server.as_(Role.ADMIN)
    admin = server.member(f"{marker}@example.com", Role.ADMIN, "other")
    org = admin.org
    source_id = loaded(server, org.id, home.parent / "elsewhere" / marker, marker)
    with server.wiring.database.transaction() as session:
        identity = Identity(session, server.clock)
        token, _ = ApiTokens(session, server.clock).make(admin, marker, Role.ADMIN, None)
        invite, _ = identity.invite(admin, f"guest.{marker}@example.com", Role.VIEWER)
        job = Jobs(session).enqueue(org.id, "poll", {"source_id": source_id, "note": marker}, key=marker)
        load = Loads(session).page(org.id, limit=1)[0]
        Orgs(session).change(org.id, name=f"Org {marker}")
        resource = next(iter(Resources(session).named(org.id, [("AWS", f"i-{marker}-0")]).values()))
    ids: dict[str, str] = {
        "source_id": source_id,
        "token_id": token.id,
        "invite_id": invite.id,
        "job_id": job.id,
        "load_id": load.id,
        "user_id": admin.user.id,
        "resource_id": resource.id,
        "id": resource.id,
        "name": "SubAccountId",
    }
    owner = server.client(server.token(admin))
    shown_to_owner = 0
    for guard in GUARDED:
        parameters = re.findall(r"\{(\w+)\}", guard.path)
        assert set(parameters) <= set(ids), f"{name(guard)}: say here what another organisation's would be"
        if guard.methods[0] == "GET":
            shown_to_owner += marker in call(owner, guard, ids).text if "events" not in guard.path else 0
        answer = call(stranger, guard, ids)
        if "event-stream" not in answer.headers.get("content-type", ""):
            assert marker not in answer.text, name(guard)
        if [one for one in parameters if one != "name"]:
            assert answer.status_code in (404, 422), f"{name(guard)}: {answer.status_code} {answer.text}"
            if answer.status_code == 422:
                assert {"PATCH", "POST"} & set(guard.methods), name(guard)
    assert shown_to_owner > 10  # the owner does see it: the walk looks where there is something
    with server.wiring.database.transaction() as session:
        assert Jobs(session).get(org.id, job.id).state == "queued"
        assert len(Identity(session, server.clock).invites(org.id)) == 1
    assert server.wiring.lake.files(org.id)


def test_strangers_filters_do_not_reach_over(server: Server, home: Path) -> None:
    other = server.member("bo@example.com", Role.ADMIN, "other").org
    source_id = loaded(server, other.id, home.parent / "elsewhere", "quagga")
    stranger = server.as_(Role.VIEWER)
    window = {"start": "2026-10-01", "end": "2026-11-01"}
    for route in ("costs/charges", "costs/summary", "costs/breakdown", "resources"):
        answer = stranger.get(f"/{route}", params={**window, "filter": f"source_id=in={source_id}"})
        assert answer.status_code == 200, answer.text
        assert "quagga" not in answer.text
        assert "1.5" not in answer.text


def body(**values: Any) -> dict[str, Any]:
    return values


def test_changes_with_valid_bodies_do_not_reach_over(server: Server, home: Path) -> None:
    other = server.member("bo@example.com", Role.ADMIN, "other")
    source_id = loaded(server, other.org.id, home.parent / "elsewhere", "okapi")
    stranger = server.as_(Role.ADMIN)
    for method, path, sent in (
        ("PATCH", f"/sources/{source_id}", body(name="mine now")),
        ("POST", f"/sources/{source_id}/poll", None),
        ("PATCH", f"/users/{other.user.id}", body(role="viewer")),
        ("PATCH", f"/users/{other.user.id}", body(disabled=True)),
        ("POST", f"/users/{other.user.id}/link", None),
        ("POST", "/auth/switch", body(org_id=other.org.id)),
    ):
        answer = stranger.request(method, path, json=sent)
        assert answer.status_code in (403, 404), f"{method} {path}: {answer.text}"
    assert server.wiring.lake.files(other.org.id)


def test_caller_is_slowed_down_beyond_the_pace(serve: Any, settings: Any) -> None:
    server = serve(settings.model_copy(update={"requests_per_minute": 20}))
    client = server.as_(Role.VIEWER)
    other = server.as_(Role.VIEWER)
    codes = [client.get("/users/me").status_code for _ in range(25)]
    assert codes[:20] == [200] * 20
    answer = client.get("/users/me")
    assert (answer.status_code, answer.json()["code"]) == (429, "too-many")
    assert int(answer.headers["retry-after"]) >= 1
    assert other.get("/users/me").status_code == 200
