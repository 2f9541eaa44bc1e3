"""Identifiers. A case id is random and derived from nothing (events, envelope); a fact's id is ordered by time."""

from typing import Annotated
from uuid import UUID, uuid4, uuid5

from pydantic import Field
from uuid_utils.compat import uuid7

CaseId = Annotated[UUID, Field(description="Case id: random, made at registration, derived from nothing.")]
OrganisationId = Annotated[UUID, Field(description="Organisation id as known to the directory.")]
PersonId = Annotated[UUID, Field(description="Opaque id of a person who works with the system; never a name.")]


def new_case() -> UUID:
    """Return a fresh case id: random, so that it tells nothing about the child or the time of registration."""
    return uuid4()


def new_fact() -> UUID:
    """Return a fresh fact id (UUIDv7): facts sort by the time they were recorded."""
    return uuid7()


def new_record() -> UUID:
    """Return a fresh id of a record that is not a case: a referral, an enrolment, a placement."""
    return uuid7()


_SERVICES = UUID("6f0d1c52-52b5-4f4e-9d0e-7a1c3c1f2a10")


def of_service(name: str) -> UUID:
    """Return the fixed id under which a Tongkang service itself acts: as person and as organisation."""
    return uuid5(_SERVICES, name)
