"""The life of a job: claimed once, leased, fenced, tried again, cancelled."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import text
from sqlalchemy.orm import Session

from cco.core.errors import Conflict, NotFound
from cco.store.database import Database
from cco.store.jobs import EVENTS, LONGEST_PAUSE, RINGS, Job, Jobs, pause
from cco.store.orgs import DEFAULT, Orgs

LEASE = timedelta(seconds=60)


def passes(session: Session, time: timedelta) -> None:
    """Lets time pass for all jobs: what lies ahead comes nearer."""
    session.execute(
        text(
            "UPDATE jobs SET due_at = due_at - :time, lease_until = lease_until - :time "
            "WHERE state IN ('queued', 'running')"
        ),
        {"time": time},
    )
    session.expire_all()


@pytest.fixture
def jobs(session: Session) -> Jobs:
    return Jobs(session)


def claimed(jobs: Jobs, owner: str = "worker") -> Job:
    job = jobs.claim(owner, LEASE)
    assert job is not None
    return job


def test_a_job_runs_from_queued_to_succeeded(jobs: Jobs, org_id: str) -> None:
    queued = jobs.enqueue(org_id, "load", {"part": "a.csv"}, correlation_id="abc")
    assert (queued.state, queued.attempts, queued.progress["done"]) == ("queued", 0, 0)
    running = claimed(jobs)
    assert (running.id, running.state, running.attempts, running.lease_owner) == (
        queued.id,
        "running",
        1,
        "worker",
    )
    assert running.payload == {"part": "a.csv"}
    assert running.correlation_id == "abc"
    reported = jobs.report(running, 5, 10, "rows", "Reading")
    assert reported is not None
    assert reported.progress == {"done": 5, "total": 10, "unit": "rows", "message": "Reading"}
    assert jobs.finish(running, {"rows": 10})
    ended = jobs.get(org_id, queued.id)
    assert (ended.state, ended.result, ended.lease_owner, ended.ended) == (
        "succeeded",
        {"rows": 10},
        None,
        True,
    )
    assert ended.finished_at is not None


def test_the_same_key_is_one_job_until_it_has_ended(jobs: Jobs, org_id: str) -> None:
    first = jobs.enqueue(org_id, "poll", {}, key="source")
    assert jobs.enqueue(org_id, "poll", {}, key="source").id == first.id
    assert jobs.enqueue(org_id, "load", {}, key="source").id != first.id
    running = jobs.claim("worker", LEASE, job_id=first.id)
    assert running is not None
    assert jobs.enqueue(org_id, "poll", {}, key="source").id == first.id
    assert jobs.active(org_id, "poll", "source") == running
    jobs.finish(running, {})
    assert jobs.active(org_id, "poll", "source") is None
    assert jobs.enqueue(org_id, "poll", {}, key="source").id != first.id


def test_jobs_without_a_key_are_all_different(jobs: Jobs, org_id: str) -> None:
    assert jobs.enqueue(org_id, "load", {}).id != jobs.enqueue(org_id, "load", {}).id


def test_the_one_that_waited_longest_comes_first_and_a_later_one_when_it_is_due(
    jobs: Jobs, org_id: str, session: Session
) -> None:
    late = jobs.enqueue(org_id, "load", {}, delay=timedelta(minutes=1))
    first, second = (jobs.enqueue(org_id, "load", {}) for _ in range(2))
    assert jobs.claim("worker", LEASE, kinds=("demo",)) is None
    assert [claimed(jobs).id, claimed(jobs).id] == [first.id, second.id]
    assert jobs.claim("worker", LEASE) is None
    assert jobs.claim("worker", LEASE, job_id=late.id) is None
    assert jobs.due() == []
    wait = jobs.next_due()
    assert wait is not None
    assert 50 < wait <= 60
    passes(session, timedelta(minutes=1))
    assert jobs.due() == [late.id]
    assert claimed(jobs).id == late.id
    assert jobs.next_due() is None


def test_every_job_goes_to_one_of_many_claimers(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        org_id = Orgs(session).ensure(DEFAULT).id
        wanted = {Jobs(session).enqueue(org_id, "load", {}).id for _ in range(60)}

    def claim(number: int) -> list[str]:
        mine = []
        while True:
            with clean_database.transaction() as session:
                job = Jobs(session).claim(f"worker-{number}", LEASE)
            if job is None:
                return mine
            mine.append(job.id)

    with ThreadPoolExecutor(8) as pool:
        got = [job_id for mine in pool.map(claim, range(8)) for job_id in mine]
    assert len(got) == 60
    assert set(got) == wanted


def test_the_same_key_at_once_from_many_is_one_job(clean_database: Database) -> None:
    with clean_database.transaction() as session:
        org_id = Orgs(session).ensure(DEFAULT).id

    def enqueue(_: int) -> str:
        with clean_database.transaction() as session:
            return Jobs(session).enqueue(org_id, "poll", {}, key="source").id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(enqueue, range(24)))) == 1


def test_an_error_that_may_pass_is_tried_again_after_growing_pauses(
    jobs: Jobs, org_id: str, session: Session
) -> None:
    job_id = jobs.enqueue(org_id, "load", {}, max_attempts=3).id
    for attempt, seconds in ((1, 2), (2, 4)):
        assert jobs.fail(claimed(jobs), {"code": "unavailable"}, retry=True)
        waiting = jobs.get(org_id, job_id)
        assert (waiting.state, waiting.attempts, waiting.error) == (
            "queued",
            attempt,
            {"code": "unavailable"},
        )
        assert jobs.claim("worker", LEASE) is None
        passes(session, timedelta(seconds=seconds))
    assert jobs.fail(claimed(jobs), {"code": "unavailable"}, retry=True)
    assert jobs.get(org_id, job_id).state == "failed"


def test_an_error_that_will_not_pass_ends_the_job(jobs: Jobs, org_id: str) -> None:
    job_id = jobs.enqueue(org_id, "load", {}).id
    assert jobs.fail(claimed(jobs), {"code": "bad-file", "row": 7}, retry=False)
    failed = jobs.get(org_id, job_id)
    assert (failed.state, failed.attempts, failed.error) == ("failed", 1, {"code": "bad-file", "row": 7})


def test_success_after_a_failed_attempt_leaves_no_error(jobs: Jobs, org_id: str, session: Session) -> None:
    job_id = jobs.enqueue(org_id, "load", {}).id
    jobs.fail(claimed(jobs), {"code": "unavailable"}, retry=True)
    passes(session, timedelta(minutes=1))
    jobs.finish(claimed(jobs), {"rows": 1})
    assert jobs.get(org_id, job_id).error is None


@pytest.mark.parametrize("attempts", [1, 5, 8, 9, 15, 16, 1_000])
def test_pauses_grow_to_five_minutes(attempts: int) -> None:
    assert timedelta(0) < pause(attempts) <= LONGEST_PAUSE
    assert pause(attempts) == min(timedelta(seconds=2 ** min(attempts, 30)), LONGEST_PAUSE)


def test_a_zombie_writes_nothing_once_its_lease_is_gone(jobs: Jobs, org_id: str, session: Session) -> None:
    job_id = jobs.enqueue(org_id, "load", {}).id
    zombie = claimed(jobs, "zombie")
    passes(session, LEASE * 2)
    assert jobs.reap() == [job_id]
    heir = claimed(jobs, "heir")
    before = jobs.get(org_id, job_id)
    assert jobs.renew(zombie, LEASE) is None
    assert jobs.report(zombie, 1, 1, "rows", "") is None
    assert not jobs.finish(zombie, {"from": "zombie"})
    assert not jobs.fail(zombie, {"code": "zombie"}, retry=True)
    assert not jobs.stop(zombie)
    assert not jobs.release(zombie)
    assert jobs.get(org_id, job_id) == before
    assert jobs.finish(heir, {"from": "heir"})
    assert jobs.get(org_id, job_id).result == {"from": "heir"}


def test_the_same_owner_is_fenced_from_its_own_earlier_attempt(
    jobs: Jobs, org_id: str, session: Session
) -> None:
    jobs.enqueue(org_id, "load", {})
    earlier = claimed(jobs, "worker")
    passes(session, LEASE * 2)
    jobs.reap()
    later = claimed(jobs, "worker")
    assert not jobs.finish(earlier, {})
    assert jobs.finish(later, {})


def test_a_lease_that_is_renewed_is_not_reaped(jobs: Jobs, org_id: str, session: Session) -> None:
    jobs.enqueue(org_id, "load", {})
    job = claimed(jobs)
    for _ in range(3):
        passes(session, LEASE * 0.9)
        assert jobs.reap() == ()
        assert jobs.renew(job, LEASE) is not None


def test_a_job_that_kills_its_workers_fails_in_the_end(jobs: Jobs, org_id: str, session: Session) -> None:
    job_id = jobs.enqueue(org_id, "load", {}, max_attempts=2).id
    for _ in range(2):
        claimed(jobs)
        passes(session, LEASE * 2)
        jobs.reap()
    failed = jobs.get(org_id, job_id)
    assert failed.state == "failed"
    assert failed.error is not None
    assert failed.error["code"] == "worker-lost"


def test_a_worker_that_leaves_gives_its_job_back_without_using_up_a_try(jobs: Jobs, org_id: str) -> None:
    job_id = jobs.enqueue(org_id, "load", {}).id
    assert jobs.release(claimed(jobs))
    given_back = jobs.get(org_id, job_id)
    assert (given_back.state, given_back.attempts, given_back.max_attempts) == ("queued", 1, 6)
    assert claimed(jobs).attempts == 2


def test_leases_of_dead_owners_are_taken_away_by_name(jobs: Jobs, org_id: str) -> None:
    ids = [jobs.enqueue(org_id, "load", {}).id for _ in range(3)]
    for owner in ("home_1:dead", "home_1:me", "home21:other"):
        claimed(jobs, owner)
    assert jobs.take_from("home_1:", but="home_1:me") == [ids[0]]
    assert [jobs.get(org_id, each).state for each in ids] == ["queued", "running", "running"]


def test_cancelling_ends_a_waiting_job_and_asks_a_running_one(
    jobs: Jobs, org_id: str, session: Session
) -> None:
    waiting, running = (jobs.enqueue(org_id, "load", {}) for _ in range(2))
    assert jobs.cancel(org_id, waiting.id).state == "cancelled"
    lease = claimed(jobs)
    assert lease.id == running.id
    asked = jobs.cancel(org_id, running.id)
    assert (asked.state, asked.cancel_requested) == ("running", True)
    assert jobs.stop(lease)
    assert jobs.get(org_id, running.id).state == "cancelled"
    with pytest.raises(Conflict, match="cancelled already"):
        jobs.cancel(org_id, running.id)


@pytest.mark.parametrize("end", ["fail", "release", "reap"])
def test_a_cancelled_job_is_not_tried_again(jobs: Jobs, org_id: str, session: Session, end: str) -> None:
    job_id = jobs.enqueue(org_id, "load", {}).id
    lease = claimed(jobs)
    jobs.cancel(org_id, job_id)
    if end == "fail":
        jobs.fail(lease, {"code": "unavailable"}, retry=True)
    elif end == "release":
        jobs.release(lease)
    else:
        passes(session, LEASE * 2)
        jobs.reap()
    assert jobs.get(org_id, job_id).state == "cancelled"


def test_another_organisation_sees_and_touches_nothing(jobs: Jobs, org_id: str, session: Session) -> None:
    other = Orgs(session).create("other", "Other").id
    job = jobs.enqueue(org_id, "load", {}, key="same")
    assert jobs.enqueue(other, "load", {}, key="same").id != job.id
    with pytest.raises(NotFound):
        jobs.get(other, job.id)
    with pytest.raises(NotFound):
        jobs.cancel(other, job.id)
    assert job.id not in {each.id for each in jobs.page(other, limit=10)}


def test_pages_go_back_in_time_and_can_be_narrowed(jobs: Jobs, org_id: str) -> None:
    ids = [jobs.enqueue(org_id, kind, {}).id for kind in ("load", "poll", "load", "load")]
    assert [job.id for job in jobs.page(org_id, limit=2)] == ids[:1:-1]
    assert [job.id for job in jobs.page(org_id, limit=2, before=ids[2])] == ids[1::-1]
    claimed(jobs)
    assert [job.id for job in jobs.page(org_id, limit=9, states=("running",))] == ids[:1]
    assert [job.id for job in jobs.page(org_id, limit=9, kinds=("poll",))] == [ids[1]]
    assert jobs.depth() == {"queued": 3, "running": 1}


def test_ended_jobs_are_forgotten_after_a_time(jobs: Jobs, org_id: str, clock: Any) -> None:
    jobs.enqueue(org_id, "load", {})
    jobs.finish(claimed(jobs), {})
    jobs.enqueue(org_id, "load", {})
    assert jobs.forget(datetime(2020, 1, 1, tzinfo=clock.now().tzinfo)) == 0
    assert jobs.forget(datetime(2999, 1, 1, tzinfo=clock.now().tzinfo)) == 1
    assert jobs.depth() == {"queued": 1}


def test_workers_and_watchers_hear_of_a_job_when_it_is_committed(clean_database: Database) -> None:
    with clean_database.listening(RINGS, EVENTS) as listener:
        with clean_database.transaction() as session:
            job = Jobs(session).enqueue(Orgs(session).ensure(DEFAULT).id, "load", {})
            assert listener.wait(0.1) == []
        heard = listener.wait(5)
        while len(heard) < 2:
            heard += listener.wait(5)
        assert sorted(heard) == [(EVENTS, job.id), (RINGS, job.id)]
        with clean_database.transaction() as session:
            running = Jobs(session).claim("worker", LEASE)
        assert listener.wait(5) == [(EVENTS, job.id)]
        assert running is not None
        with clean_database.transaction() as session:
            Jobs(session).report(running, 1, 2, "rows", "Reading")
        assert listener.wait(5) == [(EVENTS, job.id)]


class Life(RuleBasedStateMachine):
    """Many workers, zombies among them, do anything in any order, against a model of the rules."""

    database: Database
    ids = Bundle("ids")
    leases = Bundle("leases")

    def __init__(self) -> None:
        super().__init__()
        self.connection = self.database.engine.connect()
        self.outer = self.connection.begin()
        self.session = Session(
            self.connection, join_transaction_mode="create_savepoint", expire_on_commit=False
        )
        self.jobs = Jobs(self.session)
        self.org_id = Orgs(self.session).ensure(DEFAULT).id
        self.holder: dict[str, Job] = {}
        self.ended: dict[str, Job] = {}
        self.effects: dict[str, int] = {}

    def teardown(self) -> None:
        self.session.close()
        self.outer.rollback()
        self.connection.close()

    def row(self, job_id: str) -> Job:
        return self.jobs.get(self.org_id, job_id)

    def holds(self, lease: Job) -> bool:
        return self.holder.get(lease.id) is lease

    def check(self, lease: Job, happened: bool) -> None:
        """An operation takes effect exactly for the present holder of the lease."""
        assert happened == self.holds(lease)

    @rule(target=ids, key=st.sampled_from([None, "a", "b"]), tries=st.integers(1, 3))
    def enqueue(self, key: str | None, tries: int) -> str:
        there = self.jobs.active(self.org_id, "load", key) if key else None
        job = self.jobs.enqueue(self.org_id, "load", {}, key=key, max_attempts=tries)
        assert there is None or there.id == job.id
        return job.id

    @rule(target=leases, owner=st.sampled_from(["one", "two"]))
    def claim(self, owner: str) -> Any:
        due = self.jobs.due()
        lease = self.jobs.claim(owner, LEASE)
        if lease is None:
            assert not due
            return multiple()
        assert lease.id == due[0]
        assert lease.id not in self.holder
        self.holder[lease.id] = lease
        return lease

    @rule(lease=leases)
    def renew(self, lease: Job) -> None:
        self.check(lease, self.jobs.renew(lease, LEASE) is not None)

    @rule(lease=leases)
    def report(self, lease: Job) -> None:
        self.check(lease, self.jobs.report(lease, 1, 2, "rows", "") is not None)

    @rule(lease=leases)
    def finish(self, lease: Job) -> None:
        happened = self.jobs.finish(lease, {"by": lease.lease_owner, "attempt": lease.attempts})
        self.check(lease, happened)
        if happened:
            self.effects[lease.id] = self.effects.get(lease.id, 0) + 1
            del self.holder[lease.id]
            assert self.row(lease.id).state == "succeeded"

    @rule(lease=leases, retry=st.booleans())
    def fail(self, lease: Job, retry: bool) -> None:
        cancelled = self.row(lease.id).cancel_requested
        happened = self.jobs.fail(lease, {"code": "x"}, retry=retry)
        self.check(lease, happened)
        if happened:
            del self.holder[lease.id]
            again = retry and lease.attempts < lease.max_attempts
            assert self.row(lease.id).state == (
                "failed" if not again else "cancelled" if cancelled else "queued"
            )

    @rule(lease=leases)
    def release(self, lease: Job) -> None:
        happened = self.jobs.release(lease)
        self.check(lease, happened)
        if happened:
            del self.holder[lease.id]

    @rule(lease=leases)
    def stop(self, lease: Job) -> None:
        happened = self.jobs.stop(lease)
        self.check(lease, happened)
        if happened:
            del self.holder[lease.id]

    @rule(job_id=ids)
    def cancel(self, job_id: str) -> None:
        before = self.row(job_id)
        if before.ended:
            with pytest.raises(Conflict):
                self.jobs.cancel(self.org_id, job_id)
        else:
            after = self.jobs.cancel(self.org_id, job_id)
            assert after.state == ("cancelled" if before.state == "queued" else "running")

    @rule(seconds=st.sampled_from([1, 30, 90, 400]))
    def wait(self, seconds: int) -> None:
        passes(self.session, timedelta(seconds=seconds))

    @rule()
    def reap(self) -> None:
        for job_id in self.jobs.reap():
            lease = self.holder.pop(job_id)
            row = self.row(job_id)
            assert row.state in (
                ("cancelled",)
                if row.cancel_requested
                else ("failed",)
                if lease.attempts >= lease.max_attempts
                else ("queued",)
            )

    @invariant()
    def rows_agree_with_the_model(self) -> None:
        for job in self.jobs.page(self.org_id, limit=1_000):
            assert (job.state == "running") == (job.id in self.holder)
            assert job.attempts <= job.max_attempts
            if job.id in self.ended:
                assert job == self.ended[job.id], "an ended job has changed"
            elif job.ended:
                self.ended[job.id] = job
        assert all(count == 1 for count in self.effects.values())


def test_no_order_of_events_breaks_the_rules(clean_database: Database) -> None:
    class Bound(Life):
        database = clean_database

    run_state_machine_as_test(  # type: ignore[no-untyped-call]
        Bound,
        settings=settings(
            max_examples=30,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
