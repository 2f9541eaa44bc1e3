"""Setting up the city in the directory: organisations, one machine each, and a few people to sign in as.

Secrets are shown once and kept in the data folder; a run that was killed before it kept one asks for a new one.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx

from deploy.local.files import write_whole
from deploy.local.home import DEMO_CITY
from deploy.simulator.callers import Credentials, Refused
from deploy.simulator.organisations import SHOWN_CENTRE, SHOWN_CLINIC, SHOWN_COUNTY, Organisation, all_organisations
from deploy.simulator.sources import source
from shared.access.policy import Role
from shared.contracts.codes import OrgType
from shared.words import called

MACHINE_ROLES = {
    OrgType.FEDERATION: [Role.INTAKE_CLERK, Role.REVIEWER, Role.APPROVER, Role.INSTITUTION_SUPERVISOR],
    OrgType.AUDITOR: [Role.AUDITOR],
}
AUDITING = [Role.AUDITOR, Role.FINANCE_CLERK]
"""The city's federation audits and records payments; its counties approve (handbook §3.3: never the same person)."""
SIGN_INS = {
    SHOWN_CLINIC: Role.STAFF,
    f"mch-{SHOWN_COUNTY}": Role.STAFF,
    "hospital-3716": Role.STAFF,
    SHOWN_CENTRE: Role.STAFF,
    f"school-{SHOWN_COUNTY}-special": Role.STAFF,
    f"care-{SHOWN_COUNTY}": Role.STAFF,
    f"federation-{SHOWN_COUNTY}": Role.REVIEWER,
    "federation-3716": Role.AUDITOR,
    f"education-{SHOWN_COUNTY}": Role.STAFF,
    "health-3716": Role.STAFF,
    "auditor-3716": Role.AUDITOR,
}
"""One person per kind of user, by the key of the organisation."""
OFFICERS = {
    f"{name}-{SHOWN_COUNTY}": (f"federation-{SHOWN_COUNTY}", role)
    for name, role in {
        "intake": Role.INTAKE_CLERK,
        "approver": Role.APPROVER,
        "supervisor": Role.INSTITUTION_SUPERVISOR,
        "finance": Role.FINANCE_CLERK,
        "privacy": Role.PRIVACY_OFFICER,
    }.items()
}
"""People of the county's federation beside its reviewer, by user name: a role of handbook §3.3 each, those who pay, and
who erases a child and does nothing else."""


@dataclass(frozen=True, slots=True)
class Login:
    """A person to sign in as, invented like everybody here."""

    user_name: str
    password: str
    role: str
    organisation: str


@dataclass(frozen=True, slots=True)
class City:
    """What the directory knows after the set-up."""

    ids: Mapping[str, UUID]
    credentials: Mapping[str, Credentials]
    logins: tuple[Login, ...]

    @property
    def names(self) -> dict[str, str]:
        """Names of the organisations by their ids."""
        return {str(self.ids[one.key]): one.name for one in all_organisations() if one.key in self.ids}


def city_file(home: Path) -> Path:
    """Return where the city of a data folder is kept, with its secrets."""
    return home / DEMO_CITY


def read_city(keep: Path) -> City | None:
    """Return the city that was set up, or None."""
    return _city(json.loads(keep.read_text(encoding="utf-8"))) if keep.exists() else None


@dataclass(frozen=True, slots=True)
class Administrator:
    """The administrator at work in the directory; every write has a key, so that it can be repeated."""

    url: str
    http: httpx.Client
    prefix: str

    def post(self, path: str, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        """Send one write and return the answer. Raises Refused."""
        headers = {"Idempotency-Key": f"{self.prefix}/{key}"}
        answer = self.http.post(f"{self.url}{path}", json=body, headers=headers)
        if not answer.is_success:
            raise Refused("administrator", path, answer.status_code, answer.text[:400])
        document: dict[str, Any] = answer.json()
        return document


def set_up(url: str, user_name: str, password: str, organisations: Sequence[Organisation], keep: Path) -> City:
    """Set the city up and return it; what an earlier run set up is found again in `keep`."""
    found = read_city(keep)
    if found:
        return found
    token = _token(url, user_name, password)
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=60, trust_env=False) as http:
        made = _made(Administrator(url, http, "city"), organisations)
    write_whole(keep, json.dumps(made, ensure_ascii=False, indent=1))
    return _city(made)


def _city(kept: Mapping[str, Any]) -> City:
    return City(
        ids={key: UUID(value) for key, value in kept["ids"].items()},
        credentials={key: Credentials(*value) for key, value in kept["credentials"].items()},
        logins=tuple(Login(**login) for login in kept["logins"]),
    )


def _made(administrator: Administrator, organisations: Sequence[Organisation]) -> dict[str, Any]:
    wanted = [{"name": o.name, "org_type": o.org_type, "region": o.region} for o in organisations]
    made = administrator.post("/v1/organisations/batch", {"organisations": wanted}, "organisations")
    ids = {o.key: entry["id"] for o, entry in zip(organisations, made["organisations"], strict=True)}
    credentials = _machines(administrator, organisations, ids)
    return {"ids": ids, "credentials": credentials, "logins": _people(administrator, organisations, ids)}


def _machines(
    administrator: Administrator, organisations: Sequence[Organisation], ids: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    wanted = [{"organisation": ids[o.key], "label": "invented", "roles": _roles(o)} for o in organisations]
    clients = administrator.post("/v1/clients/batch", {"clients": wanted}, "clients")["clients"]
    return {o.key: _with_secret(administrator, client) for o, client in zip(organisations, clients, strict=True)}


def _roles(organisation: Organisation) -> list[Role]:
    if organisation.key == f"federation-{source().city.region}":
        return AUDITING
    return MACHINE_ROLES.get(organisation.org_type, [Role.STAFF])


def _with_secret(administrator: Administrator, client: Mapping[str, Any]) -> tuple[str, str]:
    secret = client["secret"] or _anew(administrator, f"/v1/clients/{client['id']}/rotate")["secret"]
    return client["id"], secret


def _people(
    administrator: Administrator, organisations: Sequence[Organisation], ids: Mapping[str, str]
) -> list[dict[str, str]]:
    names = {o.key: o.name for o in organisations}
    people = []
    for user, (key, role) in _sign_ins().items():
        body = {
            "organisation": ids[key],
            "user_name": user,
            "display_name": f"样例{called('Role', role, 'zh')}",
            "roles": [role],
        }
        made = administrator.post("/v1/accounts", body, f"account-{user}")
        password = made["password"] or _anew(administrator, f"/v1/accounts/{made['id']}/password")["password"]
        people.append({"user_name": user, "password": password, "role": role, "organisation": names[key]})
    return people


def _sign_ins() -> dict[str, tuple[str, Role]]:
    return {key: (key, role) for key, role in SIGN_INS.items()} | OFFICERS


def _anew(administrator: Administrator, path: str) -> dict[str, Any]:
    """Ask for a secret that was shown before and not kept; never the same request twice."""
    return administrator.post(path, {}, f"anew-{uuid4()}")


def _token(url: str, user_name: str, password: str) -> str:
    form = {"grant_type": "password", "username": user_name, "password": password}
    answer = httpx.post(f"{url}/v1/token", data=form, timeout=30, trust_env=False)
    if not answer.is_success:
        raise Refused(user_name, "/v1/token", answer.status_code, answer.text[:400])
    return str(answer.json()["access_token"])
