"""What codes are called: a sentence or a page for people says the word of the field, a program reads the code."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from shared.clock import wall_clock

Language = Literal["en", "zh"]

FILE = Path(__file__).with_name("words.json")
WORDS: Mapping[str, Mapping[str, Mapping[Language, str]]] = TypeAdapter(
    dict[str, dict[str, dict[Language, str]]]
).validate_json(FILE.read_bytes())
"""Words by the name of the list of codes, by code and language (glossary, handbook §10.1)."""


_LISTS = (list, tuple, set, frozenset)  # written as a union it would be made anew for each value of each step


def called(kind: str, code: str, language: Language) -> str:
    """Return the words of a code on a page; one that a newer service sent is shown as it is."""
    known = WORDS.get(kind, {}).get(str(code))
    return known[language] if known else str(code).replace("_", " ")


def said(value: object, language: str) -> object:
    """Return a value as a sentence says it: a code by its word, a moment by the clock on the wall, a list joined.

    English says a code itself, and what has no word stays as it is.
    """
    if isinstance(value, _LISTS):
        return ("、" if language == "zh" else ", ").join(str(said(one, language)) for one in value) or "-"
    if isinstance(value, datetime):
        return wall_clock(value)
    if language != "zh" or not isinstance(value, StrEnum):
        return value
    known = WORDS.get(type(value).__name__, {}).get(value.value)
    return known["zh"] if known else value
