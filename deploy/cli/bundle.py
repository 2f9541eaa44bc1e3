"""Checking a verifier bundle: a file that somebody took along, without an installation and without a network."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from rich.table import Table

from deploy.local.errors import Trouble
from deploy.services import PRODUCERS
from shared.clock import SHANGHAI
from shared.journal.bundle import Bundle, Fault, NotABundle, Verdict, check


class NotReadable(Trouble):
    """A file that cannot be checked."""


def verified(bundle: Path, keys: Path | None) -> list[Verdict]:
    """Check a bundle. Raises NotReadable, also where a service has no word in it: its facts could all be gone."""
    try:
        verdicts = check(Bundle.unpacked(bundle.read_bytes()), _trusted(keys) if keys else None)
    except OSError as error:
        raise NotReadable(f"{error.filename} cannot be read: {error.strerror}.") from error
    except NotABundle as error:
        raise NotReadable(f"{bundle} is no verifier bundle, or a part of it is missing.") from error
    if sorted(one.producer for one in verdicts) != sorted(PRODUCERS):
        raise NotReadable(
            f"{bundle} does not hold the word of each of {', '.join(PRODUCERS)}, once: a part is missing."
        )
    return verdicts


def _trusted(keys: Path) -> Mapping[str, str]:
    try:
        return TypeAdapter(dict[str, str]).validate_json(keys.read_bytes())
    except ValidationError as error:
        raise NotReadable(f"{keys} holds no public keys: a JSON object of service and key is needed.") from error


def verdicts_table(verdicts: Sequence[Verdict]) -> Table:
    """Return a line for each producer."""
    table = Table("service", "facts", "signed at", "newer than that", "faults", "first fault", "")
    for one in verdicts:
        signed = one.as_of.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M:%S")
        told = (str(one.facts), signed, str(one.newer), str(len(one.faults)), _told(one.faults))
        table.add_row(one.producer, *told, "BROKEN" if one.faults else "sound", style="red" if one.faults else "")
    return table


def _told(faults: Sequence[Fault]) -> str:
    if not faults:
        return ""
    first = faults[0]
    if first.case is None:
        return f"{first.wrong} in line {first.seq}" if first.seq else first.wrong.value
    return f"{first.wrong} at {first.case} epoch {first.epoch} number {first.seq}"
