"""Which deeds the page of a child offers: those that its state and its papers leave open to the visitor."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.portal.api.common import Visit
from services.portal.api.deeds import DEEDS
from services.portal.words import _
from shared.access.policy import Act
from shared.contracts.events.screening import IdentifierKind, SuspicionState

S = SuspicionState
RESCREENABLE = (S.RESCREEN_REFERRED, S.RECHECK_DUE)
DIAGNOSABLE = (S.DIAGNOSIS_REFERRED, S.DIAGNOSIS_PENDING)
FOLLOWED = (S.CONFIRMED, S.HANDED_OVER)
RETURNABLE = (S.CLOSED, S.LOST_TO_FOLLOW_UP)


@dataclass(frozen=True, slots=True)
class Offer:
    """A way to a form."""

    words: str
    href: str
    first: bool = False
    """Whether it is what is waited for."""


def of_suspicion(visit: Visit, case: UUID, one: Mapping[str, Any]) -> list[Offer]:
    """Return what may be recorded of a suspicion."""
    own, state = str(visit.actor.organisation), one["state"]
    examined = list(_examinations(visit, case, one)) if own == one["owner"] else []
    return [*examined, *(_link(key, case, one["category"]) for key in _keys(own, one, state) if _may(visit, key))]


def waited_for(visit: Visit, row: Mapping[str, Any]) -> Offer | None:
    """Return what a line of a list waits for, so that it can be done from there."""
    offers = of_suspicion(visit, UUID(row["case"]), row) if "failed_traces" in row else []
    return next((one for one in offers if one.first), None)


def _examinations(visit: Visit, case: UUID, one: Mapping[str, Any]) -> Iterator[Offer]:
    at = f"/my-children/{case}"
    if visit.allows(Act.RECORD_RESCREENING) and one["state"] in RESCREENABLE:
        yield Offer(_("Record the re-screening"), f"{at}/{one['category']}/rescreening", first=True)
    if visit.allows(Act.RECORD_DIAGNOSIS) and one["state"] in DIAGNOSABLE:
        yield Offer(_("Record the diagnosis"), f"{at}/diagnosis?category={one['category']}", first=True)


def _keys(own: str, one: Mapping[str, Any], state: str) -> Iterator[str]:
    owns = own == one["owner"]
    if owns and state in FOLLOWED:
        yield "follow-up"
    if owns and one["failed_traces"] and state not in RETURNABLE:
        yield "loss"
    if state != S.CLOSED and (owns or (state == S.HANDED_OVER and own == one["first_screener"])):
        yield "closure"
    if owns and state in RETURNABLE:
        yield "reopening"


def of_child(visit: Visit, case: UUID, child: Mapping[str, Any]) -> list[Offer]:
    """Return what may be recorded of the child itself."""
    found = [_link(key, case) for key in _of_child(child) if _may(visit, key)]
    if visit.allows(Act.RECORD_DIAGNOSIS) and child["died_on"] is None:
        found.insert(0, Offer(_("Diagnose without a referral"), f"/my-children/{case}/diagnosis"))
    return found


def _of_child(child: Mapping[str, Any]) -> Iterator[str]:
    if child["died_on"] is not None:
        yield from ("death-correction", "death-retraction")
        return
    if child["identifier_kind"] == IdentifierKind.BIRTH_CERTIFICATE and not _numbered(child):
        yield "identity"
    yield from ("guardian", "move", "consent")
    if any(one["withdrawn_on"] is None for one in child["consents"]):
        yield "consent-withdrawal"
    yield from ("hospital-stay", "death")


def _numbered(child: Mapping[str, Any]) -> bool:
    return bool(child["identity"] and child["identity"]["resident_number"])


def of_stay(visit: Visit, case: UUID, stay: Mapping[str, Any]) -> list[Offer]:
    """Return what may be recorded of a stay in hospital."""
    keys = ("stay-correction",) if stay["discharged_on"] else ("discharge", "stay-correction")
    return [_link(key, case, stay["id"]) for key in keys if _may(visit, key)]


def _may(visit: Visit, key: str) -> bool:
    return visit.allows(DEEDS[key].act)


def _link(key: str, case: UUID, of: str = "") -> Offer:
    href = f"/record/{key}/{case}" + (f"?of={of}" if of else "")
    return Offer(DEEDS[key].name, href, first=key == "follow-up")
