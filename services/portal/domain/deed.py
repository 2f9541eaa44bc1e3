"""Something that is recorded in one form: its fields, what is wrong with them, and what a service is told."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from unicodedata import normalize
from uuid import UUID

from services.portal.domain.typed import day_of
from shared.access.policy import Act
from shared.contracts.codes import OrgType

ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
Typed = Mapping[str, Sequence[str]]
"""The fields of a form as they were sent: of what may be ticked several times, every one."""
Kind = Literal[
    "text", "tel", "long", "lines", "day", "number", "region", "code", "codes", "said", "organisation", "colleague"
]


@dataclass(frozen=True, slots=True)
class Blank:
    """One field of a form; a dot in its name leads into a part of what is sent."""

    name: str
    words: str
    kind: Kind = "text"
    needed: bool = True
    hint: str = ""
    of: str = ""
    """The list of codes whose words are shown."""
    codes: tuple[str, ...] = ()
    who: frozenset[OrgType] = frozenset()
    """Kinds of organisations to choose from."""
    ahead: bool = False
    """Whether the day may lie ahead."""
    in_path: bool = False
    """Whether it names part of the door's address instead of what is sent."""
    usual: str = ""
    """What stands there before anybody types; `today` is the day."""

    def wrong(self, typed: Typed) -> str:
        """Return what is wrong: a code, or nothing."""
        value = _text(self, typed)
        if not value:
            return "missing" if self.needed and self.kind != "codes" else ""
        if self.kind == "day" and day_of(value) is None:
            return "day"
        if self.kind == "number" and not value.isdecimal():
            return "number"
        return "missing" if self.in_path and not ID.fullmatch(value) else ""

    def read(self, typed: Typed) -> Any:  # noqa: ANN401 - JSON
        """Return what a service is told; None where nothing was typed."""
        value = _text(self, typed)
        match self.kind:
            case "codes":
                return [one for one in typed.get(self.name, ()) if one in self.codes]
            case "lines":
                return [line.strip() for line in value.splitlines() if line.strip()] or None
            case "day":
                return str(day_of(value)) if value else None
            case "number":
                return int(value) if value else None
            case "said":
                return value == "yes" if value else None
            case _:
                return value or None


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody may record, of a child or of an institution."""

    key: str
    act: Act
    service: str
    path: str
    """The door; {case} is the child's, {of} what of it is meant: a category, a stay; {within} what in that again."""
    name: str
    button: str
    blanks: tuple[Blank, ...]
    follows: str = ""
    """What will come of it, told before it is sent."""
    back: str = ""
    """Where the browser goes then, if that is not the child's page; {record} is what was recorded."""
    grave: bool = False
    """Whether it should give pause."""
    leaves: bool = False
    """Whether who does it may not see the child any more."""
    alone: bool = False
    """Whether it concerns no child that is known here."""
    of_as: str = ""
    """As what the thing that is meant is sent, where the door asks for it in the body."""
    shape: Callable[[dict[str, Any]], dict[str, Any]] = dict
    """Brings what was typed into the form that the door takes."""

    def wrong(self, typed: Typed) -> dict[str, str]:
        """Return what is wrong, field by field."""
        found = {blank.name: blank.wrong(typed) for blank in self.blanks}
        return {name: why for name, why in found.items() if why}

    def body(self, typed: Typed, of: str = "") -> dict[str, Any]:
        """Return what the service is told; what was left empty is left out."""
        body: dict[str, Any] = {self.of_as: of} if self.of_as and of else {}
        for blank in self.blanks:
            value = blank.read(typed)
            if value is not None and not blank.in_path:
                *parts, name = blank.name.split(".")
                place = body
                for part in parts:
                    place = place.setdefault(part, {})
                place[name] = value
        return self.shape(body)

    def door(self, case: str, of: str, typed: Typed) -> str:
        """Return the address that is asked; what somebody chose for it is an id, and nothing else leads there."""
        named = {blank.name: UUID(str(blank.read(typed))) for blank in self.blanks if blank.in_path}
        first, _, second = of.partition("_")
        return self.path.format(case=case, of=first, within=second, **named)


def _text(blank: Blank, typed: Typed) -> str:
    given = typed.get(blank.name) or ("",)
    text = given[0].strip()
    return normalize("NFKC", text) if blank.kind in ("day", "number", "region", "tel") else text
