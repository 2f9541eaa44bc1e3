"""`POST /v1/token`, and the public documents that let others check what it gives out."""

from base64 import b64decode
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, unquote_plus

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from services.directory.api.common import Desk, From, never_cached
from services.directory.errors import GrantUnsupported, TokenRequestInvalid
from services.directory.login import Admitted, LoginDesk, Visitor
from shared.http.doors import open_door

router = APIRouter(tags=["tokens"])

FORM = "application/x-www-form-urlencoded"
LARGEST_FORM = 8192
MOST_FIELDS = 20


class PasswordGrant(BaseModel):
    """A person asks (RFC 6749 §4.3)."""

    grant_type: Literal["password"]
    username: str = Field(min_length=1, max_length=200)
    password: str = Field(min_length=1, max_length=200)
    purpose: str | None = Field(
        default=None, max_length=40, description="What for; the organisation's first purpose unless given."
    )
    scope: Literal["offline_access"] | None = Field(
        default=None, description="Only for a service of Tongkang, which sends its id and secret too: keep the login."
    )
    client_id: str | None = Field(default=None, max_length=64)
    client_secret: str | None = Field(default=None, max_length=200)


class RefreshGrant(BaseModel):
    """A service asks for the person whose login it keeps (RFC 6749 §6)."""

    grant_type: Literal["refresh_token"]
    refresh_token: str = Field(min_length=1, max_length=200)
    client_id: str = Field(min_length=1, max_length=64)
    client_secret: str = Field(min_length=1, max_length=200)
    purpose: str | None = Field(default=None, max_length=40)


class ClientGrant(BaseModel):
    """A machine asks (RFC 6749 §4.4); its id and secret may stand in the header `Authorization: Basic` instead."""

    grant_type: Literal["client_credentials"]
    client_id: str = Field(min_length=1, max_length=64)
    client_secret: str = Field(min_length=1, max_length=200)
    purpose: str | None = Field(default=None, max_length=40)


AnyGrant = PasswordGrant | RefreshGrant | ClientGrant
GRANT: TypeAdapter[AnyGrant] = TypeAdapter(Annotated[AnyGrant, Field(discriminator="grant_type")])
GRANT_TYPES = ("password", "refresh_token", "client_credentials")


class Revocation(BaseModel):
    """A service says that the person whose login it keeps has signed out (RFC 7009)."""

    token: str = Field(min_length=1, max_length=200)
    client_id: str = Field(min_length=1, max_length=64)
    client_secret: str = Field(min_length=1, max_length=200)


class Token(BaseModel):
    """An access token (RFC 6749 §5.1)."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the kind of token
    expires_in: int = Field(description="Seconds.")
    password_change_due: bool | None = Field(
        default=None, description="People only: the password is still the initial one."
    )
    refresh_token: str | None = Field(default=None, description="Where the login is kept.")


FORM_SCHEMA = {"oneOf": [kind.model_json_schema() for kind in (PasswordGrant, RefreshGrant, ClientGrant)]}


@router.post(
    "/v1/token",
    response_model_exclude_none=True,
    dependencies=[open_door("is where tokens come from; limited by address and by user name"), never_cached],
    openapi_extra={"requestBody": {"required": True, "content": {FORM: {"schema": FORM_SCHEMA}}}},
)
async def issue_token(request: Request, desk: Desk, visitor: From) -> Token:
    """Give a person, a service for a person, or a machine an access token (OAuth 2.0)."""
    grant = _grant(await _form(request))
    admitted, kept = await _admit(desk, grant, visitor)
    return Token(
        access_token=desk.token(admitted, grant.purpose),
        expires_in=desk.settings.token_seconds,
        password_change_due=admitted.password_is_initial,
        refresh_token=kept,
    )


@router.post(
    "/v1/token/revocation",
    status_code=204,
    dependencies=[open_door("ends a login for the service that keeps it and proves itself in the form"), never_cached],
    openapi_extra={"requestBody": {"required": True, "content": {FORM: {"schema": Revocation.model_json_schema()}}}},
)
async def revoke_token(request: Request, desk: Desk, visitor: From) -> None:
    """End a kept login (RFC 7009). What is unknown or over already is answered in the same way."""
    try:
        asked = Revocation.model_validate(await _form(request))
    except ValidationError:
        raise TokenRequestInvalid from None
    await desk.end(asked.token, await desk.keeper(asked.client_id, asked.client_secret, visitor), visitor)


async def _admit(desk: LoginDesk, grant: AnyGrant, visitor: Visitor) -> tuple[Admitted, str | None]:
    """Let somebody in; with it the refresh token of a login that is kept from now on."""
    if isinstance(grant, ClientGrant):
        return await desk.by_secret(grant.client_id, grant.client_secret, visitor), None
    if isinstance(grant, RefreshGrant):
        keeper = await desk.keeper(grant.client_id, grant.client_secret, visitor)
        return await desk.renew(grant.refresh_token, keeper), None
    if grant.scope is None:
        return await desk.by_password(grant.username, grant.password, visitor), None
    keeper = await desk.keeper(grant.client_id or "", grant.client_secret or "", visitor)
    admitted = await desk.by_password(grant.username, grant.password, visitor)
    return admitted, await desk.keep(admitted, keeper)


def _grant(form: dict[str, str]) -> AnyGrant:
    if "grant_type" in form and form["grant_type"] not in GRANT_TYPES:
        raise GrantUnsupported
    try:
        return GRANT.validate_python(form)
    except ValidationError:
        # Without the cause: it repeats what was sent, a password perhaps.
        raise TokenRequestInvalid from None


async def _form(request: Request) -> dict[str, str]:
    """Read the form, and the client's id and secret from the header where they stand there (RFC 6749 §2.3.1)."""
    body = await request.body()
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM or len(body) > LARGEST_FORM:
        raise TokenRequestInvalid
    try:
        fields = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS)
        fields += _basic(request.headers.get("authorization", ""))
    except ValueError:
        raise TokenRequestInvalid from None
    if len(dict(fields)) < len(fields):
        raise TokenRequestInvalid
    return dict(fields)


def _basic(header: str) -> list[tuple[str, str]]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return []
    client, colon, secret = b64decode(encoded, validate=True).decode().partition(":")
    if not colon:
        raise ValueError
    return [("client_id", unquote_plus(client)), ("client_secret", unquote_plus(secret))]


@router.get("/.well-known/jwks.json", dependencies=[open_door("public keys")])
async def keys(desk: Desk) -> dict[str, Any]:
    """Return the public keys of access tokens (RFC 7517)."""
    return desk.keys.jwks


@router.get("/.well-known/openid-configuration", dependencies=[open_door("where the public documents are")])
async def configuration(desk: Desk) -> dict[str, Any]:
    """Say where tokens and keys are (RFC 8414). There are no ID tokens and no page to log in on."""
    base = str(desk.settings.directory_url).rstrip("/")
    return {
        "issuer": desk.settings.issuer,
        "token_endpoint": f"{base}/v1/token",
        "jwks_uri": f"{base}/.well-known/jwks.json",
        "revocation_endpoint": f"{base}/v1/token/revocation",
        "grant_types_supported": GRANT_TYPES,
        "response_types_supported": [],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }
