"""Words of the pages: Chinese from a catalogue, English as it stands in the templates; codes, dates and money."""

import gettext
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Any

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

from shared.clock import SHANGHAI
from shared.words import Language, called, said

LANGUAGES: tuple[Language, ...] = ("zh", "en")
PUNCTUATION: Mapping[Language, Mapping[str, str]] = {
    "zh": {"comma": "，", "colon": "：", "semicolon": "；", "bracketed": "（%s）"},
    "en": {"comma": ", ", "colon": ": ", "semicolon": "; ", "bracketed": " (%s)"},
}
"""What templates put between words and codes of a language."""
A_DAY_WITHIN = re.compile(r"(?<![\d-])\d{4}-\d{2}-\d{2}(?![\d-])(T\d{2}:\d{2}[0-9:.]*(Z|[+-]\d{2}:\d{2}))?")
LOCALES = {"zh": Locale.parse("zh_CN"), "en": Locale.parse("en_GB")}
"""Parsed once: a page of fifty entries writes two hundred dates."""
FEN = 100
SILENT_SECONDS = 120
"""A service of which nothing was heard for longer is said to be silent."""


def _(text: str) -> str:
    """Mark words for the catalogue."""
    return text


@cache
def catalogue(language: Language) -> gettext.NullTranslations:
    """Return the words of a language; English needs none."""
    if language == "en":
        return gettext.NullTranslations()
    source = files("services.portal").joinpath("locale", language, "messages.po").read_bytes()
    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(source), locale=LOCALES[language]))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def fact(kind: str, language: Language) -> str:
    """Return what happened, of a fact's type such as `tongkang.rehab.session_recorded.v1`."""
    producer, name = kind.split(".")[1:3]
    return called("Fact", f"{producer}.{name}", language)


def labels(kind: str, codes: Iterable[str], language: Language) -> str:
    """Return the words of some codes of a kind, one after the other."""
    return str(said([called(kind, code, language) for code in codes], language))


@lru_cache(maxsize=10_000)
def day(value: str | date | None, language: Language) -> str:
    """Return a civil date as people of a language write it; nothing for none."""
    if not value:
        return ""
    on = date.fromisoformat(value[:10]) if isinstance(value, str) else value
    return format_date(on, "medium", locale=LOCALES[language])


def moment(value: str | datetime | None, language: Language) -> str:
    """Return a moment by the clock on the wall in Shanghai; nothing for none."""
    if not value:
        return ""
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    pattern = "y年M月d日 HH:mm" if language == "zh" else "d MMM y, HH:mm"
    return format_datetime(at.astimezone(SHANGHAI), pattern, locale=LOCALES[language])


def before(value: str | datetime | None, language: Language) -> str:
    """Return the last day on which a duty is done in time, where it ends with a day; else the moment before which."""
    if not value:
        return ""
    at = (datetime.fromisoformat(value) if isinstance(value, str) else value).astimezone(SHANGHAI)
    ends_with_a_day = (at.hour, at.minute, at.second) == (0, 0, 0)
    return day((at - timedelta(days=1)).date(), language) if ends_with_a_day else moment(at, language)


def said_here(words: str, language: Language) -> str:
    """Return a service's sentence with its days and moments as people of a language write them."""

    def told(found: re.Match[str]) -> str:
        try:
            return moment(found[0], language) if found[1] else day(found[0], language)
        except ValueError:
            return found[0]

    return A_DAY_WITHIN.sub(told, words)


def lasting(seconds: int, language: Language) -> str:
    """Return how long something lasts, in its greatest unit."""
    return format_timedelta(timedelta(seconds=seconds), threshold=2, locale=LOCALES[language])


@lru_cache(maxsize=10_000)
def yuan(fen: int, language: Language) -> str:
    """Return an amount of money, given in fen."""
    return format_currency(fen / FEN, "CNY", locale=LOCALES[language])


@lru_cache(maxsize=10_000)
def number(value: float, language: Language) -> str:
    """Return a number with the separators of a language."""
    return format_decimal(value, locale=LOCALES[language])


def truth(value: bool, language: Language) -> str:
    """Return yes or no."""
    return {"zh": ("否", "是"), "en": ("no", "yes")}[language][value]


def complete_to(completeness: Mapping[str, Any], language: Language) -> str:
    """Return up to when the facts of each service are there, in one line; what is silent or parked is said."""
    say, parked = catalogue(language), completeness["parked"]
    told = [_heard(one, language) for one in completeness["producers"]]
    if parked:
        told.append(say.ngettext("%(num)s fact is parked", "%(num)s facts are parked", parked) % {"num": parked})
    return f"{say.gettext('Complete to')} {'; '.join(told)}"


def _heard(producer: Mapping[str, Any], language: Language) -> str:
    """Return up to when the facts of one service are there, and how long it is silent."""
    say, silent = catalogue(language), producer["silent_seconds"] or 0
    until = moment(producer["complete_to"], language) or say.gettext("nothing heard yet")
    told = f"{called('Service', producer['producer'], language)} {until}"
    if silent <= SILENT_SECONDS:
        return told
    minutes = silent // 60
    for_so_long = say.ngettext("silent for %(num)s minute", "silent for %(num)s minutes", minutes)
    return f"{told} ({for_so_long % {'num': minutes}})"


def mark(on: date, zoom: str, language: Language) -> str:
    """Return what stands at a line of a time axis: a year, a month, a day."""
    patterns = {"life": "y", "year": "LLL", "month": "d", "week": "E d"}
    return format_date(on, patterns[zoom], locale=LOCALES[language])
