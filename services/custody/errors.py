"""Refusals of custody.

    Refusal
    ├── TooYoungToBoard, OutsideChildhood        422
    ├── AdmissionIncomplete, LeavesBeforeEntry   422
    └── StayOverlaps, StayEndedBefore            409

Each leaves no trace in any table.
"""

from shared.errors import Refusal


class TooYoungToBoard(Refusal, code="custody.too-young-to-board", status=422):
    en = "Boarding is from {minimum} years; the child is {age}."
    zh = "寄宿须年满 {minimum} 周岁；该儿童为 {age} 周岁。"


class OutsideChildhood(Refusal, code="custody.outside-childhood", status=422):
    en = "Care is for children from birth to before {before_age} years; the child is {age}."
    zh = "托管对象为未满 {before_age} 周岁的儿童；该儿童为 {age} 周岁。"


class AdmissionIncomplete(Refusal, code="custody.admission-incomplete", status=422):
    en = "Admission needs: {papers}."
    zh = "入托还需：{papers}。"


class LeavesBeforeEntry(Refusal, code="custody.leaves-before-entry", status=422):
    en = "The day of leaving lies before the day of admission."
    zh = "离开日期早于入托日期。"


class StayOverlaps(Refusal, code="custody.stay-overlaps", status=409):
    en = "The child has a stay that is open or reaches past that day; one child has one stay at a time."
    zh = "该儿童已有尚未结束或与该日期重叠的托管；同一儿童同一时间只能有一处托管。"


class StayEndedBefore(Refusal, code="custody.stay-ended-before", status=409):
    en = "The stay ended on {ended_on} already."
    zh = "该托管已于 {ended_on} 结束。"
