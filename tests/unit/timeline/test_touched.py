"""What asks for a new assessment, and that conclusions never do: no loop can begin."""

from uuid import UUID, uuid4

import pytest

from services.timeline.domain.touched import touched
from shared.contracts.catalogue import FACTS
from shared.contracts.envelope import Event, Fact
from shared.contracts.events import rehab, screening
from shared.contracts.events.timeline import FindingReviewed
from shared.contracts.specimen import specimen
from shared.testing.streams import Stream

CONCLUSIONS = [kind for kind in FACTS.values() if kind.producer == "timeline" and kind is not FindingReviewed]
ABOUT_CHILDREN = [kind for kind in FACTS.values() if kind.producer != "timeline" and kind.about == "case"]
ABOUT_INSTITUTIONS = [kind for kind in FACTS.values() if kind.about == "institution"]


def told(kind: type[Fact], subject: UUID) -> list[Event]:
    stream = Stream(kind.producer, subject)
    stream.append(specimen(kind))
    return stream.events


@pytest.mark.parametrize("kind", CONCLUSIONS)
def test_no_conclusion_of_the_timeline_asks_for_another_assessment(kind: type[Fact]):
    found = touched(told(kind, uuid4()))
    assert (found.cases, found.institutions) == (set(), set())


@pytest.mark.parametrize("kind", [*ABOUT_CHILDREN, FindingReviewed])
def test_every_fact_of_a_stage_and_every_decision_of_a_person_does(kind: type[Fact]):
    case = uuid4()
    assert case in touched(told(kind, case)).cases


@pytest.mark.parametrize("kind", ABOUT_INSTITUTIONS)
def test_a_fact_about_an_institution_asks_for_its_children(kind: type[Fact]):
    institution = uuid4()
    found = touched(told(kind, institution))
    assert (found.cases, found.institutions) == (set(), {institution})


def test_two_cases_that_become_one_child_are_both_assessed():
    fact = specimen(screening.IdentityMerged)
    stream = Stream("screening", fact.merged)
    stream.append(fact)
    assert touched(stream.events).cases == {fact.merged, fact.survivor}


def test_a_batch_names_each_case_once():
    case = uuid4()
    events = told(rehab.SessionRecorded, case) * 3
    assert touched(events).cases == {case}
