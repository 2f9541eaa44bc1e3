"""What codes are called: a sentence or a page for people says the word of the field, a program reads the code."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

Language = Literal["en", "zh"]

FILE = Path(__file__).with_name("words.json")
WORDS: Mapping[str, Mapping[str, Mapping[Language, str]]] = TypeAdapter(
    dict[str, dict[str, dict[Language, str]]]
).validate_json(FILE.read_bytes())
"""Words by the name of the list of codes, by code and language (glossary, handbook §10.1)."""


def worded(value: object, language: str) -> object:
    """Return a code as a sentence says it; English says the code itself, and what has no word stays as it is."""
    if language != "zh" or not isinstance(value, StrEnum):
        return value
    known = WORDS.get(type(value).__name__, {}).get(value.value)
    return known["zh"] if known else value


def called(kind: str, code: str, language: Language) -> str:
    """Return the words of a code on a page; one that a newer service sent is shown as it is."""
    known = WORDS.get(kind, {}).get(str(code))
    return known[language] if known else str(code).replace("_", " ")


def listed(values: Iterable[object], language: str) -> str:
    """Return values one after the other, as a sentence lists them."""
    return ("、" if language == "zh" else ", ").join(str(worded(value, language)) for value in values)
