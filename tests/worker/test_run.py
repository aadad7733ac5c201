"""One job under a lease: what happens to its row when the work goes well, badly, or on too long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from cco.core.errors import BadFile, CcoError, Unavailable
from cco.store.jobs import Job, Jobs
from cco.wiring import Wiring
from cco.worker.run import Function, Kind, Progress, Runner, owner_name, owner_prefix, stored

Eventually = Callable[..., None]


def runner(wiring: Wiring, function: Function, *, seconds: float = 2.0, owner: str = "me") -> Runner:
    return Runner(wiring, (Kind("thing", function),), owner=owner, lease=timedelta(seconds=seconds))


def test_nothing_to_do_is_nothing_done(wiring: Wiring) -> None:
    def never(wiring: Wiring, job: Job, progress: Progress) -> Mapping[str, Any]:
        raise AssertionError

    assert runner(wiring, never).run_next() is None


def test_only_known_kinds_are_claimed(wiring: Wiring, desk: Any) -> None:
    def never(wiring: Wiring, job: Job, progress: Progress) -> Mapping[str, Any]:
        raise AssertionError

    job_id = desk.enqueue("of-a-newer-version")
    assert runner(wiring, never).run_next() is None
    assert desk.get(job_id).state == "queued"


def test_two_kinds_of_one_name_are_a_mistake(wiring: Wiring) -> None:
    def nothing(wiring: Wiring, job: Job, progress: Progress) -> Mapping[str, Any]:
        return {}

    with pytest.raises(ValueError, match="same name"):
        Runner(wiring, (Kind("a", nothing), Kind("a", nothing)), owner="me")


def test_the_result_and_the_last_progress_are_kept(wiring: Wiring, desk: Any) -> None:
    def work(wiring: Wiring, job: Job, progress: Progress) -> Mapping[str, Any]:
        for done in range(1_000):
            progress(done + 1, 1_000, "rows", "Working")
        return {"answer": 42}

    job_id = desk.enqueue("thing")
    assert runner(wiring, work).run_next() is not None
    job = desk.get(job_id)
    assert (job.state, job.result) == ("succeeded", {"answer": 42})
    assert job.progress == {"done": 1_000, "total": 1_000, "unit": "rows", "message": "Working"}


def test_a_lease_is_renewed_as_long_as_the_work_takes(wiring: Wiring, desk: Any) -> None:
    def slow(wiring: Wiring, job: Job, progress: Progress) -> Mapping[str, Any]:
        time.sleep(2.5)
        with wiring.database.transaction() as session:
            assert Jobs(session).reap() == ()
        return {}

    job_id = desk.enqueue("thing")
    runner(wiring, slow, seconds=1.0).run_next()
    assert desk.get(job_id).state == "succeeded"


def test_work_whose_lease_was_taken_stops_and_writes_nothing(wiring: Wiring, desk: Any) -> None:
    stopped = threading.Event()

    def robbed(wiring: Wiring, job: Job, progress: Progress) -> Mapping[str, Any]:
        with wiring.database.transaction() as session:
            session.execute(text("UPDATE jobs SET lease_owner = 'heir', attempts = 2"))
        try:
            while True:
                progress(1, 2, "rows", "")
                time.sleep(0.01)
        finally:
            stopped.set()

    job_id = desk.enqueue("thing")
    runner(wiring, robbed).run_next()
    assert stopped.is_set()
    job = desk.get(job_id)
    assert (job.state, job.lease_owner, job.error) == ("running", "heir", None)


def test_the_end_of_robbed_work_is_not_written_either(wiring: Wiring, desk: Any) -> None:
    def robbed(wiring: Wiring, job: Job, progress: Progress) -> Mapping[str, Any]:
        with wiring.database.transaction() as session:
            session.execute(text("UPDATE jobs SET lease_owner = 'heir', attempts = 2"))
        return {"from": "zombie"}

    job_id = desk.enqueue("thing")
    runner(wiring, robbed).run_next()
    assert (desk.get(job_id).state, desk.get(job_id).result) == ("running", None)


def test_cancelling_stops_the_work_at_its_next_step(wiring: Wiring, desk: Any) -> None:
    def work(wiring: Wiring, job: Job, progress: Progress) -> Mapping[str, Any]:
        desk.cancel(job.id)
        while True:
            progress(1, 0, "rows", "")
            time.sleep(0.01)

    job_id = desk.enqueue("thing")
    runner(wiring, work).run_next()
    assert desk.get(job_id).state == "cancelled"


def test_a_worker_that_leaves_gives_back_its_job_and_takes_no_other(wiring: Wiring, desk: Any) -> None:
    def work(wiring: Wiring, job: Job, progress: Progress) -> Mapping[str, Any]:
        leaving.leave()
        progress(1, 2, "rows", "")
        raise AssertionError

    leaving = runner(wiring, work)
    job_id = desk.enqueue("thing")
    leaving.run_next()
    assert desk.get(job_id).state == "queued"
    assert leaving.run_next() is None


def test_a_job_can_be_abandoned_from_another_thread(wiring: Wiring, desk: Any) -> None:
    began = threading.Event()
    end = threading.Event()

    def deaf(wiring: Wiring, job: Job, progress: Progress) -> Mapping[str, Any]:
        began.set()
        end.wait(30)
        return {"from": "deaf"}

    one = runner(wiring, deaf)
    one.abandon()
    job_id = desk.enqueue("thing")
    thread = threading.Thread(target=one.run_next)
    thread.start()
    assert began.wait(10)
    one.abandon()
    assert desk.get(job_id).state == "queued"
    end.set()
    thread.join()
    assert (desk.get(job_id).state, desk.get(job_id).result) == ("queued", None)


def test_a_database_that_was_away_at_the_end_is_waited_for(wiring: Wiring, desk: Any) -> None:
    def work(wiring: Wiring, job: Job, progress: Progress) -> Mapping[str, Any]:
        progress(1, 2, "rows", "before")
        with wiring.database.engine.connect() as connection:
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
        return {"kept": True}

    job_id = desk.enqueue("thing")
    runner(wiring, work).run_next()
    assert desk.get(job_id).result == {"kept": True}


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (
            Unavailable("Away.", remedy="Wait."),
            {"code": "unavailable", "message": "Away.", "remedy": "Wait."},
        ),
        (
            BadFile("Not a number.", file="a.csv", remedy="Mend it.", row=3, column="Cost"),
            {
                "code": "bad-file",
                "message": "Not a number.",
                "remedy": "Mend it.",
                "file": "a.csv",
                "row": 3,
                "column": "Cost",
            },
        ),
    ],
)
def test_errors_are_kept_in_words(error: CcoError, kept: dict[str, Any]) -> None:
    assert stored(error) == kept


def test_unforeseen_errors_tell_no_internals() -> None:
    assert "password" not in str(stored(RuntimeError("password=hunter2")))


def test_owners_are_never_the_same_and_share_their_place() -> None:
    one, other = owner_name("embedded", "home"), owner_name("embedded", "home")
    assert one != other
    assert one.startswith(owner_prefix("embedded", "home"))
    assert not one.startswith(owner_prefix("embedded", "hom"))
