"""A moment as somebody types it, by the clock on the wall in Shanghai."""

from datetime import datetime

from shared import clock
from shared.clock import SHANGHAI


def moment_typed(text: str) -> str:
    """Return what a service is told: now where nothing was typed; what is no moment goes as it is, to be refused."""
    if not text:
        return clock.now().isoformat()
    try:
        typed = datetime.fromisoformat(text)
    except ValueError:
        return text
    return typed.replace(tzinfo=typed.tzinfo or SHANGHAI).isoformat()


def for_field(at: datetime) -> str:
    """Return a moment as a field of a form (`datetime-local`) holds it."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
