"""What codes are called in Chinese: a sentence for people says the word of the field, a program reads the code."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from shared.clock import wall_clock

Language = Literal["en", "zh"]

FILE = Path(__file__).with_name("words_zh.json")
WORDS: Mapping[str, Mapping[str, str]] = TypeAdapter(dict[str, dict[str, str]]).validate_json(FILE.read_bytes())
"""Words by the name of the list of codes, then by code (glossary, handbook §10.1)."""


def said(value: object, language: str) -> object:
    """Return a value as a sentence says it: a code by its word, a moment by the clock on the wall, a list joined.

    English has no words but the codes, and what has no word stays as it is.
    """
    if isinstance(value, list | tuple | set | frozenset):
        return ("、" if language == "zh" else ", ").join(str(said(one, language)) for one in value) or "-"
    if isinstance(value, datetime):
        return wall_clock(value)
    if language != "zh" or not isinstance(value, StrEnum):
        return value
    return WORDS.get(type(value).__name__, {}).get(value.value, value)
