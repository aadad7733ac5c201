"""Signing in: links, passwords, sessions, limits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import jwt

from cco.api.access import ACCESS_LASTS
from cco.api.routes.auth import TRIES_PER_ACCOUNT, TRIES_PER_ACCOUNT_AND_ADDRESS
from cco.core.role import Role
from cco.settings import Settings
from cco.store.identity import GRACE, IDLE, LONGEST, first_start
from cco.store.orgs import DEMO
from tests.api.people import PASSWORD, Server

ADA = {"email": "Ada@Example.com", "name": "Ada Lovelace", "password": PASSWORD}


def set_up(server: Server) -> httpx.Client:
    client = server.client()
    answer = client.post("/auth/link", json={"token": server.setup_token(), **ADA})
    assert answer.status_code == 200, answer.text
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return client


def cookies(answer: httpx.Response) -> str:
    return answer.headers["set-cookie"]


def renewed(server: Server, cookie: tuple[str, str]) -> httpx.Response:
    return server.client().post("/auth/refresh", headers={"Cookie": f"{cookie[0]}={cookie[1]}"})


def the_cookie(client: httpx.Client) -> tuple[str, str]:
    (cookie,) = client.cookies.jar
    return cookie.name, str(cookie.value)


def test_setup_link_makes_the_first_admin_and_is_used_up(server: Server) -> None:
    token = server.setup_token()
    client = server.client()
    assert client.get("/auth/state").json() == {
        "needs_setup": True,
        "demo_available": False,
        "min_password_length": 12,
    }
    facts = client.post("/auth/link/look", json={"token": token}).json()
    assert (facts["kind"], facts["role"], facts["needs_details"], facts["email"]) == (
        "setup",
        "admin",
        True,
        None,
    )
    answer = client.post("/auth/link", json={"token": token, **ADA})
    session = answer.json()
    assert answer.status_code == 200
    assert (session["user"]["email"], session["role"]) == ("ada@example.com", "admin")
    assert session["org"]["slug"] == "default"
    assert client.get("/auth/state").json()["needs_setup"] is False
    again = client.post("/auth/link", json={"token": token, **ADA})
    assert (again.status_code, again.json()["code"]) == (401, "bad-link")


def test_setup_link_of_an_earlier_start_stops_working(server: Server) -> None:
    old, new = server.setup_token(), server.setup_token()
    client = server.client()
    assert client.post("/auth/link/look", json={"token": old}).status_code == 401
    assert client.post("/auth/link/look", json={"token": new}).status_code == 200


def test_setup_link_ends_after_a_day(server: Server) -> None:
    token = server.setup_token()
    server.clock.advance(timedelta(hours=24, seconds=1))
    assert server.client().post("/auth/link", json={"token": token, **ADA}).status_code == 401


def test_setup_link_used_twice_at_once_makes_one_admin(server: Server) -> None:
    token = server.setup_token()
    answers: list[int] = []

    def use(number: int) -> None:
        body = {"token": token, **ADA, "email": f"ada{number}@example.com"}
        answers.append(server.client().post("/auth/link", json=body).status_code)

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, 401, 401, 401]


def test_first_start_prints_a_link_only_until_somebody_is_there(server: Server) -> None:
    def link() -> str | None:
        with server.wiring.database.transaction() as session:
            return first_start(session, server.clock, "http://127.0.0.1:8080/")

    url = link()
    assert url is not None
    assert url.startswith("http://127.0.0.1:8080/link#")
    token = url.partition("#")[2]
    assert server.client().post("/auth/link", json={"token": token, **ADA}).status_code == 200
    assert link() is None


def test_link_without_details_says_which_are_missing(server: Server) -> None:
    answer = server.client().post("/auth/link", json={"token": server.setup_token()})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (422, "details-needed")
    assert [field["place"] for field in problem["fields"]] == ["body.email", "body.name", "body.password"]


def test_weak_passwords_are_refused(server: Server) -> None:
    token = server.setup_token()
    for password in ("elevenchars", "password1234", "aaaaaaaaaaaaaaaa", "ada@example.com", "PASSWORD1234"):
        answer = server.client().post("/auth/link", json={"token": token, **ADA, "password": password})
        assert (answer.status_code, answer.json()["code"]) == (422, "weak-password")
        assert password not in answer.text


def test_demo_link_signs_in_again_and_again_without_a_password(server: Server) -> None:
    token = server.demo_token()
    for _ in range(2):
        answer = server.client().post("/auth/link", json={"token": token})
        assert answer.status_code == 200
        session = answer.json()
        assert session["org"]["is_demo"]
        assert session["role"] == "admin"
        assert [one["org"]["slug"] for one in session["orgs"]] == ["demo"]
    server.clock.advance(timedelta(days=8))
    assert server.client().post("/auth/link", json={"token": token}).status_code == 401


def test_demo_user_has_no_password(server: Server) -> None:
    server.demo_token()
    for password in ("", "demo", PASSWORD):
        answer = server.client().post(
            "/auth/sign-in", json={"email": "demo@demo.invalid", "password": password}
        )
        assert answer.status_code == 401


def test_admin_of_a_real_organisation_can_look_into_the_demo(server: Server) -> None:
    client = set_up(server)
    server.demo_token()
    orgs = client.get("/orgs/me").json()["orgs"]
    demo = next(one["org"] for one in orgs if one["org"]["is_demo"])
    answer = client.post("/auth/switch", json={"org_id": demo["id"]})
    assert answer.status_code == 200
    assert answer.json()["org"]["slug"] == DEMO
    # the session before has ended, its access token with it
    assert client.get("/orgs/me").status_code == 401


def test_sign_in_and_out(server: Server) -> None:
    set_up(server)
    client = server.client()
    answer = client.post("/auth/sign-in", json={"email": " ADA@example.com ", "password": PASSWORD})
    assert answer.status_code == 200
    token = answer.json()["access_token"]
    assert answer.json()["expires_in"] == 600
    bearer = {"Authorization": f"Bearer {token}"}
    assert client.get("/orgs/me", headers=bearer).status_code == 200
    assert client.post("/auth/sign-out").status_code == 204
    assert not list(client.cookies.jar)
    assert client.get("/orgs/me", headers=bearer).json()["code"] == "session-ended"
    assert client.post("/auth/refresh").status_code == 401


def test_refresh_cookie_is_for_this_api_alone(server: Server) -> None:
    set_up(server)
    answer = server.client().post("/auth/sign-in", json={"email": ADA["email"], "password": PASSWORD})
    told = cookies(answer).lower()
    assert "httponly" in told
    assert "samesite=strict" in told
    assert "path=/api/v1/auth" in told
    assert "secure" not in told  # plain HTTP on this machine
    assert "refresh" not in answer.text


def test_refresh_cookie_is_secure_behind_https(
    serve: Callable[[Settings], Server], settings: Settings
) -> None:
    server = serve(settings.model_copy(update={"public_url": "https://costs.example.com"}))
    answer = server.client().post("/auth/link", json={"token": server.demo_token()})
    told = cookies(answer)
    assert told.startswith("__Secure-cco_refresh_")
    assert "; Secure" in told
    assert answer.headers["strict-transport-security"].startswith("max-age=")


def test_wrong_password_and_unknown_address_look_alike(server: Server) -> None:
    set_up(server)
    client = server.client()
    wrong = client.post("/auth/sign-in", json={"email": ADA["email"], "password": "x" * 12})
    nobody = client.post("/auth/sign-in", json={"email": "nobody@example.com", "password": "x" * 12})
    assert wrong.status_code == nobody.status_code == 401

    def without_id(answer: httpx.Response) -> dict[str, Any]:
        return {**answer.json(), "correlation_id": ""}

    assert without_id(wrong) == without_id(nobody)


def test_refresh_rotates(server: Server) -> None:
    client = set_up(server)
    first = the_cookie(client)
    answer = client.post("/auth/refresh")
    assert answer.status_code == 200
    assert the_cookie(client) != first
    token = answer.json()["access_token"]
    assert server.client(token).get("/orgs/me").status_code == 200


def test_reused_refresh_token_ends_the_session_for_everybody(server: Server) -> None:
    client = set_up(server)
    stolen = the_cookie(client)
    assert client.post("/auth/refresh").status_code == 200
    server.clock.advance(GRACE + timedelta(seconds=1))
    assert renewed(server, stolen).status_code == 401
    # the rightful owner is out too, and the event is on record
    assert client.post("/auth/refresh").status_code == 401
    assert client.get("/orgs/me").status_code == 401
    client.post("/auth/sign-in", json={"email": ADA["email"], "password": PASSWORD})
    token = client.post("/auth/refresh").json()["access_token"]
    actions = [event["action"] for event in server.client(token).get("/orgs/me/audit").json()["events"]]
    assert "refresh-token-reused" in actions


def test_two_tabs_may_refresh_at_once(server: Server) -> None:
    client = set_up(server)
    cookie = the_cookie(client)
    answers: list[httpx.Response] = []
    threads = [threading.Thread(target=lambda: answers.append(renewed(server, cookie))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [200] * 4
    for answer in answers:
        assert server.client(answer.json()["access_token"]).get("/orgs/me").status_code == 200


def test_access_token_ends_after_ten_minutes(server: Server) -> None:
    client = set_up(server)
    server.clock.advance(ACCESS_LASTS - timedelta(seconds=1))
    assert client.get("/orgs/me").status_code == 200
    server.clock.advance(timedelta(seconds=1))
    assert client.get("/orgs/me").json()["code"] == "token-ended"
    assert client.post("/auth/refresh").status_code == 200


def test_idle_session_ends(server: Server) -> None:
    client = set_up(server)
    server.clock.advance(IDLE)
    assert client.post("/auth/refresh").status_code == 401


def test_no_session_lasts_longer_than_ninety_days(server: Server) -> None:
    client = set_up(server)
    days = 0
    while days < LONGEST.days:
        server.clock.advance(timedelta(days=10))
        days += 10
        answer = client.post("/auth/refresh")
        assert answer.status_code == (200 if days < LONGEST.days else 401)


def test_tokens_of_others_are_refused(server: Server) -> None:
    client = set_up(server)
    real = client.headers["Authorization"].removeprefix("Bearer ")
    claims = jwt.decode(real, options={"verify_signature": False})
    for algorithm, key in (("none", None), ("HS512", "k" * 64), ("HS256", "k" * 64)):
        forged = jwt.encode(claims, key, algorithm=algorithm)
        assert server.client(forged).get("/orgs/me").status_code == 401
    assert server.client(real[:-2] + "AA").get("/orgs/me").status_code == 401
    assert server.client("cco_nonsense").get("/orgs/me").json()["code"] == "bad-token"
    assert server.client().get("/orgs/me", headers={"Authorization": "Basic abc"}).status_code == 401


def test_wrong_passwords_are_limited_over_all_processes(
    server: Server, serve: Callable[[Settings], Server], settings: Settings
) -> None:
    set_up(server)
    other = serve(settings)  # another process of the same installation
    body = {"email": ADA["email"], "password": "wrong wrong wrong"}
    for number in range(TRIES_PER_ACCOUNT_AND_ADDRESS):
        process = (server, other)[number % 2]
        assert process.client().post("/auth/sign-in", json=body).status_code == 401
    for process in (server, other):
        answer = process.client().post("/auth/sign-in", json={**body, "password": PASSWORD})
        assert (answer.status_code, answer.json()["code"]) == (429, "too-many")
        assert 0 < int(answer.headers["retry-after"]) <= 900
    server.clock.advance(timedelta(minutes=15, seconds=1))
    assert server.client().post("/auth/sign-in", json={**body, "password": PASSWORD}).status_code == 200


def test_many_wrong_passwords_at_once_are_all_counted(server: Server) -> None:
    set_up(server)
    answers: list[int] = []

    def guess(number: int) -> None:
        body = {"email": ADA["email"], "password": f"guess number {number}"}
        answers.append(server.client().post("/auth/sign-in", json=body).status_code)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(401) == TRIES_PER_ACCOUNT_AND_ADDRESS
    assert TRIES_PER_ACCOUNT > TRIES_PER_ACCOUNT_AND_ADDRESS


def test_right_password_forgets_the_wrong_ones(server: Server) -> None:
    set_up(server)
    client = server.client()
    for _ in range(2):
        for _ in range(TRIES_PER_ACCOUNT_AND_ADDRESS - 1):
            body = {"email": ADA["email"], "password": "wrong wrong wrong"}
            assert client.post("/auth/sign-in", json=body).status_code == 401
        body = {"email": ADA["email"], "password": PASSWORD}
        assert client.post("/auth/sign-in", json=body).status_code == 200


def test_another_sites_page_can_not_use_the_cookie(server: Server) -> None:
    client = set_up(server)
    foreign = ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"})
    for headers in foreign:
        for address in ("/auth/refresh", "/auth/sign-out"):
            answer = client.post(address, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "cross-site")
    assert client.post("/auth/refresh", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_sign_ins_are_on_record_and_passwords_are_not(server: Server) -> None:
    client = set_up(server)
    server.client().post("/auth/sign-in", json={"email": ADA["email"], "password": "wrong wrong wrong"})
    answer = client.get("/orgs/me/audit")
    actions = [event["action"] for event in answer.json()["events"]]
    assert actions == ["sign-in-failed", "sign-in"]
    assert "wrong wrong" not in answer.text


def test_disabled_user_is_out_at_once(server: Server) -> None:
    admin = set_up(server)
    bob = server.member("bob@example.com", Role.ANALYST)
    script = server.client(server.token(bob))
    assert script.get("/orgs/me").status_code == 200
    answer = admin.patch(f"/users/{bob.user.id}", json={"disabled": True})
    assert answer.json()["disabled"] is True
    assert script.get("/orgs/me").status_code == 401
    body = {"email": "bob@example.com", "password": PASSWORD}
    assert server.client().post("/auth/sign-in", json=body).status_code == 401
    admin.patch(f"/users/{bob.user.id}", json={"disabled": False})
    assert server.client().post("/auth/sign-in", json=body).status_code == 200


def test_signing_key_is_kept_and_only_for_its_owner(
    server: Server, serve: Callable[[Settings], Server], settings: Settings
) -> None:
    client = set_up(server)
    key = settings.home / "secret.key"
    assert key.stat().st_mode & 0o777 == 0o600
    again = serve(settings)
    token = client.headers["Authorization"].removeprefix("Bearer ")
    assert again.client(token).get("/orgs/me").status_code == 200
    rotated = serve(settings.model_copy(update={"secret_key": "another key of at least 32 characters"}))
    assert rotated.client(token).get("/orgs/me").status_code == 401
