"""Invented institutions and people; nobody in here exists."""

from datetime import date
from uuid import UUID

from shared.contracts.envelope import ActorRef

BORN = date(2022, 3, 15)


def organisation(number: int) -> UUID:
    return UUID(int=number)


def a_person_of(number: int) -> ActorRef:
    return ActorRef(person=UUID(int=100 + number), organisation=organisation(number), role="staff")


CLINIC = a_person_of(1)
MCH = a_person_of(2)
HOSPITAL = a_person_of(3)
STRANGER = a_person_of(9)
