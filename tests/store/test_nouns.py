"""Repositories by noun: organisations, sources, loads, accounts, resources, rates."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cco.core.errors import Conflict, InvalidInput, NotFound
from cco.core.resource import Resource
from cco.core.window import FixedClock
from cco.store.accounts import Accounts
from cco.store.loads import Loads
from cco.store.orgs import DEFAULT, DEMO, Orgs
from cco.store.rates import Rate, Rates
from cco.store.resources import Resources
from cco.store.sources import Sources
from cco.store.tables import Row, new_id

SEPTEMBER = datetime(2026, 9, 1, tzinfo=UTC)
OCTOBER = datetime(2026, 10, 1, tzinfo=UTC)
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def other_org(session: Session) -> str:
    return Orgs(session).create("other", "Other").id


# organisations


def test_the_demo_is_marked_and_real_organisations_are_not(session: Session) -> None:
    orgs = Orgs(session)
    assert orgs.ensure(DEMO).is_demo
    assert not orgs.ensure(DEFAULT).is_demo
    assert orgs.ensure(DEFAULT) == orgs.by_slug(DEFAULT)


def test_an_unknown_organisation_is_answered_with_those_there_are(session: Session, org_id: str) -> None:
    with pytest.raises(NotFound, match="default"):
        Orgs(session).by_slug("defualt")
    with pytest.raises(NotFound):
        Orgs(session).get(new_id())


def test_a_slug_is_taken_once_and_is_a_plain_word(session: Session, org_id: str) -> None:
    with pytest.raises(Conflict):
        Orgs(session).create(DEFAULT, "Again")
    with pytest.raises(IntegrityError):
        Orgs(session).create("Not A Slug", "No")


def test_name_and_currency_change(session: Session, org_id: str) -> None:
    changed = Orgs(session).change(org_id, name="Acme", reporting_currency="EUR")
    assert (changed.name, changed.reporting_currency) == ("Acme", "EUR")
    assert Orgs(session).get(org_id) == changed
    with pytest.raises(NotFound):
        Orgs(session).change(new_id(), name="Nobody")


# sources


def test_a_location_is_one_source_of_an_organisation(session: Session, org_id: str, other_org: str) -> None:
    sources = Sources(session)
    one = sources.at(org_id, "/bills", kind="folder", name="bills")
    assert sources.at(org_id, "/bills", kind="folder", name="renamed") == one
    assert sources.at(other_org, "/bills", kind="folder", name="bills").id != one.id
    with pytest.raises(Conflict):
        sources.create(org_id, name="again", kind="folder", location="/bills", now=NOVEMBER)
    with pytest.raises(NotFound):
        sources.get(other_org, one.id)
    assert sources.all(org_id) == (one,)


def test_a_polled_source_is_due_at_once_and_then_after_its_minutes(session: Session, org_id: str) -> None:
    sources = Sources(session)
    source = sources.create(org_id, name="s", kind="s3", location="s3://b/p", poll_minutes=30, now=NOVEMBER)
    sources.create(org_id, name="asked", kind="folder", location="/asked", now=NOVEMBER)
    assert sources.take_due(NOVEMBER - timedelta(seconds=1)) == ()
    assert [each.id for each in sources.take_due(NOVEMBER)] == [source.id]
    assert sources.take_due(NOVEMBER + timedelta(minutes=29)) == ()
    assert [each.id for each in sources.take_due(NOVEMBER + timedelta(minutes=30))] == [source.id]


def test_a_paused_source_is_not_polled_until_it_is_scheduled_again(session: Session, org_id: str) -> None:
    sources = Sources(session)
    source = sources.create(org_id, name="s", kind="folder", location="/s", poll_minutes=5, now=NOVEMBER)
    assert not sources.change(org_id, source.id, enabled=False).enabled
    assert sources.schedule(org_id, source.id, NOVEMBER).next_poll_at is None
    assert sources.take_due(NOVEMBER + timedelta(days=1)) == ()
    sources.change(org_id, source.id, enabled=True, name="renamed", poll_minutes=10)
    assert sources.schedule(org_id, source.id, NOVEMBER).next_poll_at == NOVEMBER
    with pytest.raises(TypeError):
        sources.change(org_id, source.id, location="/elsewhere")


def test_what_a_look_saw_is_remembered_and_its_trouble_told(session: Session, org_id: str) -> None:
    sources = Sources(session)
    source = sources.at(org_id, "/s", kind="folder", name="s")
    assert sources.seen(source.id) == {}
    sources.remember(source.id, {"a.csv": "1", "b.csv": "1"})
    sources.remember(source.id, {"b.csv": "2"})
    assert sources.seen(source.id) == {"a.csv": "1", "b.csv": "2"}
    sources.polled(source.id, NOVEMBER, {"code": "not-found"})
    session.expire_all()
    assert sources.get(org_id, source.id).last_error == {"code": "not-found"}
    sources.polled(source.id, OCTOBER)
    session.expire_all()
    looked = sources.get(org_id, source.id)
    assert (looked.last_error, looked.last_polled_at) == (None, OCTOBER)


def test_a_source_goes_with_its_loads(session: Session, org_id: str, other_org: str) -> None:
    sources = Sources(session)
    source = sources.at(org_id, "/s", kind="folder", name="s")
    load_id = begin(session, org_id, source.id)
    with pytest.raises(NotFound):
        sources.remove(other_org, source.id)
    sources.remove(org_id, source.id)
    session.expire_all()
    assert Loads(session).find(org_id, load_id) is None


# loads


def begin(session: Session, org_id: str, source_id: str, load_id: str | None = None, **more: Any) -> str:
    load_id = load_id or str(uuid.uuid4())
    values: dict[str, Any] = {
        "source_id": source_id,
        "job_id": None,
        "part": "a.csv",
        "file": "a.csv",
        "bytes": 10,
        "started_at": NOVEMBER,
    }
    Loads(session).begin(org_id, load_id, **(values | more))
    return load_id


@pytest.fixture
def source_id(session: Session, org_id: str) -> str:
    return Sources(session).at(org_id, "/s", kind="folder", name="s").id


def test_another_attempt_starts_a_load_afresh_but_never_an_ended_one(
    session: Session, org_id: str, source_id: str
) -> None:
    loads = Loads(session)
    load_id = begin(session, org_id, source_id)
    begin(session, org_id, source_id, load_id, bytes=20)
    assert loads.get(org_id, load_id).bytes == 20
    assert loads.save(org_id, load_id, status="loaded", rows_kept=5)
    begin(session, org_id, source_id, load_id, bytes=30)
    session.expire_all()
    kept = loads.get(org_id, load_id)
    assert (kept.status, kept.bytes, kept.rows_kept) == ("loaded", 20, 5)


def test_a_load_of_another_organisation_is_not_there(
    session: Session, org_id: str, other_org: str, source_id: str
) -> None:
    load_id = begin(session, org_id, source_id)
    assert Loads(session).find(other_org, load_id) is None
    assert not Loads(session).save(other_org, load_id, status="loaded")
    with pytest.raises(NotFound):
        Loads(session).get(other_org, load_id)


def test_the_same_content_is_found_where_it_went_into_the_lake(
    session: Session, org_id: str, other_org: str, source_id: str
) -> None:
    loads = Loads(session)
    loaded, rejected = (begin(session, org_id, source_id) for _ in range(2))
    loads.save(org_id, loaded, content_hash="abc", status="loaded")
    loads.save(org_id, rejected, content_hash="abc", status="rejected")
    assert [load.id for load in loads.of_content(org_id, "abc")] == [loaded]
    assert loads.of_content(other_org, "abc") == ()


def test_pages_of_loads_go_back_in_time_without_gaps(session: Session, org_id: str, source_id: str) -> None:
    loads = Loads(session)
    ids = {begin(session, org_id, source_id) for _ in range(7)}
    seen: list[str] = []
    before = None
    while page := loads.page(org_id, limit=3, before=before):
        seen += [load.id for load in page]
        before = (page[-1].created_at, page[-1].id)
    assert len(seen) == 7
    assert set(seen) == ids
    loads.save(org_id, seen[0], status="rejected")
    assert [load.id for load in loads.page(org_id, limit=9, status="rejected")] == [seen[0]]
    assert loads.page(org_id, limit=9, source_id=new_id()) == ()
    assert loads.newest(org_id)[source_id].id in ids


# accounts


@dataclass(frozen=True)
class Seen:
    provider: str
    account_id: str
    name: str | None
    billing_account_id: str
    first_seen: datetime
    last_seen: datetime


def test_the_newest_bill_names_an_account_whatever_the_order_of_loading(
    session: Session, org_id: str
) -> None:
    accounts = Accounts(session)
    old = Seen("AWS", "1", "old name", "b", SEPTEMBER, OCTOBER)
    new = Seen("AWS", "1", "new name", "b", OCTOBER, NOVEMBER)
    nameless = Seen("AWS", "1", None, "b", NOVEMBER, NOVEMBER + timedelta(days=9))
    for order in ((old, new, nameless), (nameless, new, old), (new, old, nameless)):
        session.execute(text("DELETE FROM accounts"))
        for each in order:
            accounts.seen(org_id, [each])
        session.expire_all()
        (account,) = accounts.all(org_id)
        assert account.name == "new name"
        assert (account.first_seen, account.last_seen) == (SEPTEMBER, nameless.last_seen)
    accounts.seen(org_id, [old, Seen("Azure", "1", None, "b", OCTOBER, OCTOBER)])
    assert accounts.names(org_id).keys() == {("AWS", "1")}
    accounts.seen(org_id, [])


# resources


def resource(name: str | None = "web", **more: Any) -> Resource:
    values: dict[str, Any] = {
        "provider": "AWS",
        "id": "i-1",
        "name": name,
        "type": "Instance",
        "service": "EC2",
        "region": "eu-west-1",
        "account_id": "1",
        "tags": {"team": "a"},
        "first_seen": SEPTEMBER,
        "last_seen": OCTOBER,
    }
    return Resource(**(values | more))


def test_a_later_bill_changes_a_resource_and_an_earlier_one_fills_gaps(session: Session, org_id: str) -> None:
    resources = Resources(session)
    resources.seen(org_id, [resource()])
    resources.seen(
        org_id, [resource("renamed", type=None, tags={"team": "b"}, first_seen=OCTOBER, last_seen=NOVEMBER)]
    )
    resources.seen(
        org_id, [resource("ancient", tags={"team": "z"}, first_seen=SEPTEMBER - timedelta(days=9))]
    )
    (known,) = resources.named(org_id, [("AWS", "i-1")]).values()
    assert (known.name, known.type, known.tags) == ("renamed", "Instance", {"team": "b"})
    assert (known.first_seen, known.last_seen) == (SEPTEMBER - timedelta(days=9), NOVEMBER)
    assert resources.count(org_id) == 1


def test_seeing_the_same_again_changes_nothing(session: Session, org_id: str) -> None:
    resources = Resources(session)
    resources.seen(org_id, [resource()])
    version = text("SELECT xmin::text FROM cloud_resources")
    before = session.scalar(version)
    resources.seen(org_id, [resource()])
    assert session.scalar(version) == before


def test_thousands_of_resources_are_seen_at_once(session: Session, org_id: str) -> None:
    resources = Resources(session)
    many = [resource(id=f"i-{number}") for number in range(12_000)]
    resources.seen(org_id, many)
    assert resources.count(org_id) == 12_000


def test_a_resource_belongs_to_its_organisation(session: Session, org_id: str, other_org: str) -> None:
    resources = Resources(session)
    resources.seen(org_id, [resource()])
    (known,) = resources.named(org_id, [("AWS", "i-1")]).values()
    assert resources.get(org_id, known.id) == known
    with pytest.raises(NotFound):
        resources.get(other_org, known.id)
    assert resources.named(other_org, [("AWS", "i-1")]) == {}
    assert resources.named(org_id, []) == {}
    assert resources.search(other_org, "web", limit=5) == ()


def test_search_finds_every_word_in_any_place_and_takes_signs_as_they_are(
    session: Session, org_id: str
) -> None:
    resources = Resources(session)
    resources.seen(
        org_id,
        [
            resource("web_1", id="i-1", tags={"team": "payments"}),
            resource("webx1", id="i-2", tags={"team": "100%"}),
            resource(None, id="vol-3", type="Volume", tags={}),
        ],
    )

    def found(words: str) -> set[str]:
        return {each.resource_id for each in resources.search(org_id, words, limit=9)}

    assert found("WEB payments") == {"i-1"}
    assert found("web_1") == {"i-1"}
    assert found("0%") == {"i-2"}
    assert found("volume") == {"vol-3"}
    assert found("\\") == set()
    assert len(found("")) == 3


@given(name=st.text(max_size=40), value=st.text(max_size=40))
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_text_survives_but_the_character_that_postgresql_can_not_hold(
    session: Session, org_id: str, name: str, value: str
) -> None:
    session.execute(text("DELETE FROM cloud_resources"))
    session.expire_all()
    printable = name.encode("utf-8", "ignore").decode()
    Resources(session).seen(org_id, [resource(printable, tags={"k": value})])
    (known,) = Resources(session).named(org_id, [("AWS", "i-1")]).values()
    assert known.name == printable.replace("\0", "")
    assert known.tags == {"k": value.replace("\0", "")}


# rates


def test_a_rate_is_kept_to_its_last_decimal_and_replaced(session: Session, org_id: str) -> None:
    rates = Rates(session)
    euro = Rate("EUR", "USD", date(2026, 10, 1), Decimal("1.084100000001"))
    assert rates.put(org_id, [euro, replace(euro, period=date(2026, 9, 1))]) == 2
    assert [rate.period.month for rate in rates.into(org_id, "USD")] == [10, 9]
    assert rates.into(org_id, "USD")[0] == euro
    rates.put(org_id, [replace(euro, rate=Decimal("1.1"))])
    session.expire_all()
    assert rates.into(org_id, "USD")[0].rate == Decimal("1.1")
    assert rates.into(org_id, "CHF") == ()
    assert rates.put(org_id, []) == 0


@pytest.mark.parametrize(
    "rate",
    [
        Rate("EUR", "USD", date(2026, 10, 1), Decimal(0)),
        Rate("EUR", "USD", date(2026, 10, 1), Decimal("-1")),
        Rate("EUR", "USD", date(2026, 10, 1), Decimal("NaN")),
        Rate("EUR", "USD", date(2026, 10, 1), Decimal("Infinity")),
        Rate("EUR", "USD", date(2026, 10, 1), Decimal("1.0000000000001")),
        Rate("EUR", "USD", date(2026, 10, 1), Decimal(10) ** 20),
        Rate("EUR", "USD", date(2026, 10, 2), Decimal("1.1")),
    ],
)
def test_a_rate_that_makes_no_sense_is_refused(session: Session, org_id: str, rate: Rate) -> None:
    with pytest.raises(InvalidInput):
        Rates(session).put(org_id, [rate])


# every table


def test_every_table_with_an_organisation_s_data_names_it_and_goes_with_it(
    session: Session, clock: FixedClock
) -> None:
    shared = {"orgs", "users", "throttles", "alembic_version"}
    for table in Row.metadata.sorted_tables:
        if table.name in shared:
            continue
        assert "org_id" in table.columns, table.name
        (key,) = [each for each in table.foreign_keys if each.column.table.name == "orgs"]
        assert key.ondelete == "CASCADE", table.name


def test_ids_sort_by_the_millisecond_they_were_made_in() -> None:
    ids = [new_id() for _ in range(1_000)]
    assert len(set(ids)) == 1_000
    assert all(uuid.UUID(each).version == 7 for each in ids)
    stamps = [each[:13] for each in ids]
    assert stamps == sorted(stamps)
