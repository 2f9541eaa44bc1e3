"""Indicators: each with definition and as-of time, by month and county, the list behind it, all as a workbook."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from services.portal.api.common import Visit, page
from services.portal.api.figures_book import book_of
from services.portal.api.sheets import file_of
from services.portal.domain.figures import Amount, Indicator, bars
from services.portal.domain.known_on import end_of_day
from services.portal.errors import PageUnknown
from services.portal.upstream import TurnedDown
from shared import clock
from shared.access.policy import Act
from shared.errors import TemporarilyUnavailable
from shared.words import WORDS

router = APIRouter(prefix="/indicators", include_in_schema=False)

Reads = Annotated[Visit, page(Act.READ_INDICATORS)]
Key = Annotated[str, Path(pattern=r"^[a-z_]{1,80}$")]
Day = Annotated[str, Field(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$")]
INSTITUTIONS = "rehabilitation_institutions_with_education_licence"


class Period(BaseModel):
    """Which figures: the year so far in all of the reader's region, unless it says else."""

    since: Annotated[Day, Field(alias="from")] = ""
    until: Annotated[Day, Field(alias="to")] = ""
    region: Annotated[str, Field(pattern=r"^([0-9]{2}|[0-9]{4}|[0-9]{6})?$")] = ""
    known_on: Day = ""

    @property
    def query(self) -> dict[str, str]:
        """The same as the timeline is asked."""
        past = bool(self.known_on) and self.known_on < clock.today().isoformat()
        known = end_of_day(self.known_on) if past else ""
        asked = {"from": self.since, "to": self.until, "region": self.region, "as_of": known}
        return {name: value for name, value in asked.items() if value}

    @property
    def days(self) -> dict[str, str]:
        """First and last day, as services ask for them that know no year so far."""
        today = clock.today()
        return {"since": self.since or date(today.year, 1, 1).isoformat(), "until": self.until or today.isoformat()}

    @property
    def counted(self) -> dict[str, str]:
        """The same as screening is asked."""
        return self.days | {name: self.query[name] for name in ("region", "as_of") if name in self.query}

    @property
    def link(self) -> dict[str, str]:
        """The same as an address of a page of ours says it."""
        asked = {"from": self.since, "to": self.until, "region": self.region, "known_on": self.known_on}
        return {name: value for name, value in asked.items() if value}


Asked = Annotated[Period, Query()]


@dataclass(frozen=True, slots=True)
class Figures:
    """All figures of a period, each part as its service answered."""

    programme: Any
    operational: Any
    rates: Any
    """The three official rates of each county with anything to count; None for who may not read them."""
    schooling: Any


async def figures_of(visit: Visit, asked: Period) -> Figures:
    """Ask the services for all figures. Raises what the timeline answers where it gives none."""
    day = {"on": asked.until} if asked.until else {}
    rates = [("screening", "/v1/rates/by-county", asked.counted)] if visit.allows(Act.READ_RATES) else []
    programme, operational, schooling, *by_county = await visit.call.together(
        ("timeline", "/v1/indicators", asked.query),
        ("timeline", "/v1/indicators/operational", asked.query),
        ("education", "/v1/figures/enrolment-rate", day),
        *rates,
    )
    for needed in (programme, operational):
        if isinstance(needed, Exception):
            raise needed
    return Figures(programme, operational, by_county[0] if by_county else None, schooling)


@router.get("")
async def indicators(visit: Reads, asked: Asked) -> Response:
    """Return all figures of a period."""
    figures = await figures_of(visit, asked)
    return visit.page(
        "indicators.html", asked=asked, figures=figures,
        programme=[Indicator.of_programme(one) for one in figures.programme["indicators"]],
        operational=[Indicator.operational(one) for one in figures.operational["indicators"]],
    )  # fmt: skip


@router.get(".xlsx")
async def workbook(visit: Reads, asked: Asked) -> Response:
    """Return all figures of a period as a workbook that says as of when they are."""
    figures = await figures_of(visit, asked)
    name = f"indicators-{figures.programme['from']}-{figures.programme['to']}"
    return await file_of(book_of(visit, figures), name)


@router.get("/{key}")
async def indicator(
    visit: Reads, key: Key, asked: Asked, after: Annotated[str | None, Query(max_length=400)] = None
) -> Response:
    """Return one figure by month and by county, and the list behind it."""
    kind = "operational/" if key in WORDS["OperationalKey"] else ""
    listed = "institutions" if key == INSTITUTIONS else "cases"
    whole, months, behind = await visit.call.together(
        ("timeline", f"/v1/indicators/{kind}".rstrip("/"), asked.query),
        ("timeline", f"/v1/indicators/{kind}{key}/months", asked.query),
        ("timeline", f"/v1/indicators/{kind}{key}/{listed}", asked.query | ({"after": after} if after else {})),
    )
    for needed in (whole, months):
        if isinstance(needed, Exception):
            raise needed
    return visit.page(
        "indicator.html", asked=asked, whole=whole, figure=_named(whole, key), months=bars(_months(months, key, kind)),
        behind=behind, listed=listed,
        counties=bars((visit.region(one), amount) for one, amount in sorted(_named(whole, key).by_county.items())),
        names=await visit.names(_institutions(behind) if listed == "institutions" else ()),
    )  # fmt: skip


def _named(whole: Mapping[str, Any], key: str) -> Indicator:
    """Return one figure of an answer. Raises PageUnknown where there is none of this name."""
    for told in whole["indicators"]:
        if told["key"] == key:
            return Indicator.operational(told) if "kind" in told else Indicator.of_programme(told)
    raise PageUnknown


def _months(answer: Mapping[str, Any], key: str, kind: str) -> Iterable[tuple[str, Amount]]:
    for month in answer["items"]:
        yield month["month"], _of_month(month, key, kind)


def _of_month(month: Mapping[str, Any], key: str, kind: str) -> Amount:
    if not kind:
        return Amount.counted(month["value"], "institutions" if key == INSTITUTIONS else "children")
    share, days = month["numerator"] is not None, key.startswith("days_")
    return Amount.measured(month, "share" if share else "median" if days else "count")


def _institutions(behind: Any) -> list[str]:  # noqa: ANN401 - an answer, or why there is none
    return [] if isinstance(behind, TurnedDown | TemporarilyUnavailable) else [row["id"] for row in behind["items"]]
