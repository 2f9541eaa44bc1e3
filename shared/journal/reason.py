"""Why a record is parked; a code for the desk of parked facts, free of any database."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a record lies in `parked_event`."""

    GAP = "gap"
    """An earlier fact of its stream is missing: waits, and is repaired from the producer's feed."""
    BROKEN_CHAIN = "broken-chain"
    """Its prev_hash is not the hash of the fact before: somebody changed something."""
    POISON = "poison"
    """It could not be applied; its case waits, the others go on."""
    EQUIVOCATION = "equivocation"
    """The same number was seen before with another hash: an incident."""
    UNREADABLE = "unreadable"
    """Not an envelope of ours; it belongs to no stream."""
    FOREIGN = "foreign"
    """Producer, key, topic or feed do not belong together."""
