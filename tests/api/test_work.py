"""Sources, uploads, loads, jobs and their events, health, metrics, the dashboard."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from cco.api.uploads import safe_name
from cco.core.role import Role
from cco.settings import Settings
from cco.store.jobs import Job, Jobs
from cco.store.orgs import DEFAULT, Orgs
from cco.worker.jobs import BUILT_IN
from cco.worker.run import Runner
from tests.api.people import Server, focus_csv, loaded


@pytest.fixture
def admin(server: Server) -> httpx.Client:
    return server.as_(Role.ADMIN)


@pytest.fixture
def bills(settings: Settings) -> Path:
    (root,) = settings.allowed_roots
    (root / "aws").mkdir(parents=True)
    return root / "aws"


def default_org(server: Server) -> str:
    with server.wiring.database.transaction() as session:
        return Orgs(session).ensure(DEFAULT).id


def run_jobs(server: Server) -> list[Job]:
    runner = Runner(server.wiring, BUILT_IN, owner="test")
    return list(iter(runner.run_next, None))


def events(client: httpx.Client, job_id: str) -> Iterator[tuple[str, dict[str, Any]]]:
    with client.stream("GET", f"/jobs/{job_id}/events") as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        name = ""
        for line in answer.iter_lines():
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: "):
                yield name, json.loads(line.removeprefix("data: "))


# ── uploads ────────────────────────────────────────────────────────────────────────────────────────


def test_upload_becomes_a_load(server: Server, admin: httpx.Client) -> None:
    answer = admin.post("/uploads", files={"file": ("october.csv", focus_csv("kiwi"), "text/csv")})
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert answer.headers["location"] == f"/api/v1/jobs/{job['id']}"
    run_jobs(server)
    done = admin.get(f"/jobs/{job['id']}").json()
    assert done["state"] == "succeeded", done
    (load,) = admin.get("/loads", params={"job": job["id"]}).json()["loads"]
    assert (load["status"], load["file"], load["rows_kept"]) == ("loaded", "october.csv", 3)
    assert load["reconciled"] is True
    assert load["totals"][0]["billed"] == "4.5"
    (source,) = admin.get("/sources").json()["sources"]
    assert (source["kind"], source["health"], source["charges"]) == ("upload", "ok", 3)
    assert source["periods"] == ["2026-10-01"]
    me = admin.get("/orgs/me").json()
    assert me["data"]["first_day"] == "2026-10-01"
    assert me["data"]["charges"] == 3
    total = admin.get("/costs/summary", params={"start": "2026-10-01", "end": "2026-11-01"}).json()["total"]
    assert total["amount"] == "4.5"


def test_rejected_rows_can_be_downloaded(server: Server, admin: httpx.Client) -> None:
    content = focus_csv("kiwi", days=60, bad_rows=2)
    job = admin.post("/uploads", files={"file": ("bad.csv", content)}).json()
    run_jobs(server)
    (load,) = admin.get("/loads", params={"job": job["id"]}).json()["loads"]
    assert (load["rows_rejected"], load["has_rejects"]) == (2, True), load
    answer = admin.get(f"/loads/{load['id']}/rejects")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    assert "not-a-number" in answer.text


def test_file_that_is_no_bill_is_rejected_with_reason(server: Server, admin: httpx.Client) -> None:
    job = admin.post("/uploads", files={"file": ("cat.csv", b"name,colour\nTom,grey\n")}).json()
    run_jobs(server)
    (load,) = admin.get("/loads", params={"status": "rejected"}).json()["loads"]
    assert load["job_id"] == job["id"]
    assert load["error"]["remedy"]
    assert admin.get(f"/loads/{load['id']}/rejects").status_code == 404
    (source,) = admin.get("/sources").json()["sources"]
    assert source["health"] == "failing"


def test_upload_beyond_the_limit_leaves_nothing(
    server: Server, admin: httpx.Client, settings: Settings
) -> None:
    content = b"x" * (settings.max_upload_bytes + 1)
    announced = admin.post("/uploads", files={"file": ("big.csv", content)})
    assert (announced.status_code, announced.json()["code"]) == (413, "too-large")

    def chunks() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="file"; filename="big.csv"\r\n\r\n'
        for _ in range(40):
            yield b"x" * 65_536
        yield b"\r\n--b--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    try:
        streamed = admin.post("/uploads", content=chunks(), headers=headers)
        assert streamed.status_code == 413
    except httpx.WriteError:
        pass  # the server has answered and closed while we were still sending
    assert not [path for path in (settings.home / "uploads").rglob("*") if path.is_file()]
    assert admin.get("/jobs").json()["jobs"] == []


BROKEN = [
    ("application/json", b"{}", 415),
    ("multipart/form-data", b"", 422),
    ("multipart/form-data; boundary=b", b"", 422),
    ("multipart/form-data; boundary=b", b"--b--\r\n", 422),
    ("multipart/form-data; boundary=b", b"nonsense", 422),
    (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\ncut off',
        422,
    ),
    (
        "multipart/form-data; boundary=b",
        b'--b\r\nContent-Disposition: form-data; name="other"; filename="a.csv"\r\n\r\nx\r\n--b--\r\n',
        422,
    ),
]


def test_broken_uploads_are_refused(admin: httpx.Client, settings: Settings) -> None:
    for content_type, content, status in BROKEN:
        answer = admin.post("/uploads", content=content, headers={"Content-Type": content_type})
        assert answer.status_code == status, answer.text
    assert not [path for path in (settings.home / "uploads").rglob("*") if path.is_file()]


def test_upload_options_are_checked(admin: httpx.Client, settings: Settings) -> None:
    for data, place in (({"overlapping": "maybe"}, "body.overlapping"), ({"colour": "red"}, "body.colour")):
        answer = admin.post("/uploads", files={"file": ("a.csv", b"x")}, data=data)
        assert answer.status_code == 422
        assert answer.json()["fields"][0]["place"] == place
    assert not [path for path in (settings.home / "uploads").rglob("*") if path.is_file()]
    answer = admin.post("/uploads", files={"file": ("a.csv", b"x")}, data={"overlapping": "add"})
    assert answer.status_code == 202


@pytest.mark.parametrize(
    ("offered", "kept"),
    [
        ("bill.csv", "bill.csv"),
        ("../../etc/passwd", "passwd"),
        ("C:\\bills\\märz.csv.gz", "märz.csv.gz"),
        ("..", "upload"),
        ("", "upload"),
        (".hidden.csv", "hidden.csv"),
        ("a\x00b\n.csv", "ab.csv"),
        ("\u202egnp.csv", "gnp.csv"),
    ],
)
def test_file_names_are_made_safe(offered: str, kept: str) -> None:
    assert safe_name(offered) == kept


def test_long_file_names_keep_their_ending() -> None:
    kept = safe_name("ü" * 300 + ".csv.gz")
    assert kept.endswith(".csv.gz")
    assert len(kept.encode()) <= 180


# ── sources ────────────────────────────────────────────────────────────────────────────────────────


def test_folder_is_connected_polled_and_removed(server: Server, admin: httpx.Client, bills: Path) -> None:
    old = time.time() - 3600
    (bills / "october.csv").write_bytes(focus_csv("kiwi"))
    tested = admin.post("/sources/test", json={"kind": "folder", "location": str(bills)}).json()
    assert (tested["reachable"], tested["found"]) == (True, 1)
    assert tested["deliveries"][0]["part"] == "october.csv"
    body = {"name": "AWS", "kind": "folder", "location": str(bills), "poll_minutes": None}
    answer = admin.post("/sources", json=body)
    assert answer.status_code == 201, answer.text
    source = answer.json()
    assert (source["health"], source["settings"]) == ("empty", {"overlapping": "refuse"})
    assert admin.post("/sources", json=body).json()["code"] == "source-exists"
    server.clock.advance(timedelta(days=2))
    os.utime(bills / "october.csv", (old, old))
    job = admin.post(f"/sources/{source['id']}/poll")
    assert job.status_code == 202
    again = admin.post(f"/sources/{source['id']}/poll")
    assert again.json()["id"] == job.json()["id"]  # one look at a time
    assert admin.get(f"/sources/{source['id']}").json()["health"] == "loading"
    busy = admin.delete(f"/sources/{source['id']}", params={"confirm": "AWS"})
    assert (busy.status_code, busy.json()["code"]) == (409, "busy")
    run_jobs(server)
    source = admin.get(f"/sources/{source['id']}").json()
    assert (source["health"], source["charges"]) == ("ok", 3), source
    wrong = admin.delete(f"/sources/{source['id']}", params={"confirm": "aws"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "not-confirmed")
    assert admin.delete(f"/sources/{source['id']}", params={"confirm": "AWS"}).status_code == 204
    assert admin.get(f"/sources/{source['id']}").status_code == 404
    assert admin.get("/orgs/me").json()["has_data"] is False
    assert (bills / "october.csv").exists()


def test_many_who_ask_at_once_all_get_an_answer(server: Server, admin: httpx.Client, home: Path) -> None:
    loaded(server, default_org(server), home.parent / "place", "kiwi")
    token = admin.headers["Authorization"].removeprefix("Bearer ")
    codes: list[int] = []

    def ask(number: int) -> None:
        client = server.client(token)
        for address in ("/sources", "/orgs/me", "/costs/summary", "/resources"):
            codes.append(client.get(address).status_code)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(50)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [200] * 200
    assert time.monotonic() - began < 25  # nobody ran into the pool's timeout of 30 s


def test_source_is_changed(admin: httpx.Client, bills: Path) -> None:
    made = admin.post("/sources", json={"name": "AWS", "kind": "folder", "location": str(bills)}).json()
    assert made["poll_minutes"] == 60
    assert made["next_poll_at"] is not None
    path = f"/sources/{made['id']}"
    assert admin.patch(path, json={"poll_minutes": None}).json()["next_poll_at"] is None
    paused = admin.patch(path, json={"enabled": False, "settings": {"overlapping": "add"}}).json()
    assert (paused["health"], paused["settings"]) == ("paused", {"overlapping": "add"})
    assert admin.patch(path, json={"name": None}).status_code == 422
    assert admin.patch(path, json={"location": "/etc"}).status_code == 422


CLOSED = [
    ("folder", "/etc", 403),
    ("folder", "relative/path", 422),
    ("folder", "{home}/uploads", 403),
    ("folder", "{bills}/../../..", 403),
    ("s3", "/srv/bills", 422),
    ("s3", "s3://Bad_Bucket/x", 422),
    ("upload", "upload", 422),
]


def test_places_the_server_may_not_read_are_refused(admin: httpx.Client, bills: Path, home: Path) -> None:
    for kind, location, status in CLOSED:
        body = {"kind": kind, "location": location.format(home=home, bills=bills)}
        for answer in (
            admin.post("/sources/test", json=body),
            admin.post("/sources", json={"name": "x", **body}),
        ):
            assert answer.status_code == status, answer.text


def test_place_that_is_not_there_is_told_apart(admin: httpx.Client, bills: Path) -> None:
    told = admin.post("/sources/test", json={"kind": "folder", "location": str(bills / "gone")}).json()
    assert told["reachable"] is False
    assert told["error"]["code"] == "not-found"


def test_uploads_are_no_place_to_poll(server: Server, admin: httpx.Client) -> None:
    admin.post("/uploads", files={"file": ("a.csv", b"x")})
    (source,) = admin.get("/sources").json()["sources"]
    for answer in (admin.post(f"/sources/{source['id']}/poll"), admin.post(f"/sources/{source['id']}/test")):
        assert (answer.status_code, answer.json()["code"]) == (409, "not-a-place")


# ── loads and jobs ─────────────────────────────────────────────────────────────────────────────────


def test_loads_page_by_keyset(server: Server, admin: httpx.Client, home: Path) -> None:
    org = default_org(server)
    for number in range(3):
        loaded(server, org, home.parent / f"place{number}", f"kiwi{number}")
    seen: list[str] = []
    cursor: str | None = None
    while True:
        params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
        page = admin.get("/loads", params=params).json()
        seen += [load["part"] for load in page["loads"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert seen == ["kiwi2.csv", "kiwi1.csv", "kiwi0.csv"]
    for wrong in ("nonsense", "bm9uc2Vuc2U", "MjAyNi0xMS0yMyB4"):
        assert admin.get("/loads", params={"cursor": wrong}).status_code == 422
    (load,) = admin.get("/loads", params={"limit": 1}).json()["loads"]
    assert admin.get(f"/loads/{load['id']}").json() == load


def test_jobs_are_listed_and_cancelled(server: Server, admin: httpx.Client) -> None:
    org = default_org(server)
    with server.wiring.database.transaction() as session:
        ids = [Jobs(session).enqueue(org, "poll", {}).id for _ in range(3)]
    page = admin.get("/jobs", params={"limit": 2, "state": "queued"}).json()
    assert [job["id"] for job in page["jobs"]] == ids[:0:-1]
    rest = admin.get("/jobs", params={"limit": 2, "cursor": page["next"]}).json()
    assert [job["id"] for job in rest["jobs"]] == ids[:1]
    assert admin.post(f"/jobs/{ids[0]}/cancel").json()["state"] == "cancelled"
    assert admin.post(f"/jobs/{ids[0]}/cancel").json()["code"] == "job-ended"
    assert admin.get("/jobs", params={"kind": "load"}).json()["jobs"] == []


def test_events_tell_progress_as_it_happens_and_end(server: Server, admin: httpx.Client) -> None:
    org = default_org(server)
    with server.wiring.database.transaction() as session:
        job_id = Jobs(session).enqueue(org, "load", {}).id
    told: list[tuple[str, dict[str, Any], float]] = []

    def watch() -> None:
        told.extend((name, data, time.monotonic()) for name, data in events(admin, job_id))

    watcher = threading.Thread(target=watch)
    watcher.start()

    def until(count: int) -> None:
        deadline = time.monotonic() + 10
        while len(told) < count:
            assert time.monotonic() < deadline, told
            time.sleep(0.005)

    until(1)
    with server.wiring.database.transaction() as session:
        job = Jobs(session).claim("test", timedelta(minutes=1))
    assert job is not None
    until(2)
    reported = time.monotonic()
    with server.wiring.database.transaction() as session:
        Jobs(session).report(job, 5, 10, "rows", "Reading")
    until(3)
    assert told[2][2] - reported < 2  # pushed, not found by looking now and then
    with server.wiring.database.transaction() as session:
        Jobs(session).finish(job, {})
    watcher.join(timeout=10)
    assert not watcher.is_alive()
    assert [name for name, _, _ in told] == ["progress", "progress", "progress", "end"]
    assert told[2][1] == {"state": "running", "done": 5, "total": 10, "unit": "rows", "message": "Reading"}
    assert told[3][1]["state"] == "succeeded"


def test_events_of_an_ended_job_end_at_once(server: Server, admin: httpx.Client) -> None:
    org = default_org(server)
    with server.wiring.database.transaction() as session:
        job_id = Jobs(session).enqueue(org, "load", {}).id
        Jobs(session).cancel(org, job_id)
    assert [(name, data["state"]) for name, data in events(admin, job_id)] == [("end", "cancelled")]
    nobody = admin.get("/jobs/019ab1f0-c7be-7d3c-9d2f-5f6e2b1a0c44/events")
    assert nobody.status_code == 404


def test_watcher_that_leaves_is_forgotten(
    server: Server, admin: httpx.Client, serve: Callable[[Settings], Server]
) -> None:
    org = default_org(server)
    with server.wiring.database.transaction() as session:
        job_id = Jobs(session).enqueue(org, "load", {}).id
    watching = events(admin, job_id)
    next(watching)
    feed = server.app.state.job_feed
    assert feed.watched == 1
    watching.close()
    deadline = time.monotonic() + 10
    while feed.watched:
        assert time.monotonic() < deadline
        time.sleep(0.01)


# ── health, metrics, dashboard ─────────────────────────────────────────────────────────────────────


def test_health(server: Server) -> None:
    assert server.client().get("/health/live").json()["status"] == "ok"
    ready = server.client().get("/health/ready")
    assert (ready.status_code, ready.json()["checks"]) == (200, {"database": "ok", "lake": "ok"})


def test_metrics_count_requests_jobs_loads_and_the_lake(
    server: Server, admin: httpx.Client, home: Path
) -> None:
    org = default_org(server)
    loaded(server, org, home.parent / "place", "kiwi")
    with server.wiring.database.transaction() as session:
        Jobs(session).enqueue(org, "poll", {})
    admin.get("/jobs/019ab1f0-c7be-7d3c-9d2f-5f6e2b1a0c44")
    answer = httpx.get(f"{server.url}/metrics")
    assert answer.status_code == 200
    told = answer.text
    assert 'cco_http_requests_total{method="GET",route="/api/v1/jobs/{job_id}",status="404"} 1.0' in told
    assert (
        'cco_http_request_duration_seconds_bucket{le="+Inf",method="GET",route="/api/v1/jobs/{job_id}"}'
        in told
    )
    assert 'cco_jobs{state="queued"} 1.0' in told
    assert 'cco_loads{state="loaded"} 1.0' in told
    assert "cco_lake_charges 3.0" in told
    assert "cco_lake_snapshot_age_seconds" in told
    assert 'cco_store_up{store="database"} 1.0' in told


def test_metrics_are_closed_to_others(serve: Callable[[Settings], Server], settings: Settings) -> None:
    plain = serve(settings)
    forwarded = httpx.get(f"{plain.url}/metrics", headers={"X-Forwarded-For": "203.0.113.7"})
    assert forwarded.status_code == 404
    guarded = serve(settings.model_copy(update={"metrics_token": "a token for prometheus"}))
    assert httpx.get(f"{guarded.url}/metrics").status_code == 404
    headers = {"Authorization": "Bearer a token for prometheus"}
    assert httpx.get(f"{guarded.url}/metrics", headers=headers).status_code == 200


def test_dashboard_assets_stay_and_the_page_is_asked_for(server: Server) -> None:
    page = httpx.get(server.url)
    assert "Cloud Cost Optimizer" in page.text
    assert page.headers["cache-control"] == "no-cache"
    for address in ("/explorer?group_by=ServiceName", "/resources/abc", "/link"):
        assert httpx.get(f"{server.url}{address}").text == page.text
    asset = httpx.get(f"{server.url}/assets/index-4f2a.js")
    assert asset.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert asset.headers["content-type"].startswith("text/javascript")
    assert asset.headers["content-encoding"] == "gzip"
    again = httpx.get(server.url, headers={"If-None-Match": page.headers["etag"]})
    assert again.status_code in (200, 304)
    for gone in ("/assets/index-old.js", "/logo.png", "/%2e%2e/%2e%2e/home/secret.key"):
        assert httpx.get(f"{server.url}{gone}").status_code == 404
    assert httpx.get(f"{server.url}/api/v2/x").json()["code"] == "not-found"


def test_dashboard_that_was_not_built_says_how(
    serve: Callable[[Settings], Server], settings: Settings, tmp_path: Path
) -> None:
    server = serve(settings.model_copy(update={"web_dist": tmp_path / "nothing"}))
    answer = httpx.get(server.url)
    assert "make web" in answer.text
    assert httpx.get(f"{server.url}/assets/x.js").status_code == 404


def test_cost_answers_are_tagged_by_the_data(server: Server, admin: httpx.Client, home: Path) -> None:
    org = default_org(server)
    loaded(server, org, home.parent / "place", "kiwi")
    params = {"start": "2026-10-01", "end": "2026-11-01"}
    first = admin.get("/costs/summary", params=params)
    tag = first.headers["etag"]
    again = admin.get("/costs/summary", params=params, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    loaded(server, org, home.parent / "other", "mango")
    changed = admin.get("/costs/summary", params=params, headers={"If-None-Match": tag})
    assert changed.status_code == 200
    admin.patch("/orgs/me", json={"reporting_currency": "EUR"})
    tag = changed.headers["etag"]
    assert admin.get("/costs/summary", params=params, headers={"If-None-Match": tag}).status_code == 200
