"""API clients: the machines of an organisation, kept like its accounts."""

from datetime import datetime, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from services.directory import handlers
from services.directory.api.common import (
    LARGEST_BATCH,
    Body,
    Desk,
    Name,
    Out,
    Roles,
    SortedRoles,
    Uow,
    never_cached,
    page_of,
)
from services.directory.domain.members import NewClient
from services.directory.repository import Repository
from shared.access.policy import Act, Actor
from shared.http.doors import Read, may
from shared.http.paging import After, Limit, Page, from_cursor

router = APIRouter(prefix="/v1/clients", tags=["clients"])

Manager = Annotated[Actor, may(Act.MANAGE_ACCOUNTS)]


class ClientIn(Body):
    """A machine to take up."""

    organisation: UUID | None = Field(default=None, description="The caller's own unless given.")
    label: Name
    roles: Roles

    def wanted(self, actor: Actor) -> NewClient:
        """Return what is wanted."""
        return NewClient(self.organisation or actor.organisation, self.label, self.roles)


class ClientsIn(Body):
    """Machines to take up at once: all or none."""

    clients: list[ClientIn] = Field(min_length=1, max_length=LARGEST_BATCH)


class ClientOut(Out):
    """A machine of an organisation; its id is the `client_id` of the token endpoint."""

    id: UUID
    organisation: UUID
    label: str
    roles: SortedRoles
    created_at: datetime
    disabled_at: datetime | None


class ClientWithSecret(ClientOut):
    """The client and its secret: shown this once. A repeat of the request answers without it; then rotate."""

    secret: str | None = None
    older_valid_until: datetime | None = Field(
        default=None, description="Until when the secret before this one is valid."
    )


class ClientsWithSecrets(Out):
    """Clients in the order in which they were sent."""

    clients: list[ClientWithSecret]


@router.post("", status_code=201, dependencies=[never_cached])
async def create_client(body: ClientIn, actor: Manager, uow: Uow) -> ClientWithSecret:
    """Take up one machine."""
    made, secrets = await handlers.create_clients([body.wanted(actor)], actor, uow)
    kept: ClientWithSecret = await uow.commit(ClientWithSecret.model_validate(made[0]))
    return _with(kept, secrets[0])


@router.post("/batch", status_code=201, dependencies=[never_cached])
async def create_clients(body: ClientsIn, actor: Manager, uow: Uow) -> ClientsWithSecrets:
    """Take up to 500 machines, all or none; a refusal names the place in the list, from 0."""
    made, secrets = await handlers.create_clients([one.wanted(actor) for one in body.clients], actor, uow)
    kept: ClientsWithSecrets = await uow.commit(
        ClientsWithSecrets(clients=[ClientWithSecret.model_validate(one) for one in made])
    )
    return ClientsWithSecrets(clients=[_with(*pair) for pair in zip(kept.clients, secrets, strict=True)])


@router.get("")
async def clients(
    actor: Manager, reading: Read, organisation: UUID | None = None, after: After = None, limit: Limit = 50
) -> Page[ClientOut]:
    """Return the clients of one's organisation; to an administrator those of its region. Never their secrets."""
    last = from_cursor(after, UUID)
    rows = await Repository(reading.session).list_clients(actor, organisation, last, limit + 1)
    return page_of(rows, limit, ClientOut, "id")


@router.post("/{client}/rotate", dependencies=[never_cached])
async def rotate_client(client: UUID, actor: Manager, desk: Desk, uow: Uow) -> ClientWithSecret:
    """Give a machine a new secret; the one before stays valid for a while."""
    overlap = timedelta(hours=desk.settings.secret_overlap_hours)
    found, secret, until = await handlers.rotate_client(client, actor, overlap, uow)
    answer = ClientWithSecret.model_validate(found).model_copy(update={"older_valid_until": until})
    return _with(await uow.commit(answer), secret)


@router.post("/{client}/disable")
async def disable_client(client: UUID, actor: Manager, uow: Uow) -> ClientOut:
    """End a machine's access."""
    answer: ClientOut = await uow.commit(ClientOut.model_validate(await handlers.disable_client(client, actor, uow)))
    return answer


def _with(kept: ClientWithSecret, secret: str) -> ClientWithSecret:
    # What a repeat is answered with is kept in the database: so the secret is added after that.
    return kept.model_copy(update={"secret": secret})
