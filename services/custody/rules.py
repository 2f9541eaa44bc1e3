"""Custody's shelf of the rule book: its rules register themselves, these are the figures that a county sets."""

from services.custody.domain.rules import Rules
from shared.rulebook.book import Book, SettingShelf

BOOK = Book(service="custody", settings=(SettingShelf(Rules, "CUSTODY_RULES__"),))
