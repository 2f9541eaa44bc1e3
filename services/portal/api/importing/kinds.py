"""What can be taken over from a file, and what its columns are called in both languages."""

from collections.abc import Awaitable, Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any, Protocol

from services.portal.api.common import Visit
from services.portal.domain.importing.lines import Column, Line, heading_of
from services.portal.domain.importing.values import Codes, word_of
from services.portal.words import LANGUAGES, _, catalogue
from shared.access.policy import Act
from shared.words import Language, called

HEADINGS = {
    "name": _("Name"), "resident_number": _("Resident number"), "birth_certificate": _("Birth certificate number"),
    "sex": _("Sex"), "birth_date": _("Birth date"), "region": _("County"), "address": _("Address"),
    "guardian_name": _("Name of the guardian"), "guardian_phone": _("Phone of the guardian"),
    "guardian_resident_number": _("Resident number of the guardian"), "category": _("Suspected category"),
    "on": _("Day of the screening"), "instrument": _("Examination"), "signs": _("Positive warning signs"),
    "regression": _("Absence or regression of language or social ability"), "finding": _("Finding of the examination"),
    "case": _("Case number"), "day": _("Day"), "start": _("Start"), "end": _("End"), "therapist": _("Therapist"),
    "discipline": _("Discipline"), "mode": _("Mode"), "attended": _("Came"), "words": _("What was done"),
    "proof": _("Guardian confirmed"), "reason": _("Why it is not in"),
}  # fmt: skip
HINTS = {
    "name": _("Of the child."),
    "resident_number": _("18 characters, the cell as text; birth date and sex are read from it."),
    "birth_certificate": _("Where the child has no resident number yet."),
    "birth_date": _("As 2024-03-05, 2024/3/5, 2024年3月5日 or a date of the spreadsheet."),
    "region": _("Six digits of the county where the child lives; your own where it is left out."),
    "signs": _("Numbers 1 to 4 of the signs of the child's age that are there, as 1,3; 0 where none is."),
    "finding": _("Only of another examination than the table of warning signs."),
    "instrument": _("The table of warning signs where it is left out."),
    "on": _("As 2024-03-05, 2024/3/5, 2024年3月5日 or a date of the spreadsheet."),
    "case": _("As the template says it; or leave it out where no two children have the same name."),
    "day": _("As 2024-03-05, 2024/3/5, 2024年3月5日 or a date of the spreadsheet."),
    "start": _("As 0930 or 9:30."),
    "end": _("As 0930 or 9:30."),
    "therapist": _("Name as in the list, or the number beside it."),
    "attended": _("Came where it is left out."),
    "words": _("Stays with your centre."),
}
ALWAYS = frozenset({
    "name", "address", "guardian_name", "guardian_phone", "category", "on", "day", "start", "end", "therapist",
    "discipline", "mode",
})  # fmt: skip
"""Columns in which something stands in every line."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What may be chosen in a column, and what each of it is called."""

    codes: Sequence[str]
    called: Callable[[str, Language], str]

    @classmethod
    def of(cls, kind: str, codes: Iterable[StrEnum]) -> "Chosen":
        """Choose among codes that have their words."""
        return cls([code.value for code in codes], partial(called, kind))

    def words(self, language: Language) -> list[str]:
        """Return what all of it is called."""
        return [self.called(code, language) for code in self.codes]


class Checks(Protocol):
    """Says of some lines what is to become of them."""

    def __call__(self, visit: Visit, lines: Sequence[Line]) -> Awaitable[list[Line]]: ...


class Takes(Protocol):
    """Takes over what goes of some lines, under keys that begin with one of its own; returns what is left."""

    def __call__(self, visit: Visit, lines: Sequence[Line], key: str) -> Awaitable[list[Line]]: ...


@dataclass(frozen=True, slots=True)
class FileKind:
    """Something that can be taken over from a file."""

    key: str
    act: Act
    title: str
    """Words in English, which the catalogue translates."""
    columns: Sequence[Column]
    choices: Mapping[str, Chosen]
    same: Callable[[Line], Iterable[Hashable]]
    says_something: Callable[[Line], bool]
    example: Mapping[str, Any]
    check: Checks
    take: Takes
    filled_in: Callable[[Visit], Awaitable[tuple[list[Mapping[str, str]], list[tuple[str, str]]]]]
    """Lines with which the template comes, and therapists who may be named, each with the number to tell them apart."""

    @property
    def path(self) -> str:
        return f"/import/{self.key}"

    @property
    def codes(self) -> Codes:
        """The code of each word, in either language, and of the code itself."""
        return {
            name: {
                word_of(word): code
                for code in chosen.codes
                for word in (code, *(chosen.called(code, language) for language in LANGUAGES))
            }
            for name, chosen in self.choices.items()
        }

    @property
    def headings(self) -> dict[str, str]:
        """The column of each heading, in either language."""
        names = [column.name for column in self.columns]
        return {heading_of(heading(name, language)): name for name in names for language in LANGUAGES}


def heading(name: str, language: Language) -> str:
    """Return what a column is called."""
    return catalogue(language).gettext(HEADINGS[name])


def hint(name: str, language: Language) -> str:
    """Return what is to be typed into a column."""
    return catalogue(language).gettext(HINTS[name]) if name in HINTS else ""
