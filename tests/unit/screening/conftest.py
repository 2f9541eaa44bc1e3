"""Invented children and institutions for the rules of screening."""

from dataclasses import replace
from datetime import date
from uuid import UUID

import pytest

from services.screening.domain.protocol import Protocol, protocols
from services.screening.domain.suspicion import Child, Suspicion
from shared.contracts.codes import ScreeningCategory
from shared.contracts.envelope import ActorRef
from shared.contracts.events.screening import SuspicionState
from tests.unit.screening.invented import BORN, CLINIC


@pytest.fixture(scope="session")
def protocol() -> Protocol:
    return protocols().in_force(date(2024, 6, 1))


@pytest.fixture
def child() -> Child:
    return Child(UUID(int=7), BORN)


@pytest.fixture
def suspicion(child: Child) -> Suspicion:
    """A suspicion of autism, fresh from the clinic's initial screening."""
    return Suspicion(
        child=child,
        category=ScreeningCategory.AUTISM,
        episode=1,
        state=SuspicionState.SCREEN_POSITIVE,
        owner=CLINIC.organisation,
        first_screener=CLINIC.organisation,
        first_screener_person=CLINIC.person,
        opened_on=date(2024, 3, 20),
        since=date(2024, 3, 20),
    )


@pytest.fixture
def in_state(suspicion: Suspicion):
    """The suspicion in any state, owned by anyone."""

    def make(state: SuspicionState, owner: ActorRef = CLINIC, **changes) -> Suspicion:
        return replace(suspicion, state=state, owner=owner.organisation, **changes)

    return make
