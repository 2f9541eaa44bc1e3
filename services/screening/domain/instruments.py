"""Instruments of re-screening and diagnosis: only their scoring; item texts are not shipped (handbook §1.4, §3.6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from enum import StrEnum

from services.screening.domain.figures import Abc, Cars, CdssIi, MChat23
from services.screening.errors import AnswersIncomplete, ScoreOutOfRange
from shared.contracts.events.screening import Instrument
from shared.rulebook.explanation import Step, step
from shared.rulebook.registry import rule


class DqBand(StrEnum):
    """Bands of the developmental quotient of 儿心量表-II (WS/T 580-2017; handbook §3.6)."""

    DISORDER = "disorder"
    BORDERLINE = "borderline"
    AVERAGE = "average"
    GOOD = "good"
    EXCELLENT = "excellent"


@dataclass(frozen=True, slots=True)
class Quotients:
    """Developmental quotients of 儿心量表-II: the total and the five domains."""

    total: Decimal
    gross_motor: Decimal
    fine_motor: Decimal
    adaptive: Decimal
    language: Decimal
    social: Decimal

    @property
    def domains(self) -> dict[str, Decimal]:
        return {field.name: getattr(self, field.name) for field in fields(self) if field.name != "total"}


@dataclass(frozen=True, slots=True)
class Reading:
    """What a checklist says, and how one comes to it."""

    positive: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Development:
    """What 儿心量表-II says: band of the total, low domains of the deviation, any low domain at all."""

    band: DqBand
    deviation: bool
    low_domains: tuple[str, ...]
    steps: tuple[Step, ...]

    @property
    def disorder(self) -> bool:
        return self.band is DqBand.DISORDER

    @property
    def borderline(self) -> bool:
        return self.band is DqBand.BORDERLINE


@rule("screening.m-chat-23", "source", zh="M-CHAT（23项）：关键条目不通过达2项或全部条目不通过达3项为阳性")
def read_m_chat_23(yes: Mapping[int, bool], scoring: MChat23) -> Reading:
    """Score the 23 answers of M-CHAT (孤独症规范; handbook §1.4). Not M-CHAT-R/F, which has 20 items.

    Raises AnswersIncomplete when an item is unanswered or unknown.
    """
    items = set(range(1, scoring.items.value + 1))
    if wrong := items ^ yes.keys():
        raise AnswersIncomplete(instrument=Instrument.M_CHAT_23.value, items=sorted(wrong))
    failed = {item for item in items if yes[item] == (item in scoring.fails_on_yes.value)}
    critical = failed & scoring.critical.value
    steps = (
        _failed_items(
            "m-chat-critical", critical, scoring.positive_at_critical_fails.value, "critical items", "关键条目"
        ),
        _failed_items("m-chat-failed", failed, scoring.positive_at_fails.value, "items", "条目"),
    )
    return Reading(any(one.holds for one in steps), steps)


@rule("screening.abc", "source", zh="ABC 总分达到53分为阳性")
def read_abc(score: int, scoring: Abc) -> Reading:
    """Read a total of the Autism Behavior Checklist (孤独症规范; handbook §1.4). Raises ScoreOutOfRange."""
    if not 0 <= score <= scoring.maximum.value:
        raise ScoreOutOfRange(instrument=Instrument.ABC.value, minimum=0, maximum=scoring.maximum.value, step=1)
    return _from_cut_off("abc-total", "ABC", score, scoring.positive_from.value)


@rule("screening.dq-band", "source", zh="按儿心量表-II 总发育商判定分段")
def dq_band(total: Decimal, scoring: CdssIi) -> DqBand:
    """Say the band of a total developmental quotient (WS/T 580; handbook §1.4, §3.6)."""
    return DqBand([row.band for row in scoring.bands.value if row.since <= total][-1])


@rule(
    "screening.cdss-ii",
    "source",
    zh="儿心量表-II：总分低于70为发育障碍；总分80及以上且语言、适应或社会能区低于70为偏离；70至79为临界",
)
def read_cdss_ii(quotients: Quotients, scoring: CdssIi) -> Development:
    """Read 儿心量表-II: disorder, deviation, borderline or within the norm (孤独症规范; handbook §1.4).

    Raises ScoreOutOfRange. A total of 70-79 with a low domain is no deviation: it is rechecked ([assumed]).
    """
    check_quotients(quotients, scoring)
    band, low = dq_band(quotients.total, scoring), low_domains(quotients, scoring)
    lagging = tuple(name for name in low if name in scoring.deviation_domains.value)
    deviation = bool(lagging) and band not in {DqBand.DISORDER, DqBand.BORDERLINE}
    return Development(band, deviation, low, (*_of_scale(quotients, band, scoring, lagging), _low(low, scoring)))


def check_quotients(quotients: Quotients, scoring: CdssIi) -> None:
    """Raise ScoreOutOfRange unless every quotient can be one."""
    maximum = scoring.maximum.value
    if not all(0 <= value <= maximum for value in (quotients.total, *quotients.domains.values())):
        raise ScoreOutOfRange(instrument=Instrument.CDSS_II.value, minimum=0, maximum=maximum, step="0.1")


def low_domains(quotients: Quotients, scoring: CdssIi) -> tuple[str, ...]:
    """Return the domains that are low, in the order of the scale."""
    return tuple(name for name, value in quotients.domains.items() if value < scoring.domain_low_below.value)


def check_cars(score: Decimal, scoring: Cars) -> None:
    """Raise ScoreOutOfRange unless it is a total of 15 items of 1 to 4 in half points."""
    low, high, step_size = scoring.minimum.value, scoring.maximum.value, scoring.step.value
    if not low <= score <= high or score % step_size:
        raise ScoreOutOfRange(
            instrument=Instrument.CARS.value, minimum=str(low), maximum=str(high), step=str(step_size)
        )


@rule("screening.cars", "source", zh="CARS 总分30分及以上提示孤独症，仅作诊断辅助")
def read_cars(score: Decimal, scoring: Cars) -> Reading:
    """Read a CARS total: an aid, never the sole basis of a diagnosis (孤独症规范; handbook §1.4)."""
    check_cars(score, scoring)
    return _from_cut_off("cars-total", "CARS", score, scoring.autism_from.value)


def _failed_items(code: str, failed: Iterable[int], needed: int, en: str, zh: str) -> Step:
    found = sorted(failed)
    return step(
        code,
        "Failed {kind}: {items}; {count} of {needed} that make it positive.",
        "不通过的{kind_zh}：{items}；共{count}项，达{needed}项为阳性。",
        holds=len(found) >= needed,
        kind=en, kind_zh=zh, items=", ".join(map(str, found)) or "-", count=len(found), needed=needed,
    )  # fmt: skip


def _from_cut_off(code: str, name: str, score: Decimal | int, cut_off: Decimal | int) -> Reading:
    said = step(
        code,
        "{name} total {score}; positive from {cut_off} on.",
        "{name} 总分{score}，达{cut_off}分为阳性。",
        holds=score >= cut_off,
        name=name,
        score=score,
        cut_off=cut_off,
    )
    return Reading(score >= cut_off, (said,))


def _of_scale(quotients: Quotients, band: DqBand, scoring: CdssIi, lagging: tuple[str, ...]) -> Iterable[Step]:
    yield step(
        f"cdss-{band.value}", "Total quotient {total}: band {band}.", "总发育商{total}：属于 {band} 段。",
        total=quotients.total, band=band.value,
    )  # fmt: skip
    yield step(
        "cdss-deviation",
        "Total above the borderline band and one of {domains} below {low}: {names}.",
        "总分高于临界段且 {domains} 能区之一低于{low}：{names}。",
        holds=bool(lagging) and band not in {DqBand.DISORDER, DqBand.BORDERLINE},
        domains=", ".join(scoring.deviation_domains.value),
        low=scoring.domain_low_below.value,
        names=", ".join(lagging) or "-",
    )


def _low(names: tuple[str, ...], scoring: CdssIi) -> Step:
    return step(
        "cdss-low-domains",
        "Domains below {low}: {names}.",
        "低于{low}的能区：{names}。",
        low=scoring.domain_low_below.value,
        names=", ".join(names) or "-",
    )
