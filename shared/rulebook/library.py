"""All books of the house: every service that has a `rules.py`."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from shared.rulebook.book import Book, Entry


@cache
def books() -> tuple[Book, ...]:
    """Return the books of all services, by name of the service."""
    services = import_module("services")
    names = sorted(module.name for module in iter_modules(services.__path__))
    return tuple(_book(name) for name in names if find_spec(f"services.{name}.rules") is not None)


def entries() -> list[Entry]:
    """Return every row of the rule book, service by service."""
    return [entry for book in books() for entry in book.entries()]


def _book(service: str) -> Book:
    book: Book = import_module(f"services.{service}.rules").BOOK
    return book
