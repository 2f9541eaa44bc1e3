"""Why a line cannot be taken over, in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.portal.api.importing.kinds import HEADINGS, heading
from services.portal.domain.importing.lines import Line, LineStanding
from services.portal.words import _, catalogue
from shared.errors import InvalidRequest
from shared.words import Language, said

FLAWS = {
    "missing": _("is missing"),
    "formula": _("is a formula; put its result there"),
    "rounded": _("lost its last digits to the spreadsheet; format the cell as text and type it again"),
    "choice": _("is none of the allowed values"),
    "day": _("is no day"),
    "clock": _("is no time; type it as 0930"),
    "signs": _("names the signs by their numbers, as 1,3, or 0 where none is there"),
    "child": _("none of your children is called so on this day"),
    "other_name": _("belongs to another child than the case number"),
    "two_children": _("two of your children are called so; take the case number of the template"),
    "two_enrolments": _("the child is enrolled twice with you on this day; type this session into the day sheet"),
    "therapist": _("nobody of your centre is called so"),
    "two_people": _("two people of your centre are called so; take the number of the list"),
}
CALLED = {"starts_at": "start", "ends_at": "end", "confirmation": "proof", "positive_signs": "signs"}
"""Fields of a service that are called otherwise in a file."""


def columns_named(told: Mapping[str, Any]) -> list[str]:
    """Return the columns that a refusal names."""
    details = told["details"] or {}
    places = [str(error["place"][-1]) for error in details.get("errors", ()) if error["place"]]
    fields = [CALLED.get(name, name) for name in [*places, str(details.get("field", ""))]]
    return [name for name in dict.fromkeys(fields) if name in HEADINGS]


def words_of(told: Mapping[str, Any]) -> str:
    """Return what a service says; nothing where it only says that there is something to be checked."""
    return "" if told["code"] == InvalidRequest.code and columns_named(told) else str(told["title"])


def reasons(line: Line, language: Language) -> Iterator[str]:
    """Yield why a line is not taken over, or not yet."""
    say = catalogue(language).gettext
    for name, flaw in line.flaws.items():
        yield say(_("Column %(column)s: %(flaw)s")) % {"column": heading(name, language), "flaw": say(FLAWS[flaw])}
    if line.first is not None:
        yield say(_("The same stands in line %(line)s.")) % {"line": line.first}
    if line.said:
        yield line.said
    if line.named:
        yield say(_("Please check: %(columns)s")) % {
            "columns": said([heading(name, language) for name in line.named], language)
        }
    if not line.choice and not line.said:
        yield from _undecided(line, language)


def _undecided(line: Line, language: Language) -> Iterator[str]:
    say = catalogue(language).gettext
    if line.standing is LineStanding.KNOWN:
        yield say(_("A child with this number is registered already."))
    if line.standing is LineStanding.ALIKE:
        yield say(_("A child that you know is much like this one, and nobody decided whether it is the same."))
