"""What facts add to the projections, without a database."""

from datetime import UTC, date, datetime
from uuid import uuid4

import orjson
import pytest

from services.timeline.domain.chain import Stage
from services.timeline.domain.projection import READERS, project
from shared.contracts.catalogue import FACTS
from shared.contracts.codes import ScreeningCategory
from shared.contracts.envelope import Event
from shared.contracts.events.screening import ClosingReason, SuspicionState, TracingAttempted, TracingOutcome
from shared.contracts.specimen import example_of
from tests.support.children import Child, a_whole_way, event_of

CENTRE, SCHOOL, HOME = uuid4(), uuid4(), uuid4()


def rows_of(child):
    return project([event_of(record) for record in child.records])


@pytest.mark.parametrize("fact", FACTS.values(), ids=lambda fact: fact.type)
def test_every_fact_of_the_catalogue_becomes_one_entry(fact):
    event = Event.read(example_of(fact).envelope)
    rows = project([event])
    assert [(row[0], row[2], row[-1]) for row in rows.entries] == [(event.subject, event.id, event.envelope)]
    assert (event.subject in rows.files) == (fact.about == "case")


def test_what_is_read_is_a_fact_of_the_catalogue():
    assert READERS.keys() <= FACTS.keys()


def test_a_whole_way_reaches_the_last_stage_whatever_came_last():
    child = a_whole_way(CENTRE, SCHOOL, HOME)
    assert rows_of(child).files[child.case].stage is Stage.IN_CUSTODY
    child.records.reverse()
    assert project([event_of(record) for record in child.records]).files[child.case].stage is Stage.IN_CUSTODY


def test_a_missed_session_a_voided_one_and_a_day_of_absence_count_nowhere():
    child = Child()
    child.trained(date(2024, 3, 4), CENTRE, uuid4(), attended=False)
    child.corrected(child.trained(date(2024, 3, 5), CENTRE, uuid4()))
    child.at_school(date(2024, 3, 5), CENTRE, present=False)
    rows = rows_of(child)
    assert [row[1] for row in rows.sessions] == [date(2024, 3, 5)]
    assert rows.corrections[0][1] == str(child.streams["rehab"].events[1].id)
    assert rows.school_days == []


def test_a_session_counts_on_its_day_in_shanghai():
    child = Child()
    child.trained(date(2024, 3, 4), CENTRE, uuid4())
    document = orjson.loads(child.records[0].value)
    document["data"]["starts_at"] = "2024-03-04T16:30:00Z"
    (row,) = project([Event.read(orjson.dumps(document, option=orjson.OPT_SORT_KEYS))]).sessions
    assert row[1] == date(2024, 3, 5)


NEVER_WAS = {ClosingReason.ENTERED_IN_ERROR, ClosingReason.DUPLICATE_MERGED}


@pytest.mark.parametrize("reason", ClosingReason)
def test_which_closing_says_that_there_never_was_a_suspicion(reason):
    child = Child()
    child.closed(date(2024, 3, 4), reason)
    (step,) = rows_of(child).steps
    assert step[5] is (reason in NEVER_WAS)


def test_a_suspicion_enters_its_state_on_the_day_in_shanghai():
    child = Child()
    fact = TracingAttempted(
        category=ScreeningCategory.AUTISM, attempted_on=date(2024, 3, 5), outcome=TracingOutcome.REACHED,
        failed_in_a_row=0, state=SuspicionState.SCREEN_POSITIVE,
    )  # fmt: skip
    child.add(fact, datetime(2024, 3, 4, 16, 30, tzinfo=UTC))
    assert [step[6] for step in rows_of(child).steps] == [date(2024, 3, 5)]


@pytest.mark.parametrize("missing", ["starts_at", "attended", "enrolment", "actor"])
def test_a_fact_without_what_is_needed_raises_and_is_parked_by_the_inbox(missing):
    child = Child()
    child.trained(date(2024, 3, 4), CENTRE, uuid4())
    document = orjson.loads(child.records[0].value)
    del document["data"][missing]
    with pytest.raises(KeyError):
        project([Event.read(orjson.dumps(document, option=orjson.OPT_SORT_KEYS))])


def test_fields_of_a_newer_producer_are_ignored():
    child = Child()
    child.registered()
    document = orjson.loads(child.records[0].value)
    document["data"]["shoe_size"] = 31
    document["type"] = "tongkang.screening.child_registered.v1"
    rows = project([Event.read(orjson.dumps(document, option=orjson.OPT_SORT_KEYS))])
    assert rows.files[child.case].county == "371602"


def test_a_fact_type_that_this_version_does_not_know_is_an_entry_and_nothing_more():
    child = Child()
    child.registered()
    document = orjson.loads(child.records[0].value)
    document["type"] = "tongkang.screening.horoscope_cast.v1"
    rows = project([Event.read(orjson.dumps(document, option=orjson.OPT_SORT_KEYS))])
    assert (len(rows.entries), rows.joined, rows.files[child.case].county) == (1, [], None)
