"""Refusals about sessions and evaluations."""

from collections.abc import Mapping
from typing import Any

from shared.errors import Refusal
from shared.rehabilitation.instruments import INSTRUMENTS


class NamesInstrument:
    """A refusal whose sentence says the name of the instrument, not its code."""

    details: dict[str, Any]

    def told(self, language: str) -> Mapping[str, Any]:
        """Return the details with the name of the instrument."""
        row = INSTRUMENTS.get(self.details["instrument"])  # a newer service may know one that this one does not
        if row is None:
            return self.details
        return {**self.details, "instrument": row.zh if language == "zh" else row.en}


class SessionBackwards(Refusal, code="rehab.session-backwards", status=422):
    en = "The session does not end after it starts."
    zh = "训练的结束时间必须晚于开始时间。"


class SessionTooLong(Refusal, code="rehab.session-too-long", status=422):
    en = "The session is longer than {limit} minutes."
    zh = "训练时长超过 {limit} 分钟。"


class OutsideEnrolment(Refusal, code="rehab.outside-enrolment", status=422):
    en = "The day lies outside the enrolment ({since} to {until}, the last day not included)."
    zh = "日期不在入训期内（{since} 至 {until}，不含最后一日）。"


class SessionOverlaps(Refusal, code="rehab.session-overlaps", status=409):
    en = "The child is busy from {starts_at} to {ends_at}."
    zh = "该儿童在 {starts_at} 至 {ends_at} 已有安排。"


class SessionVoid(Refusal, code="rehab.session-void", status=409):
    en = "The session was made void; record a new one."
    zh = "该训练记录已作废，请重新登记。"


class NothingCorrected(Refusal, code="rehab.nothing-corrected", status=422):
    en = "The correction changes nothing."
    zh = "更正内容与原记录相同。"


class BatchSize(Refusal, code="rehab.batch-size", status=422):
    en = "A batch holds 1 to {limit} sessions, not {size}."
    zh = "每批应有 1 至 {limit} 条训练记录，实际为 {size} 条。"


class UnknownInstrument(Refusal, code="rehab.unknown-instrument", status=422):
    en = "No instrument has the code {instrument}."
    zh = "没有代码为 {instrument} 的量表。"


class UnknownVersion(NamesInstrument, Refusal, code="rehab.unknown-version", status=422):
    en = "{instrument} is recorded here in the versions {versions}; another one counts differently."
    zh = "{instrument} 只接受版本 {versions}，其他版本计分不同。"


class NotForThisAge(NamesInstrument, Refusal, code="rehab.instrument-not-for-age", status=422):
    en = "{instrument} is for ages of {from_months} to under {before_months} months; the child was {months}."
    zh = "{instrument} 适用于 {from_months} 至不满 {before_months} 月龄，该儿童为 {months} 月龄。"


class UnknownDimension(NamesInstrument, Refusal, code="rehab.unknown-dimension", status=422):
    en = "{instrument} has no dimension {dimension}, or it is given twice."
    zh = "{instrument} 没有维度 {dimension}，或该维度重复。"


class ScoreMissing(NamesInstrument, Refusal, code="rehab.score-missing", status=422):
    en = "{instrument} needs {dimensions}."
    zh = "{instrument} 缺少 {dimensions}。"


class ScoreOutOfRange(NamesInstrument, Refusal, code="rehab.score-out-of-range", status=422):
    en = "{instrument}, {dimension}: {allowed} (least ... most / step, or the codes)."
    zh = "{instrument} 的 {dimension}：允许值为 {allowed}（最小 ... 最大 / 步长，或所列等级）。"


class TotalMismatch(NamesInstrument, Refusal, code="rehab.total-mismatch", status=422):
    en = "{instrument}: the total should be {expected}."
    zh = "{instrument}：总分应为 {expected}。"
