"""Refusals about designated institutions."""

from shared.errors import Refusal


class NotALegalPerson(Refusal, code="rehab.not-a-legal-person", status=422):
    en = "A branch without legal personality cannot be designated."
    zh = "不具备法人资格的分支机构不能成为定点机构。"


class PeriodBackwards(Refusal, code="rehab.period-backwards", status=422):
    en = "The period ends ({until}) before it starts ({since})."
    zh = "期限的结束日期（{until}）早于开始日期（{since}）。"


class DesignationOverlaps(Refusal, code="rehab.designation-overlaps", status=409):
    en = "Another agreement of this institution covers {categories} in that period."
    zh = "该机构在此期间已有协议覆盖 {categories}。"


class AlreadySuspended(Refusal, code="rehab.already-suspended", status=409):
    en = "The designation has been suspended since {since}."
    zh = "该定点资格已于 {since} 暂停。"


class OutsideAgreement(Refusal, code="rehab.outside-agreement", status=422):
    en = "The day {on} lies outside the agreement ({since} to {until})."
    zh = "{on} 不在协议期内（{since} 至 {until}）。"


class NotDesignated(Refusal, code="rehab.not-designated", status=409):
    en = "The institution is not designated for {category} on {on}."
    zh = "该机构在 {on} 不是 {category} 的定点机构。"


class DesignationIsSuspended(Refusal, code="rehab.designation-suspended", status=409):
    en = "The institution's designation is suspended since {since}; it takes no new enrolments."
    zh = "该机构的定点资格自 {since} 起暂停，不接收新入训儿童。"
