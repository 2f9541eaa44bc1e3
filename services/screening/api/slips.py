"""How a referral slip reads: two copies, one kept, one carried by the parents (附件3, 附件5; handbook §1.4)."""

from collections.abc import Mapping
from typing import Any

from services.screening.api.list_views import SlipOut
from services.screening.domain.referral import ReferralStatus
from services.screening.repository.registers import Line


def printed(slip: Line, identity: Mapping[str, str | None], screened: Line | None, again: Line | None) -> SlipOut:
    """Return a slip with what it rests on; what the case lacks stays empty, nothing is invented."""
    accepted = slip.status == ReferralStatus.ACCEPTED.value
    own = {
        "number": f"{slip.issued_on:%Y%m%d}-{slip.number:06d}",
        "case": slip.shown_as,
        "child_identifier": identity.get("resident_number") or identity.get("birth_certificate"),
        "received_on": slip.answered_on if accepted else None,
    }
    people = {name: identity.get(name) for name in ("name", "guardian_name", "guardian_phone", "address")}
    row = dict(slip._mapping)  # noqa: SLF001 - SQLAlchemy's own name
    return SlipOut.model_validate(row | own | people | _screening(screened) | _rescreening(again))


def _screening(row: Line | None) -> dict[str, Any]:
    return {
        "screening_institution": row.organisation if row else None,
        "screener": row.person if row else None,
        "screened_on": row.screened_on if row else None,
        "round": row.round if row else None,
        "positive_signs": row.positive_signs if row else [],
        "regression": row.regression if row else None,
    }


def _rescreening(row: Line | None) -> dict[str, Any]:
    return {
        "rescreened_on": row.rescreened_on if row else None,
        "rescreening_instruments": row.instruments if row else [],
        "rescreening_outcome": row.outcome if row else None,
    }
