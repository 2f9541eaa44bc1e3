"""What codes are called in Chinese: a sentence for people says the word of the field, a program reads the code."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

Language = Literal["en", "zh"]

FILE = Path(__file__).with_name("words_zh.json")
WORDS: Mapping[str, Mapping[str, str]] = TypeAdapter(dict[str, dict[str, str]]).validate_json(FILE.read_bytes())
"""Words by the name of the list of codes, then by code (glossary, handbook §10.1)."""


def worded(value: object, language: str) -> object:
    """Return a code as a sentence says it; English has no words but the codes, and what has no word stays as it is."""
    if language != "zh" or not isinstance(value, StrEnum):
        return value
    return WORDS.get(type(value).__name__, {}).get(value.value, value)


def listed(values: Iterable[object], language: str) -> str:
    """Return values one after the other, as a sentence lists them."""
    return ("、" if language == "zh" else ", ").join(str(worded(value, language)) for value in values)
