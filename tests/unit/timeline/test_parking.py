"""Which parked events can be stepped over, and by whom."""

from uuid import uuid4

import pytest

from services.timeline.domain.indicators import Counted, definitions
from services.timeline.domain.parking import blocking_reason, check_second_person, reasons, waived
from services.timeline.errors import NothingToStepOver, SecondPersonNeeded, WaiverNotAsked
from services.timeline.repository.indicators import Measure
from shared.contracts.events.timeline import ParkedReason, WaiverReason
from shared.journal.reason import Reason
from tests.support.children import Child, event_of


def test_every_reason_has_words_in_both_languages():
    assert reasons().keys() == set(Reason)
    assert all(words.zh and words.en for words in reasons().values())


@pytest.mark.parametrize("reason", ParkedReason)
def test_the_next_fact_of_a_stream_can_block_it(reason):
    assert blocking_reason(reason.value, 4, 3) is reason


@pytest.mark.parametrize("reason", sorted(set(Reason) - set(ParkedReason)))
def test_what_waits_or_is_no_fact_of_the_stream_blocks_nothing(reason):
    with pytest.raises(NothingToStepOver):
        blocking_reason(reason, 4, 3)


@pytest.mark.parametrize("last", [2, 4, 5])
def test_a_fact_that_is_not_the_next_one_blocks_nothing(last):
    with pytest.raises(NothingToStepOver):
        blocking_reason("poison", 4, last)


def test_whoever_asked_cannot_agree():
    person = uuid4()
    with pytest.raises(SecondPersonNeeded):
        check_second_person(person, person, WaiverReason.CONTENT_INVALID, WaiverReason.CONTENT_INVALID)


def test_the_second_person_agrees_to_the_same_reason():
    check_second_person(uuid4(), uuid4(), "content_invalid", WaiverReason.CONTENT_INVALID)
    with pytest.raises(WaiverNotAsked):
        check_second_person(uuid4(), uuid4(), "content_invalid", WaiverReason.CHAIN_BROKEN)


def test_the_waiver_names_the_event_and_two_persons():
    event, one, other = event_of(Child().registered()), uuid4(), uuid4()
    fact = waived(event, ParkedReason.POISON, WaiverReason.CONTENT_INVALID, one, other)
    assert (fact.waived_producer, fact.waived_sequence, fact.waived_event) == ("screening", 1, event.id)
    assert (fact.waived_hash, fact.asked_by, fact.agreed_by) == (event.hash.hex(), one, other)


def test_every_figure_has_a_definition_in_both_languages_and_a_query():
    for definition in definitions():
        assert definition.definition_zh
        assert definition.definition_en
        assert Measure(definition.key.value)
    assert [d.key.value for d in definitions() if d.counts is Counted.INSTITUTIONS] == [Measure.LICENSED]
