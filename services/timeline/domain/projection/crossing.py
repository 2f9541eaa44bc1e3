"""What rules that cross children look at: every session as logged or corrected, and the places that are taken."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from services.timeline.domain.projection.rows import Rows
from shared.clock import local_date
from shared.contracts.envelope import Event
from shared.contracts.events.custody import CustodyAdmitted, CustodyMode
from shared.contracts.events.rehab import AssistanceItem, EnrolmentStarted, SessionMode

_SLOTS = UUID("52c3c3b4-0f1b-5a0e-8a0b-8c1f7b6d9e11")
NOTHING = (None,) * 7


def log_session(event: Event, rows: Rows, content: Mapping[str, Any] | None) -> None:
    """Keep a session as it is logged now; one that is void has nobody and nothing."""
    data = event.data
    what = NOTHING if content is None else _what(event, content)
    attended = content is not None and content["attended"]
    place = (event.subject, data["session"], event.epoch, event.seq, event.id)
    rows.logged.append((*place, data["institution"], attended, *what))


def _what(event: Event, content: Mapping[str, Any]) -> tuple[Any, ...]:
    starts, ends = (datetime.fromisoformat(content[name]) for name in ("starts_at", "ends_at"))
    device = (content.get("confirmation") or {}).get("device")
    day, slot = local_date(starts), _slot(event, content)
    return (content["therapist"], day, starts, ends, slot, content.get("wording"), device)


def _slot(event: Event, content: Mapping[str, Any]) -> UUID | str:
    """Return what is one interval of the therapist: the group, or the session itself.

    A group session whose centre names no group is told by its institution, therapist and times.
    """
    group: str | None = content.get("group")
    if group is not None or content["mode"] != SessionMode.GROUP:
        return group or event.id
    told = (event.data["institution"], content["therapist"], content["starts_at"], content["ends_at"])
    return uuid5(_SLOTS, "|".join(told))


def take_training_place(event: Event, rows: Rows, fact: EnrolmentStarted) -> None:
    """Keep the place that a child in training takes, to the end of its approved period at most."""
    if fact.item is AssistanceItem.TRAINING:
        over = fact.expected_until + timedelta(days=1)
        _take(event, rows, fact.enrolment, "enrolled", fact.institution, "training", fact.started_on, over)


def take_custody_place(event: Event, rows: Rows, fact: CustodyAdmitted) -> None:
    """Keep the place that a child in care takes: by day, or also by night."""
    kind = "day" if fact.mode is CustodyMode.DAY else "night"
    _take(event, rows, fact.stay, "admitted", fact.institution, kind, fact.admitted_on, None)


def _take(  # noqa: PLR0913, PLR0917 - the columns of the row
    event: Event,
    rows: Rows,
    reference: UUID,
    basis: str,
    institution: UUID,
    kind: str,
    since: date,
    at_most_until: date | None,
) -> None:
    rows.taken.append((event.subject, reference, event.id, basis, institution, kind, since, at_most_until))
