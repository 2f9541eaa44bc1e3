"""Which fields of a form a service's refusal speaks of: a page says it beside them."""

from collections.abc import Iterator, Mapping
from typing import Any

OF_CODE = {
    "rehab.outside-enrolment": "assessed_on",
    "rehab.instrument-not-for-age": "assessed_on",
    "rehab.unknown-version": "instrument_version",
    "rehab.total-mismatch": "scores.total",
    "rehab.period-backwards": "valid_until",
    "rehab.plan-outside-enrolment": "valid_until",
    "rehab.step-too-early": "signed_on",
    "rehab.goal-levels": "goals",
    "rehab.session-backwards": "end",
    "rehab.session-too-long": "end",
    "rehab.session-overlaps": "start",
}
"""The field of a refusal that names none itself."""


def named_by(problem: Mapping[str, Any]) -> dict[str, str]:
    """Return what is said beside which field, of a refusal as a service tells it (RFC 9457)."""
    said = str(problem.get("title", ""))
    places = {_field(error["place"]): str(error["text"]) for error in problem.get("errors") or ()}
    return places | dict.fromkeys(_told(problem), said)


def _field(place: list[str | int]) -> str:
    return ".".join(str(part) for part in place if part != "body")


def _told(problem: Mapping[str, Any]) -> Iterator[str]:
    code = str(problem.get("code", ""))
    if code in OF_CODE:
        yield OF_CODE[code]
    if "field" in problem:
        yield {"ends_at": "end"}.get(problem["field"], str(problem["field"]))
    one = [problem["dimension"]] if "dimension" in problem else []
    for dimension in [*one, *problem.get("dimensions", ())]:
        yield f"scores.{dimension}"
