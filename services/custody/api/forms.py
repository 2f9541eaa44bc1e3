"""What the doors of custody share: the unit of work, the settings, and bodies of several doors."""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from services.custody.domain.papers import Contact, ContactKind
from services.custody.repository import CustodyUnitOfWork
from services.custody.settings import Settings
from shared.http.doors import writing
from shared.stage import Body, settings
from shared.vault import Keys

Uow = Annotated[CustodyUnitOfWork, writing]
Given = Annotated[Settings, Depends(settings)]


def _keys(request: Request) -> Keys:
    keys: Keys = request.app.state.keys
    return keys


OpenKeys = Annotated[Keys, Depends(_keys)]
Words = Annotated[str, Field(min_length=1, max_length=200)]
"""Short text about a person; stays with the house."""


class PersonIn(Body):
    """Somebody whom the family names."""

    name: Words
    relation: Words
    phone: Words

    def contact(self, kind: ContactKind) -> Contact:
        """Return the person as an entry of a list."""
        return Contact(kind, self.name, self.relation, self.phone)


class ContactIn(PersonIn):
    """Somebody for a list of the child."""

    kind: ContactKind


class Row(BaseModel):
    """Base of answers that are read from rows."""

    model_config = ConfigDict(from_attributes=True)


class ContactOut(Row):
    """An entry of a child's list; without words once the child's identity was erased."""

    id: UUID
    kind: ContactKind
    name: str | None
    relation: str | None
    phone: str | None
