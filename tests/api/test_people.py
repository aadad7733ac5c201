"""Users, tokens, the organisation and its exchange rates."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from cco.api.errors import InvalidFields
from cco.api.routes.orgs import read_rates
from cco.core.errors import InvalidInput
from cco.core.role import Role
from cco.store.orgs import DEMO
from tests.api.people import PASSWORD, Server


@pytest.fixture
def admin(server: Server) -> httpx.Client:
    return session_of(server, "admin@example.com", Role.ADMIN)


def session_of(server: Server, email: str, role: Role) -> httpx.Client:
    server.member(email, role)
    client = server.client()
    answer = client.post("/auth/sign-in", json={"email": email, "password": PASSWORD})
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return client


def accept(server: Server, link: str, **details: str) -> httpx.Response:
    return server.client().post("/auth/link", json={"token": link.partition("#")[2], **details})


def test_invitation_makes_a_member(server: Server, admin: httpx.Client) -> None:
    answer = admin.post("/users/invites", json={"email": "Bob@Example.com", "role": "analyst"})
    assert answer.status_code == 201
    link = answer.json()["link"]
    assert link.startswith(f"{server.url}/link#")
    assert admin.get("/users").json()["invites"][0]["email"] == "bob@example.com"
    assert accept(server, link, name="Bob").json()["code"] == "details-needed"
    session = accept(server, link, name="Bob", password=PASSWORD)
    assert (session.json()["role"], session.json()["user"]["name"]) == ("analyst", "Bob")
    assert accept(server, link, name="Bob", password=PASSWORD).status_code == 401
    told = admin.get("/users").json()
    assert [member["user"]["email"] for member in told["members"]] == ["admin@example.com", "bob@example.com"]
    assert told["invites"] == []
    again = admin.post("/users/invites", json={"email": "bob@example.com", "role": "viewer"})
    assert (again.status_code, again.json()["code"]) == (409, "member-already")


def test_invitation_needs_an_address(admin: httpx.Client) -> None:
    answer = admin.post("/users/invites", json={"email": "not an address", "role": "viewer"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid-input")


def test_withdrawn_invitation_is_useless(server: Server, admin: httpx.Client) -> None:
    made = admin.post("/users/invites", json={"email": "bob@example.com", "role": "viewer"}).json()
    assert admin.delete(f"/users/invites/{made['invite']['id']}").status_code == 204
    assert accept(server, made["link"], name="Bob", password=PASSWORD).status_code == 401


def test_somebody_with_an_account_accepts_with_the_password_they_have(
    server: Server, admin: httpx.Client
) -> None:
    server.member("cy@example.com", Role.ADMIN, "other")
    link = admin.post("/users/invites", json={"email": "cy@example.com", "role": "viewer"}).json()["link"]
    thief = accept(server, link, name="Thief", password="a password of the thief")
    assert (thief.status_code, thief.json()["code"]) == (401, "wrong-password")
    answer = accept(server, link, name="Cy", password=PASSWORD)
    assert answer.status_code == 200
    assert {one["org"]["slug"]: one["role"] for one in answer.json()["orgs"]} == {
        "default": "viewer",
        "other": "admin",
    }


def test_forgotten_password_is_replaced_by_a_link(server: Server, admin: httpx.Client) -> None:
    bob = server.member("bob@example.com", Role.VIEWER)
    link = admin.post(f"/users/{bob.user.id}/link").json()["link"]
    new = "another good password"
    assert accept(server, link, password=new).status_code == 200
    sign_in = {"email": "bob@example.com", "password": PASSWORD}
    assert server.client().post("/auth/sign-in", json=sign_in).status_code == 401
    assert server.client().post("/auth/sign-in", json={**sign_in, "password": new}).status_code == 200


def test_admin_can_not_take_over_somebody_of_another_organisation(
    server: Server, admin: httpx.Client
) -> None:
    cy = server.member("cy@example.com", Role.ADMIN, "other")
    link = admin.post("/users/invites", json={"email": "cy@example.com", "role": "viewer"}).json()["link"]
    accept(server, link, name="Cy", password=PASSWORD)
    for answer in (
        admin.post(f"/users/{cy.user.id}/link"),
        admin.patch(f"/users/{cy.user.id}", json={"disabled": True}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "shared-user")
    assert admin.patch(f"/users/{cy.user.id}", json={"role": "analyst"}).json()["role"] == "analyst"


def test_last_admin_stays(server: Server, admin: httpx.Client) -> None:
    me = admin.get("/users/me").json()["id"]
    for change in ({"role": "viewer"}, {"disabled": True}):
        answer = admin.patch(f"/users/{me}", json=change)
        assert (answer.status_code, answer.json()["code"]) == (409, "last-admin")
    other = server.member("bob@example.com", Role.VIEWER).user.id
    assert admin.patch(f"/users/{other}", json={"role": "admin"}).json()["role"] == "admin"
    assert admin.patch(f"/users/{me}", json={"role": "viewer"}).status_code == 200
    assert admin.get("/users").status_code == 403


def test_password_change_ends_the_other_sessions(server: Server, admin: httpx.Client) -> None:
    body = {"email": "admin@example.com", "password": PASSWORD}
    elsewhere = server.client(server.client().post("/auth/sign-in", json=body).json()["access_token"])
    assert elsewhere.get("/users/me").status_code == 200
    new = "another good password"
    wrong = admin.post("/users/me/password", json={"current": "not the password", "new": new})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong-password")
    weak = admin.post("/users/me/password", json={"current": PASSWORD, "new": "short"})
    assert weak.json()["code"] == "weak-password"
    assert admin.post("/users/me/password", json={"current": PASSWORD, "new": new}).status_code == 204
    assert admin.get("/users/me").status_code == 200
    assert elsewhere.get("/users/me").status_code == 401
    assert server.client().post("/auth/sign-in", json={**body, "password": new}).status_code == 200


def test_the_demo_has_no_users_to_manage(server: Server) -> None:
    token = server.client().post("/auth/link", json={"token": server.demo_token()}).json()["access_token"]
    demo = server.client(token)
    me = demo.get("/users/me").json()["id"]
    assert demo.get("/orgs/me").json()["org"]["is_demo"]
    for answer in (
        demo.post("/users/invites", json={"email": "bob@example.com", "role": "admin"}),
        demo.patch(f"/users/{me}", json={"disabled": True}),
        demo.post(f"/users/{me}/link"),
        demo.post("/users/me/password", json={"new": PASSWORD}),
        demo.post("/sources", json={"name": "x", "kind": "s3", "location": "s3://bucket/x"}),
        demo.post("/uploads", files={"file": ("a.csv", b"x")}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "demo"), answer.text


def test_profile(admin: httpx.Client) -> None:
    assert admin.patch("/users/me", json={"name": " Grace "}).json()["name"] == "Grace"
    assert admin.get("/users/me").json()["name"] == "Grace"
    assert admin.patch("/users/me", json={"name": "  "}).status_code == 422


def test_api_token_shows_its_secret_once_and_can_be_revoked(server: Server, admin: httpx.Client) -> None:
    made = admin.post("/tokens", json={"name": "nightly", "role": "viewer", "expires_in_days": 30}).json()
    secret = made["secret"]
    assert secret.startswith("cco_")
    assert secret.startswith(made["token"]["prefix"])
    script = server.client(secret)
    me = script.get("/orgs/me").json()
    assert (me["role"], me["user"]["email"]) == ("viewer", "admin@example.com")
    assert script.get("/users").status_code == 403
    listed = admin.get("/tokens")
    assert secret not in listed.text
    assert listed.json()["tokens"][0]["last_used_at"] is not None
    assert admin.delete(f"/tokens/{made['token']['id']}").status_code == 204
    assert script.get("/orgs/me").json()["code"] == "bad-token"
    assert admin.delete(f"/tokens/{made['token']['id']}").status_code == 404


def test_api_token_ends(server: Server, admin: httpx.Client) -> None:
    made = admin.post("/tokens", json={"name": "short", "role": "viewer", "expires_in_days": 1}).json()
    script = server.client(made["secret"])
    assert script.get("/users/me").status_code == 200
    server.clock.advance(timedelta(days=1))
    assert script.get("/users/me").status_code == 401


def test_api_token_is_never_more_than_its_owner(server: Server, admin: httpx.Client) -> None:
    bob = session_of(server, "bob@example.com", Role.ANALYST)
    more = bob.post("/tokens", json={"name": "x", "role": "admin"})
    assert (more.status_code, more.json()["code"]) == (403, "not-allowed")
    secret = bob.post("/tokens", json={"name": "x", "role": "analyst"}).json()["secret"]
    script = server.client(secret)
    assert script.get("/tokens").status_code == 200
    bob_id = bob.get("/users/me").json()["id"]
    admin.patch(f"/users/{bob_id}", json={"role": "viewer"})
    assert script.get("/orgs/me").json()["role"] == "viewer"
    assert script.get("/tokens").status_code == 403


def test_api_token_makes_no_tokens_and_changes_no_password(server: Server, admin: httpx.Client) -> None:
    secret = admin.post("/tokens", json={"name": "x", "role": "admin"}).json()["secret"]
    script = server.client(secret)
    assert script.post("/tokens", json={"name": "y", "role": "viewer"}).status_code == 403
    new = {"current": PASSWORD, "new": "another good password"}
    assert script.post("/users/me/password", json=new).status_code == 403
    assert (
        script.post("/auth/switch", json={"org_id": "019ab1f0-c7be-7d3c-9d2f-5f6e2b1a0c44"}).status_code
        == 403
    )


def test_analyst_sees_own_tokens_and_admin_everybodys(server: Server, admin: httpx.Client) -> None:
    bob = session_of(server, "bob@example.com", Role.ANALYST)
    bob.post("/tokens", json={"name": "bobs", "role": "viewer"})
    mine = admin.post("/tokens", json={"name": "mine", "role": "admin"}).json()["token"]["id"]
    assert [one["name"] for one in bob.get("/tokens").json()["tokens"]] == ["bobs"]
    assert {one["name"] for one in admin.get("/tokens").json()["tokens"]} == {"bobs", "mine"}
    assert bob.delete(f"/tokens/{mine}").status_code == 404


def test_organisation_is_renamed_and_reports_in_another_currency(admin: httpx.Client) -> None:
    told = admin.get("/orgs/me").json()
    assert (told["has_data"], told["data"], told["org"]["reporting_currency"]) == (False, None, "USD")
    assert (
        admin.patch("/orgs/me", json={"name": "ACME", "reporting_currency": "EUR"}).json()["name"] == "ACME"
    )
    assert admin.get("/orgs/me").json()["org"]["reporting_currency"] == "EUR"
    assert admin.patch("/orgs/me", json={"reporting_currency": "euro"}).status_code == 422


def put_rates(client: httpx.Client, text: str | bytes) -> httpx.Response:
    return client.put("/orgs/me/rates", content=text, headers={"Content-Type": "text/csv"})


def test_rates_are_imported_and_removed(admin: httpx.Client) -> None:
    answer = put_rates(
        admin,
        "\ufeffCurrency,Period,Rate,note\nEUR,2026-10-01,1.0841,x\n\nEUR,2026-09,1.09,y\nGBP,2026-10,1.271,z\n",
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["imported"] == 3
    assert answer.json()["rates"]["rates"][0] == {"currency": "EUR", "period": "2026-10-01", "rate": "1.0841"}
    assert put_rates(admin, "currency,period,rate\nEUR,2026-10-01,1.2\n").json()["imported"] == 1
    rates = {
        (one["currency"], one["period"]): one["rate"] for one in admin.get("/orgs/me/rates").json()["rates"]
    }
    assert rates["EUR", "2026-10-01"] == "1.2"
    left = admin.delete("/orgs/me/rates", params={"currency": "EUR", "period": "2026-10-17"}).json()
    assert len(left["rates"]) == 2
    assert admin.delete("/orgs/me/rates").json()["rates"] == []


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("eur,2026-10,1.1", "not a currency code"),
        ("USD,2026-10,1.1", "reporting currency"),
        ("EUR,2026-13,1.1", "not a month"),
        ("EUR,10/2026,1.1", "not a month"),
        ("EUR,2026-10,abc", "not a number"),
        ("EUR,2026-10,-1", "above zero"),
        ("EUR,2026-10,0", "above zero"),
        ("EUR,2026-10,1e-30", "too long"),
        ("EUR,2026-10", "too few columns"),
        ("GBP,2026-10,1.3", "row 2 too"),
    ],
)
def test_wrong_rate_names_its_row(line: str, says: str) -> None:
    with pytest.raises(InvalidFields) as refused:
        read_rates(f"currency,period,rate\nGBP,2026-10,1.2\n{line}\n", "USD")
    (field,) = refused.value.fields
    assert field.place == "row 3"
    assert says in field.message


def test_one_wrong_rate_and_nothing_is_imported(admin: httpx.Client) -> None:
    answer = put_rates(admin, "currency,period,rate\nGBP,2026-10,1.2\nEUR,2026-10,abc\nEUR,x,1\n")
    assert answer.status_code == 422
    assert [field["place"] for field in answer.json()["fields"]] == ["row 3", "row 4"]
    assert admin.get("/orgs/me/rates").json()["rates"] == []


@pytest.mark.parametrize(
    "text",
    ["", "currency,period,rate\n", "currency;period;rate\nEUR;2026-10;1\n", 'currency,period,rate\n"EUR'],
)
def test_file_that_is_no_rates_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        read_rates(text, "USD")


def test_file_that_is_no_text_is_refused(admin: httpx.Client) -> None:
    assert put_rates(admin, b"\xff\xfe\x00").status_code == 422


def test_large_rate_file_is_refused(admin: httpx.Client) -> None:
    assert put_rates(admin, b"currency,period,rate\n" + b"EUR,2026-10,1\n" * 100_000).status_code == 413


def test_audit_log_pages(server: Server, admin: httpx.Client) -> None:
    for number in range(5):
        admin.patch("/orgs/me", json={"name": f"Name {number}"})
    seen: list[str] = []
    cursor = None
    while True:
        page = admin.get(
            "/orgs/me/audit", params={"limit": 2, **({"cursor": cursor} if cursor else {})}
        ).json()
        seen += [event["id"] for event in page["events"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == len(set(seen)) >= 6
    assert seen == sorted(seen, reverse=True)


def test_demo_link_of_the_terminal(server: Server) -> None:
    from cco.store.identity import demo_link

    with server.wiring.database.transaction() as session:
        link = demo_link(session, server.clock, "http://127.0.0.1:9000")
    assert link.startswith("http://127.0.0.1:9000/link#")
    facts = server.client().post("/auth/link/look", json={"token": link.partition("#")[2]}).json()
    assert (facts["kind"], facts["needs_details"]) == (DEMO, False)
