"""Templates, and what stands in every one of them."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache, partial
from importlib.resources import files
from mimetypes import guess_type
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from services.portal import words
from services.portal.api.menu import menu_of, tasks_of
from services.portal.api.telling import told
from services.portal.domain.regions import Regions
from shared import ids
from shared.words import Language, called


class Assets:
    """Style and script of our own, named by their content so that a browser keeps them for good."""

    def __init__(self) -> None:
        folder = files("services.portal").joinpath("static")
        contents = {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}
        self.names = {name: _named(name, content) for name, content in contents.items()}
        self.files = {self.names[name]: content for name, content in contents.items()}

    def path(self, name: str) -> str:
        """Return where a browser finds a file."""
        return f"/assets/{self.names[name]}"

    def kind(self, name: str) -> str:
        """Return the media type of a file."""
        return guess_type(name)[0] or "application/octet-stream"


def _named(name: str, content: bytes) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(content).hexdigest()[:16]}.{ending}"


class Pages:
    """One environment of templates for each language."""

    def __init__(self, assets: Assets, regions: Regions) -> None:
        self.assets, self.regions = assets, regions
        self._environments = {language: self._environment(language) for language in words.LANGUAGES}

    def render(self, template: str, language: Language, **shown: Any) -> str:
        """Return a page as text."""
        return self._environments[language].get_template(template).render(language=language, **shown)

    def _environment(self, language: Language) -> Environment:
        environment = Environment(
            loader=PackageLoader("services.portal"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,  # or each page asks the disk whether its templates have changed
            extensions=["jinja2.ext.i18n"],
        )
        environment.install_gettext_translations(words.catalogue(language), newstyle=True)  # type: ignore[attr-defined]
        environment.filters |= {
            "day": partial(words.day, language=language),
            "moment": partial(words.moment, language=language),
            "before": partial(words.before, language=language),
            "lasting": partial(words.lasting, language=language),
            "yuan": partial(words.yuan, language=language),
            "number": partial(words.number, language=language),
            "fact": partial(words.fact, language=language),
            "mark": partial(words.mark, language=language),
            "told": partial(told, language=language, region=partial(self.regions.called, language=language)),
            "region": partial(self.regions.called, language=language),
            "said": partial(_said, language=language),
            "merged": _merged,
        }
        environment.globals |= words.PUNCTUATION[language]
        environment.globals["_"] = _translated(words.catalogue(language).gettext)
        environment.globals |= {
            "asset": self.assets.path,
            "label": partial(called, language=language),
            "labels": partial(words.labels, language=language),
            "regions_within": partial(self.regions.within, language=language),
            "once": ids.new_record,
            "silent_after": words.SILENT_SECONDS,
            "menu": menu_of,
            "tasks_of": tasks_of,
            "attributes": _attributes,
            "option_list": OptionList,
        }
        return environment


def _translated(gettext: Callable[[str], str]) -> Callable[..., Markup]:
    """Return what says words of a template: those without values are looked up once, not once for each of its rows."""

    @lru_cache(maxsize=10_000)
    def plain(text: str) -> Markup:
        return Markup(gettext(text)) % {}  # noqa: S704 - the catalogue is ours

    def translated(text: str, **values: object) -> Markup:
        return Markup(gettext(text)) % values if values else plain(text)  # noqa: S704

    return translated


def _said(words_of: Mapping[str, str], language: Language) -> str:
    """Return one of two languages that a service sent."""
    return words.said_here(words_of[language], language)


def _merged(values: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    return {**values, **more}


def _attributes(values: Mapping[str, str | bool | None]) -> Markup:
    """Return attributes of an element; one that is False or None is left out, True stands without a value."""
    told = (
        f" {escape(name)}" if value is True else f' {escape(name)}="{escape(value)}"'
        for name, value in values.items()
        if value not in (None, False)
    )
    return Markup("".join(told))  # noqa: S704 - each part is escaped above


class OptionList(dict[str | None, Markup]):
    """What may be chosen, as options of a list, by the value that is chosen: each is written once for a whole sheet."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        super().__init__()
        self.pairs = tuple(pairs)

    def __missing__(self, chosen: str | None) -> Markup:
        told = (
            f'<option value="{escape(value)}"{" selected" if value == chosen else ""}>{escape(words)}</option>'
            for value, words in self.pairs
        )
        self[chosen] = list_of = Markup("".join(told))  # noqa: S704 - each part is escaped above
        return list_of
