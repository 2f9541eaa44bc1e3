"""Invented institutions and people; nobody in here exists."""

from datetime import date
from uuid import UUID

from services.screening.domain.suspicion import Actor

BORN = date(2022, 3, 15)


def organisation(number: int) -> UUID:
    return UUID(int=number)


CLINIC = Actor(organisation(1), UUID(int=101))
MCH = Actor(organisation(2), UUID(int=102))
HOSPITAL = Actor(organisation(3), UUID(int=103))
STRANGER = Actor(organisation(9), UUID(int=109))
