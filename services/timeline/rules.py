"""The shelf of the timeline in the rule book: limits and table of duties, beside the rules of its domain."""

from pathlib import Path

from services.timeline.domain.duties.limits import DutyLimits
from services.timeline.domain.duties.reckoning import WORDS
from services.timeline.domain.duties.table import FILE as DUTIES
from services.timeline.domain.duties.table import DutyRow, table
from services.timeline.domain.findings.limits import Limits
from shared.rulebook.book import Book, SettingShelf, Table, TableRow

DOMAIN = Path(__file__).parent / "domain"
PREFIX = "TIMELINE_DUTIES__"


def _of_duty(row: DutyRow) -> TableRow:
    """Return a duty as a row of the rule book: what it asks, who owes it, until when, what opens and what ends it."""
    ground = "; ".join(filter(None, (row.document, f"handbook {row.handbook}")))
    named = next((name for name in (row.due.limit, row.due.at_least, row.due.notice) if name), None)
    setting = f"{PREFIX}{named.upper()}" if named else None
    return TableRow(f"timeline.duty.{row.id}", f"{row.en} ({ground}).", row.zh, row.mark, _in_short(row), setting)


def _in_short(row: DutyRow) -> str:
    due = WORDS[row.due.unit][0].format(begin=row.due.counted_from or "then", limit=row.due.limit or "")
    opened = ", ".join(dict.fromkeys(_short(one.fact) for one in row.opens)) or row.maker
    ended = ", ".join(dict.fromkeys(_short(one.fact) for one in row.met_by))
    return f"{row.owner.kind.value}; {due}; opened by {opened}; met by {ended}"


def _short(fact: str) -> str:
    return fact.removeprefix("tongkang.").removesuffix(".v1")


BOOK = Book(
    service="timeline",
    settings=(SettingShelf(DutyLimits, PREFIX), SettingShelf(Limits, "TIMELINE_FINDINGS__")),
    tables=(
        Table(
            "timeline.duties",
            DUTIES,
            "What is owed to a child: opened and ended by which fact, by whom, due when (handbook §1.4, §3.3, §4, §5).",
            "事项表：由何事实产生、由谁承担、何时到期、由何事实完成",
            "assumed",
        ),
        Table(
            "timeline.findings",
            DOMAIN / "findings" / "findings.json",
            "The 24 rules of findings: titles, severity, version (handbook §3.7).",
            "24条审计规则：名称、严重程度、版本",
            "assumed",
        ),
        Table(
            "timeline.indicators",
            DOMAIN / "indicators.json",
            "The five figures of the programme with their definitions (handbook §8).",
            "五项业务指标及其定义",
            "assumed",
        ),
        Table(
            "timeline.operational",
            DOMAIN / "operational.json",
            "Figures of running the programme with their definitions (handbook §8).",
            "运行指标及其定义",
            "assumed",
        ),
        Table(
            "timeline.parked-reasons",
            DOMAIN / "parked_reasons.json",
            "Why a fact waits or cannot be applied, in plain words (handbook §0).",
            "事实待处理原因",
            "assumed",
        ),
    ),
    rows=tuple(_of_duty(row) for row in table().values()),
)
