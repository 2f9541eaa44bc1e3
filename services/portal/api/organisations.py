"""Organisations and the accounts of their people: listed, taken up, closed; a password is shown once."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from services.portal.api.common import Form, Sent, Visit, page, see, status_of
from services.portal.upstream import TurnedDown
from shared.access.policy import Act, Role
from shared.contracts.codes import OrgType

router = APIRouter(prefix="/organisations", include_in_schema=False)
accounts_router = APIRouter(prefix="/accounts", include_in_schema=False)

Keeps = Annotated[Visit, page(Act.MANAGE_ORGANISATIONS)]
Manages = Annotated[Visit, page(Act.MANAGE_ACCOUNTS)]
After = Annotated[str | None, Query(max_length=400)]
KINDS = tuple(kind for kind in OrgType if kind is not OrgType.SERVICE)
ROLES = tuple(role for role in Role if role is not Role.SERVICE)
EVERYWHERE = (Role.STAFF, Role.MANAGER)


class Narrowed(BaseModel):
    """Which organisations are listed."""

    org_type: Annotated[str, Field(max_length=30)] = ""
    region: Annotated[str, Field(pattern=r"^[0-9]{0,6}$")] = ""
    after: Annotated[str, Field(max_length=400)] = ""

    @property
    def query(self) -> dict[str, str]:
        """The same as the directory is asked."""
        return {name: value for name, value in self.model_dump().items() if value}


@router.get("")
async def organisations(visit: Keeps, wanted: Annotated[Narrowed, Query()]) -> Response:
    """Return a page of organisations, open and closed."""
    return await _organisations(visit, wanted)


@router.post("")
async def take_up(visit: Keeps, sent: Sent) -> Response:
    """Take up an organisation."""
    body: dict[str, Any] = {name: sent.text(name) for name in ("name", "org_type", "region")}
    body["credit_code"] = sent.text("credit_code") or None
    try:
        made = await visit.call.post("directory", "/v1/organisations", body, key=sent.key)
    except TurnedDown as refused:
        return await _organisations(visit, Narrowed(), refused=refused, sent=sent)
    return see("/accounts", organisation=made["id"], done="organisation")


@router.post("/{organisation}/close")
async def close(visit: Keeps, organisation: UUID, sent: Sent) -> Response:
    """Close an organisation: nobody of it signs in any more; what it recorded stays."""
    try:
        await visit.call.post("directory", f"/v1/organisations/{organisation}/close", {}, key=sent.key)
    except TurnedDown as refused:
        return await _organisations(visit, Narrowed(), refused=refused)
    return see("/organisations", done="closed")


async def _organisations(
    visit: Visit, wanted: Narrowed, *, refused: TurnedDown | None = None, sent: Form | None = None
) -> Response:
    region = wanted.region or visit.actor.region
    listed = await visit.call.get("directory", "/v1/organisations", **(wanted.query | {"region": region, "limit": 50}))
    return visit.page(
        "organisations.html", page=listed, asked=wanted, kinds=KINDS, refused=refused,
        typed=sent.values if sent else {}, done=visit.request.query_params.get("done", ""),
        status=status_of(refused),
    )  # fmt: skip


@accounts_router.get("")
async def accounts(visit: Manages, organisation: UUID | None = None, after: After = None) -> Response:
    """Return a page of the accounts of one organisation: one's own unless another is named."""
    return await _accounts(visit, organisation, after)


@accounts_router.post("")
async def create(visit: Manages, sent: Sent) -> Response:
    """Take up a person; the page that answers shows the password, this once."""
    organisation = _organisation(sent)
    body: dict[str, Any] = {name: sent.text(name) for name in ("user_name", "display_name")}
    body |= {"roles": sent.texts("roles")} | ({"organisation": str(organisation)} if organisation else {})
    try:
        made = await visit.call.post("directory", "/v1/accounts", body, key=sent.key)
    except TurnedDown as refused:
        return await _accounts(visit, organisation, refused=refused, sent=sent)
    return await _accounts(visit, organisation, made=made)


@accounts_router.post("/{account}/password")
async def reset(visit: Manages, account: UUID, sent: Sent) -> Response:
    """Give a person a new password, which the page that answers shows, this once."""
    try:
        made = await visit.call.post("directory", f"/v1/accounts/{account}/password", {}, key=sent.key)
    except TurnedDown as refused:
        return await _accounts(visit, _organisation(sent), refused=refused)
    return await _accounts(visit, _organisation(sent), made=made)


@accounts_router.post("/{account}/disable")
async def disable(visit: Manages, account: UUID, sent: Sent) -> Response:
    """End an account."""
    organisation = _organisation(sent)
    try:
        await visit.call.post("directory", f"/v1/accounts/{account}/disable", {}, key=sent.key)
    except TurnedDown as refused:
        return await _accounts(visit, organisation, refused=refused)
    return see("/accounts", done="disabled", **({"organisation": str(organisation)} if organisation else {}))


async def _accounts(
    visit: Visit, organisation: UUID | None, after: str | None = None, *, refused: TurnedDown | None = None,
    made: dict[str, Any] | None = None, sent: Form | None = None,
) -> Response:  # fmt: skip
    of = organisation or visit.actor.organisation
    found = await visit.call.get("directory", f"/v1/organisations/{of}")
    listed = await visit.call.get("directory", "/v1/accounts", organisation=str(of), after=after, limit=50)
    return visit.page(
        "accounts.html", page=listed, organisation=found, roles=roles_of(found["org_type"]), refused=refused,
        made=made, sent=sent, done=visit.request.query_params.get("done", ""),
        status=status_of(refused),
    )  # fmt: skip


def roles_of(org_type: str) -> tuple[Role, ...]:
    """Return the roles that a form offers for a kind of organisation; the directory decides which fit."""
    if org_type == OrgType.FEDERATION:
        return ROLES
    return (*EVERYWHERE, Role.AUDITOR) if org_type == OrgType.AUDITOR else EVERYWHERE


def _organisation(sent: Form) -> UUID | None:
    """Return the organisation that a form is about; nothing for one's own, or what is no id."""
    try:
        return UUID(sent.text("organisation"))
    except ValueError:
        return None
