"""Which categories of a certificate stand behind a training category (GB/T 26341; handbook §2.1, §3.2)."""

from collections.abc import Collection, Mapping
from pathlib import Path

from pydantic import TypeAdapter

from shared.contracts.codes import DisabilityCategory, RehabCategory

FILE = Path(__file__).with_name("supported_by.json")
SUPPORTED_BY: Mapping[RehabCategory, frozenset[DisabilityCategory]] = TypeAdapter(
    dict[RehabCategory, frozenset[DisabilityCategory]]
).validate_json(FILE.read_bytes())
"""The categories of a certificate of which one is enough; a multiple one counts by its parts."""


def supported(categories: Collection[DisabilityCategory]) -> frozenset[RehabCategory]:
    """Return the training categories behind which a certificate of these categories stands."""
    return frozenset(training for training, enough in SUPPORTED_BY.items() if not enough.isdisjoint(categories))
