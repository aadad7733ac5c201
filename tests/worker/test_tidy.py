from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cco.core.window import FixedClock
from cco.store.jobs import Jobs
from cco.store.lake import LoadKey
from cco.store.orgs import DEFAULT, Orgs
from cco.wiring import Wiring
from cco.worker.tidy import Tidy
from tests.charges import charge, deliver, write


def test_a_day_later_only_what_is_in_use_is_left(wiring: Wiring) -> None:
    deliver(wiring.lake, [charge(date(2026, 1, 1), "1")], LoadKey("org", "source", "a.csv", "one"))
    abandoned = write(wiring.lake, [charge(date(2026, 1, 1), "2")], LoadKey("org", "source", "b.csv", "two"))
    with wiring.database.transaction() as session:
        org_id = Orgs(session).ensure(DEFAULT).id
        jobs = Jobs(session)
        job = jobs.enqueue(org_id, "load", {})
        jobs.cancel(org_id, job.id)
    Tidy(wiring).when_due()
    assert Path(abandoned[0].path.removeprefix("file://")).exists()
    later = FixedClock(datetime.now(UTC) + timedelta(days=91))
    Tidy(replace(wiring, clock=later)).when_due()
    assert not Path(abandoned[0].path.removeprefix("file://")).exists()
    assert len(wiring.lake.files("org")) == 1
    with wiring.database.transaction() as session:
        assert Jobs(session).due() == []
        assert Jobs(session).forget(datetime.now(UTC) + timedelta(days=365)) == 0


def test_it_is_done_once_a_day(wiring: Wiring) -> None:
    tidy = Tidy(wiring)
    tidy.when_due()
    abandoned = write(wiring.lake, [charge(date(2026, 1, 1), "2")], LoadKey("org", "source", "b.csv", "two"))
    tidy.when_due()
    assert Path(abandoned[0].path.removeprefix("file://")).exists()
