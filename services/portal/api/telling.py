"""What a fact says, in the words of a language: beside an entry, in a table, in a file."""

from collections.abc import Callable, Mapping
from typing import Any

from services.portal import words
from services.portal.domain.curve import name_of
from services.portal.domain.day_sheet import clock_of
from services.portal.domain.main_words import How, Piece, main_words
from shared.words import Language, called

Region = Callable[[str], str]
"""What a region is called."""


def told(entry: Mapping[str, Any], language: Language, region: Region) -> list[str]:
    """Return the main words of an entry, as far as its reader sees it."""
    if entry.get("fact"):
        pieces = main_words(entry["type"], entry["fact"]["data"])
        return list(dict.fromkeys(_said(piece, language, region) for piece in pieces))
    if entry.get("busy"):
        return [_hours(entry["busy"]["starts_at"], entry["busy"]["ends_at"])]
    codes = (("SuspicionState", entry.get("state")), ("RehabCategory", entry.get("category")))
    return [called(kind, code, language) for kind, code in codes if code]


def _said(piece: Piece, language: Language, region: Region) -> str:
    value = region(piece.value) if piece.how is How.REGION else _value(piece, language)
    if not piece.name:
        return value
    return f"{called('Field', piece.name, language)}{'：' if language == 'zh' else ': '}{value}"


def _value(piece: Piece, language: Language) -> str:  # noqa: PLR0911 - one way of reading per kind of value
    match piece.how:
        case How.CODE:
            return called(piece.kind, piece.value, language)
        case How.MONEY:
            return words.yuan(piece.value, language)
        case How.DAY:
            return words.day(piece.value, language)
        case How.MOMENT:
            return words.moment(piece.value, language)
        case How.HOURS:
            return _hours(*piece.value)
        case How.NUMBER:
            return words.number(piece.value, language)
        case How.INSTRUMENT:
            return name_of(piece.value, language)
        case How.TRUTH:
            return words.truth(piece.value, language)
    return str(piece.value)


def _hours(starts_at: str, ends_at: str) -> str:
    """Say from when to when by the clock on the wall."""
    return f"{clock_of(starts_at)}–{clock_of(ends_at)}"
