"""The shelf of the timeline in the rule book: limits and table of duties, beside the rules of its domain."""

from pathlib import Path

from services.timeline.domain.duties.limits import DutyLimits
from services.timeline.domain.duties.table import FILE as DUTIES
from services.timeline.domain.findings.limits import Limits
from shared.rulebook.book import Book, SettingShelf, Table

DOMAIN = Path(__file__).parent / "domain"

BOOK = Book(
    service="timeline",
    settings=(SettingShelf(DutyLimits, "TIMELINE_DUTIES__"), SettingShelf(Limits, "TIMELINE_FINDINGS__")),
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
)
