"""What the timeline listens to: the facts of every producer, and its own, which stand on it like all others."""

from services.timeline.domain.chain import PRODUCERS

TOPICS = frozenset({*(f"tongkang.{producer}" for producer in PRODUCERS), "tongkang.institutions"})

__all__ = ["PRODUCERS", "TOPICS"]
