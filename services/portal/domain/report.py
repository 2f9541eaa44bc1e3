"""A suspected child as a clerk reports it: the fields of the page, and what the registry is sent."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self

from services.portal.domain.search import BIRTH_CERTIFICATE
from services.portal.domain.typed import day_of, told_by, typed_day
from shared.contracts.events.screening import Instrument
from shared.identifiers import RESIDENT_FORM

SIGN = "sign."
DAYS = ("birth_date", "on")
IDENTITY = (
    "name", "resident_number", "birth_certificate", "guardian_name", "guardian_phone", "guardian_resident_number",
    "address",
)  # fmt: skip
FIELDS = (*IDENTITY, *DAYS, "sex", "weeks", "region", "regression", "category", "instrument", "finding", "seen")
LONGEST = 400


@dataclass(frozen=True, slots=True)
class Report:
    """What stands in the fields, each as text; a field that nobody filled is empty."""

    values: Mapping[str, str]

    @classmethod
    def typed(cls, values: Mapping[str, str]) -> Self:
        """Read what was sent: days in one form, and birth date and sex of the number where they were left out."""
        kept = {name: _short(values.get(name, "")) for name in FIELDS}
        kept |= {name: typed_day(kept[name]) for name in DAYS}
        kept |= {name: told for name, told in told_by(kept["resident_number"]).items() if not kept[name]}
        return cls(kept | {name: _short(value) for name, value in values.items() if name.startswith(SIGN)})

    @classmethod
    def kept(cls, text: str) -> Self:
        """Read a draft."""
        return cls.typed(json.loads(text))

    @classmethod
    def fresh(cls, region: str, today: date) -> Self:
        """Return an empty report with what is mostly right: the clinic's county, today, the sign table."""
        usual = {"region": region, "on": today.isoformat(), "instrument": Instrument.WARNING_SIGNS.value}
        return cls.typed(usual)

    def about(self, said: Mapping[str, str]) -> Self:
        """Return it about a child that somebody looked for and did not find: name, birth date, whole number."""
        known = {name: said[name] for name in ("name", "birth_date") if said.get(name)}
        number = said.get("number", "")
        kinds = {RESIDENT_FORM: "resident_number", BIRTH_CERTIFICATE: "birth_certificate"}
        known |= {name: number for form, name in kinds.items() if form.fullmatch(number)}
        return type(self).typed({**self.values, **known})

    def text(self) -> str:
        """Return it as a draft is kept."""
        return json.dumps(dict(self.values), ensure_ascii=False)

    def typed_into(self, fresh: Self) -> bool:
        """Tell whether anybody typed something that a fresh page would not show anyway."""
        return any(value and value != fresh.values.get(name) for name, value in self.values.items())

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def born(self) -> date | None:
        return day_of(self["birth_date"])

    @property
    def day(self) -> date | None:
        return day_of(self["on"])

    @property
    def seen(self) -> frozenset[str]:
        """Cases of which the clerk said that they are another child's."""
        return frozenset(self["seen"].split())

    def apart_from(self, cases: str) -> Self:
        """Return the report of a child of whom the clerk says that it is none of these."""
        return replace(self, values={**self.values, "seen": " ".join(sorted(self.seen | set(cases.split())))})

    @property
    def child(self) -> dict[str, Any]:
        """The child as the registry takes it; what is empty was not given."""
        identity = {name: self[name] for name in IDENTITY if self[name]}
        told = {name: self[name] for name in ("sex", "birth_date", "region") if self[name]}
        return told | {"identity": identity} | ({"another_than": sorted(self.seen)} if self.seen else {})

    @property
    def screening(self) -> dict[str, Any]:
        """The screening as it is recorded: the signs one by one, or an examiner's finding."""
        told = {name: self[name] for name in ("category", "on", "instrument") if self[name]}
        if self["instrument"] != Instrument.WARNING_SIGNS:
            return told | ({"finding": self["finding"]} if self["finding"] else {})
        signs = {
            name.removeprefix(SIGN): value == "yes" for name, value in self.values.items() if _answers(name, value)
        }
        return told | {"signs": signs} | ({"regression": self["regression"]} if self["regression"] else {})

    @property
    def item(self) -> dict[str, Any]:
        """Child and screening together."""
        return {"child": self.child, "screening": self.screening}


def _answers(name: str, value: str) -> bool:
    return name.startswith(SIGN) and value in ("yes", "no")


def _short(value: str) -> str:
    return value.strip()[:LONGEST]
