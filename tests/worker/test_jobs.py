"""The kinds of job: what each leaves behind, and that twice is like once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cco.core.errors import InvalidInput, NotAllowed
from cco.core.window import FixedClock
from cco.store.jobs import Job, Jobs
from cco.store.loads import Loads
from cco.store.orgs import DEMO, Orgs
from cco.store.rates import Rates
from cco.store.sources import Sources
from cco.wiring import Wiring, build
from cco.worker.jobs import BUILT_IN, demo, load, poll
from cco.worker.run import Runner


def silent(done: int, total: int, unit: str, message: str) -> None:
    """Progress that nobody watches."""


def folder_source(wiring: Wiring, desk: Any, location: Path) -> str:
    with wiring.database.transaction() as session:
        return Sources(session).at(desk.org_id, str(location), kind="folder", name="Bills").id


def work_off(wiring: Wiring) -> None:
    """Runs jobs until none is due."""
    runner = Runner(wiring, BUILT_IN, owner="test")
    while runner.run_next() is not None:
        pass


def statuses(wiring: Wiring, org_id: str) -> list[str]:
    with wiring.database.transaction() as session:
        return [load.status for load in Loads(session).page(org_id, limit=100)]


def test_every_kind_is_there_once() -> None:
    assert [kind.name for kind in BUILT_IN] == ["load", "poll", "demo"]


def test_a_load_that_ended_before_its_worker_died_is_reported_as_it_was(
    wiring: Wiring, desk: Any, bill: Callable[[int], Path]
) -> None:
    path = bill(1)
    source_id = folder_source(wiring, desk, path.parent)
    job_id = desk.enqueue("load", source_id=source_id, part="bill.csv", location=str(path))
    job = desk.get(job_id)
    first = load(wiring, job, silent)
    assert first["loads"][0]["status"] == "loaded"
    snapshot = wiring.lake.snapshot().id
    again = load(wiring, job, silent)
    assert again["loads"][0]["status"] == "loaded"
    assert again["loads"][0]["totals"] == first["loads"][0]["totals"]
    assert wiring.lake.snapshot().id == snapshot
    assert statuses(wiring, desk.org_id) == ["loaded"]


def test_a_file_outside_the_allowed_roots_is_not_read(wiring: Wiring, desk: Any) -> None:
    source_id = folder_source(wiring, desk, Path("/etc"))
    job_id = desk.enqueue("load", source_id=source_id, part="passwd", location="/etc/passwd")
    with pytest.raises(NotAllowed):
        load(wiring, desk.get(job_id), silent)


def test_a_look_loads_what_is_new_once_and_again_when_it_has_changed(
    wiring: Wiring, desk: Any, bill: Callable[[int], Path]
) -> None:
    path = bill(1)
    source_id = folder_source(wiring, desk, path.parent)
    for number, expected in enumerate((["loaded"], ["loaded"])):
        desk.enqueue("poll", source_id=source_id)
        work_off(wiring)
        assert statuses(wiring, desk.org_id) == expected, number
    bill(2)
    desk.enqueue("poll", source_id=source_id)
    work_off(wiring)
    assert statuses(wiring, desk.org_id) == ["loaded", "loaded"]
    (files,) = {sum(file.rows for file in wiring.lake.files(desk.org_id))}
    assert files == 2_000


def test_a_source_that_can_not_be_read_says_why(wiring: Wiring, desk: Any, home: Path) -> None:
    source_id = folder_source(wiring, desk, home.parent / "missing")
    job_id = desk.enqueue("poll", source_id=source_id)
    work_off(wiring)
    assert desk.get(job_id).state == "failed"
    with wiring.database.transaction() as session:
        error = Sources(session).get(desk.org_id, source_id).last_error
    assert error is not None
    assert error["remedy"]


def job_of(wiring: Wiring, org_id: str, kind: str) -> Job:
    with wiring.database.transaction() as session:
        return Jobs(session).enqueue(org_id, kind, {})


def test_real_data_and_the_simulated_company_never_mix(wiring: Wiring, desk: Any) -> None:
    with pytest.raises(InvalidInput, match="real data"):
        demo(wiring, job_of(wiring, desk.org_id, "demo"), silent)


@pytest.mark.timeout(600)
def test_the_demo_is_thirteen_months_up_to_yesterday_and_tomorrow_adds_a_day(wiring: Wiring) -> None:
    with wiring.database.transaction() as session:
        org = Orgs(session).ensure(DEMO)
    messages = set()

    def heard(done: int, total: int, unit: str, message: str) -> None:
        messages.add((unit, message))

    first = demo(wiring, job_of(wiring, org.id, "demo"), heard)
    assert {each["status"] for each in first["loads"]} == {"loaded"}
    assert len(messages) > 5
    files = wiring.lake.files(org.id)
    assert max(file.facts.last_day for file in files) >= date(2026, 11, 22)
    assert len({file.period for file in files}) == 13
    with wiring.database.transaction() as session:
        assert Rates(session).into(org.id, "USD")
    assert not list(wiring.scratch.glob("demo-*"))

    assert demo(wiring, job_of(wiring, org.id, "demo"), silent)["loads"] == []

    tomorrow = build(
        wiring.settings,
        wiring.database.url,
        clock=FixedClock(datetime(2026, 11, 23, 12, tzinfo=UTC) + timedelta(days=1)),
    )
    second = demo(tomorrow, job_of(wiring, org.id, "demo"), silent)
    assert 0 < len(second["loads"]) < len(first["loads"])
    assert {each["billing_periods"][0] for each in second["loads"]} == {"2026-11-01"}
    tomorrow.close()
    assert max(file.facts.last_day for file in wiring.lake.files(org.id)) >= date(2026, 11, 23)


def test_polls_are_of_the_source_s_organisation(wiring: Wiring, desk: Any, home: Path) -> None:
    with wiring.database.transaction() as session:
        other = Orgs(session).create("other", "Other").id
    source_id = folder_source(wiring, desk, home)
    job = job_of(wiring, other, "poll")
    with pytest.raises(Exception, match="no such source"):
        poll(wiring, Job(**{**as_dict(job), "payload": {"source_id": source_id}}), silent)


def as_dict(job: Job) -> dict[str, Any]:
    return {name: getattr(job, name) for name in Job.__slots__}
