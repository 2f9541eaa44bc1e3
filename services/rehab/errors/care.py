"""Refusals about plans of care, groups and the visits that training at home stands on."""

from shared.errors import Refusal


class GroupNeedsGroupMode(Refusal, code="rehab.group-needs-group-mode", status=422):
    en = "Only a session in group mode belongs to a group."
    zh = "只有集体课才能填写小组编号。"


class GroupMissing(Refusal, code="rehab.group-missing", status=422):
    en = "A session in group mode names its group: one id for all children of the same lesson."
    zh = "集体课须填写小组编号：同一节课的儿童使用同一编号。"


class GroupFull(Refusal, code="rehab.group-full", status=409):
    en = "A group session has at most {limit} children."
    zh = "集体课每组最多 {limit} 名儿童。"


class GroupDiffers(Refusal, code="rehab.group-differs", status=409):
    en = "The group session is one session: the same centre, therapist, start and end for all its children."
    zh = "同一小组须为同一机构、同一康复师、同一起止时间。"


class UnknownGoal(Refusal, code="rehab.unknown-goal", status=422):
    en = "No plan of this enrolment has the goal {goal}."
    zh = "该入训登记的计划中没有目标 {goal}。"


class UnknownVisit(Refusal, code="rehab.unknown-visit", status=422):
    en = "No home visit of this enrolment has the id {visit}."
    zh = "该入训登记没有编号为 {visit} 的入户记录。"


class NotAssessed(Refusal, code="rehab.not-assessed", status=409):
    en = "A plan follows an assessment at the start of the enrolment; none is recorded."
    zh = "制定计划前须有入训评估，尚无记录。"


class PlanOutsideEnrolment(Refusal, code="rehab.plan-outside-enrolment", status=422):
    en = "The plan ({since} to {until}) reaches beyond the enrolment ({started_on} to before {over_on})."
    zh = "计划期（{since} 至 {until}）超出入训期（{started_on} 起，{over_on} 前止）。"


class GoalLevelMissing(Refusal, code="rehab.goal-levels", status=422):
    en = "A plan has goals of every level: long, mid and short term; missing: {missing}."
    zh = "计划应有长期、中期、短期目标；缺少：{missing}。"


class StepTooEarly(Refusal, code="rehab.step-too-early", status=422):
    en = "The day {on} lies before the step that it follows ({after})."
    zh = "{on} 早于前一步骤的日期（{after}）。"
