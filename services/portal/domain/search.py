"""What people type to find a child: name, number, birth date, case; in one field, in any order."""

import re
import unicodedata
from collections.abc import Iterator

from services.portal.domain.typed import DAY, day_of, typed_day
from shared.identifiers import CERTIFICATE_FORM

CASE_DIGITS = 8
CASE = re.compile(rf"(?=[^0-9]*[0-9])[0-9a-f]{{{CASE_DIGITS}}}[0-9a-f-]{{0,28}}")
BIRTH_CERTIFICATE = re.compile(r"[A-Z]+[0-9]{8,}")
"""How the number of one looks, and no case begins so as pages show it; its exact form is a setting of the registry."""
NUMBER = re.compile(r"[0-9]{17}[0-9X]|[0-9]{3,16}[0-9X]")
"""A whole resident number, and the end of one."""
RESIDENT_DIGITS = 18
BESIDES = frozenset({"case", "个案"})
"""Words that pages write before the number of a case, copied with it."""


def said_in(words: str, birth_date: str = "") -> dict[str, str]:
    """Return what was typed as the registry is asked for it."""
    said: dict[str, str] = {}
    name = []
    for word in _words(words):
        kind, told = _read(word)
        if kind == "name" or kind in said:
            name.append(word)
        else:
            said[kind] = told
    if name:
        said["name"] = " ".join(name)
    return said | ({"birth_date": typed_day(birth_date)} if birth_date else {})


def _words(text: str) -> Iterator[str]:
    parts = re.split(r"[\s,，、;；]+", unicodedata.normalize("NFKC", text))
    return (part for part in parts if part and part.lower() not in BESIDES)


def _read(word: str) -> tuple[str, str]:
    """Return what a word is, and how it is asked for; what is nothing else is part of a name."""
    if DAY.fullmatch(word) and day_of(word):
        return "birth_date", typed_day(word)
    upper = word.upper()
    if CERTIFICATE_FORM.fullmatch(upper):
        return "number", upper[:RESIDENT_DIGITS]
    if BIRTH_CERTIFICATE.fullmatch(upper):
        return "number", upper
    if CASE.fullmatch(word.lower()) and not (word.isdigit() and len(word) > CASE_DIGITS):
        return "case", word.lower()
    if NUMBER.fullmatch(upper):
        return "number", upper
    return "name", word
