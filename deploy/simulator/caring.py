"""The assessment with which a service begins, and the plan of care with goals of every level (handbook §3.5)."""

from collections.abc import Mapping
from datetime import date, timedelta

from deploy.simulator.casting import Cast
from deploy.simulator.journeys import Care, Enrolment, Goal
from deploy.simulator.rehabilitation import therapist_of
from deploy.simulator.sources import Role
from shared.ages import birthday
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import GoalTerm

PLANNED_DAYS = 13
"""Training days of a full month: three a week."""
GOALS: Mapping[RehabCategory, tuple[tuple[str, str], ...]] = {
    RehabCategory.AUTISM: (
        ("d710", "能与同伴进行简单的社会交往"),
        ("d330", "能用三至四个词的句子表达需要"),
        ("d160", "在桌面活动中保持注意五分钟"),
        ("d160", "今天能听到名字后看向老师"),
    ),
    RehabCategory.INTELLECTUAL: (
        ("d550", "能独立进食并收拾餐具"),
        ("d310", "能听懂并执行两步指令"),
        ("d137", "能分辨大小、多少和颜色"),
        ("d137", "今天能按要求取一件物品"),
    ),
    RehabCategory.PHYSICAL: (
        ("d450", "能在平地独立行走二十米"),
        ("d415", "能独立坐稳十分钟"),
        ("b730", "下肢肌力提高一级"),
        ("b730", "今天能扶站三分钟"),
    ),
    RehabCategory.HEARING: (
        ("d350", "能与家人进行日常对话"),
        ("d310", "能听懂生活中的简短指令"),
        ("b230", "能听辨六个基本音"),
        ("b230", "今天能听声放物十次"),
    ),
    RehabCategory.SPEECH: (
        ("d350", "能连贯地讲述一件事"),
        ("d330", "能说清日常用语"),
        ("b320", "能发准舌根音和舌尖音"),
        ("b320", "今天能模仿发音十次"),
    ),
}
"""A long, a mid, a short and a daily goal by the usual code of the ICF."""


def care_for(cast: Cast, enrolment: Enrolment | None) -> Care | None:
    """Return assessment and plan, of the first day on; who never came was not assessed either."""
    if enrolment is None or cast.role is Role.NEVER_ATTENDED:
        return None
    return Care(
        assessor=therapist_of(cast),
        assessed_on=enrolment.started_on,
        signed_on=enrolment.started_on,
        valid_until=_last_day(cast, enrolment.started_on),
        planned_days=PLANNED_DAYS,
        goals=tuple(Goal(term, *said) for term, said in zip(GoalTerm, GOALS[cast.category], strict=True)),
    )


def _last_day(cast: Cast, signed_on: date) -> date:
    """Return the end of the benefit year, or the day before the 18th birthday."""
    return min(date(signed_on.year, 12, 31), birthday(cast.born, 18) - timedelta(days=1))
