"""Refusals of custody.

    Refusal
    ├── TooYoungToBoard, OutsideChildhood, NotAgedOut       422
    ├── AdmissionIncomplete, LeavesBeforeEntry, ChildDied   422
    ├── StayOverlaps, StayEndedBefore, StayIsOver           409
    ├── NotLicensed, NoPlaceFree                            409
    ├── PeriodReversed                                      422
    ├── NotOnTheList, NotOneOfItsPeople                     422
    ├── BackBeforeLeaving, BeforeTheLastMove                422
    ├── NotInside, AlreadyInside, OnLeave, LeaveEndedBefore 409
    ├── NoticedBefore, OutsideStay, StepBeforeIncident      422
    ├── FoundWithoutMissing, ConfirmationNeeded             422
    ├── LeaveMeetsAnother, LeaveOutsideStay                 422
    └── StepDoneBefore, FoundBefore, RecordedAfterTheEnd    409

Each leaves no trace in any table.
"""

from shared.errors import Refusal


class TooYoungToBoard(Refusal, code="custody.too-young-to-board", status=422):
    en = "Boarding is from {minimum} years; the child is {age}."
    zh = "寄宿须年满 {minimum} 周岁；该儿童为 {age} 周岁。"


class OutsideChildhood(Refusal, code="custody.outside-childhood", status=422):
    en = "Care is for children from birth to before {before_age} years; the child is {age}."
    zh = "托管对象为未满 {before_age} 周岁的儿童；该儿童为 {age} 周岁。"


class NotAgedOut(Refusal, code="custody.not-aged-out", status=422):
    en = "The child turns {before_age} on {on}; before that day it does not age out of care."
    zh = "该儿童于 {on} 年满 {before_age} 周岁；此前不能以成年为由离托。"


class AdmissionIncomplete(Refusal, code="custody.admission-incomplete", status=422):
    en = "Admission needs: {papers}."
    zh = "入托还需：{papers}。"


class LeavesBeforeEntry(Refusal, code="custody.leaves-before-entry", status=422):
    en = "The day of leaving lies before the day of admission."
    zh = "离开日期早于入托日期。"


class ChildDied(Refusal, code="custody.child-died", status=422):
    en = "A death is registered before that day; whoever knows otherwise turns to the registry."
    zh = "登记的死亡日期早于该日；如有误请联系登记机构。"


class StayOverlaps(Refusal, code="custody.stay-overlaps", status=409):
    en = "The child has a stay that is open or reaches past that day; one child has one stay at a time."
    zh = "该儿童已有尚未结束或与该日期重叠的托管；同一儿童同一时间只能有一处托管。"


class StayEndedBefore(Refusal, code="custody.stay-ended-before", status=409):
    en = "The stay ended on {ended_on} already."
    zh = "该托管已于 {ended_on} 结束。"


class StayIsOver(Refusal, code="custody.stay-is-over", status=409):
    en = "The stay has ended; nobody is signed out, signed in or on leave after it."
    zh = "该托管已结束，不能再签出、签到或请假。"


class NotLicensed(Refusal, code="custody.not-licensed", status=409):
    en = "The institution has no licensed places on {on}."
    zh = "该机构在 {on} 没有核定床位。"


class NoPlaceFree(Refusal, code="custody.no-place-free", status=409):
    en = "All {places} licensed places of this kind are taken on {on}."
    zh = "{on} 此类核定床位 {places} 个已满。"


class PeriodReversed(Refusal, code="custody.period-reversed", status=422):
    en = "The last day lies before the first."
    zh = "截止日期早于起始日期。"


class NotOnTheList(Refusal, code="custody.not-on-the-list", status=422):
    en = "Only a person on the child's pick-up list may take it; an attempt by somebody else is an incident."
    zh = "只有接送名单上的人可以接走儿童；他人试图接走应登记为事件。"


class NotOneOfItsPeople(Refusal, code="custody.not-one-of-its-people", status=422):
    en = "brought_by names nobody of the child's lists; leave it out where somebody else brought the child."
    zh = "brought_by 不在该儿童的名单中；如由他人送回，请不填此项。"


class BackBeforeLeaving(Refusal, code="custody.back-before-leaving", status=422):
    en = "The expected return lies before the start of the leave."
    zh = "预计返回时间早于请假开始时间。"


class BeforeTheLastMove(Refusal, code="custody.before-the-last-move", status=422):
    en = "That moment lies before the child's last recorded move."
    zh = "该时间早于该儿童最近一次登记的进出。"


class NotInside(Refusal, code="custody.not-inside", status=409):
    en = "The child is not in the house."
    zh = "该儿童不在院内。"


class AlreadyInside(Refusal, code="custody.already-inside", status=409):
    en = "The child is in the house already."
    zh = "该儿童已在院内。"


class OnLeave(Refusal, code="custody.on-leave", status=409):
    en = "The child is on leave; end the leave first."
    zh = "该儿童正在请假；请先销假。"


class LeaveEndedBefore(Refusal, code="custody.leave-ended-before", status=409):
    en = "The leave has ended already."
    zh = "该请假已销假。"


class NoticedBefore(Refusal, code="custody.noticed-before", status=422):
    en = "An incident is not noticed before it happens."
    zh = "发现时间早于发生时间。"


class FoundWithoutMissing(Refusal, code="custody.found-without-missing", status=422):
    en = "Only a missing child is found, and not before it went missing."
    zh = "只有走失事件可以填写找到时间，且不得早于走失时间。"


class OutsideStay(Refusal, code="custody.outside-stay", status=422):
    en = "The child was not in the institution's care at that moment."
    zh = "该时间儿童不在该机构托管期间。"


class StepBeforeIncident(Refusal, code="custody.step-before-incident", status=422):
    en = "A step is not done before the incident is noticed."
    zh = "处置时间早于发现时间。"


class StepDoneBefore(Refusal, code="custody.step-done-before", status=409):
    en = "The step {step} is recorded already."
    zh = "“{step}”已登记。"


class FoundBefore(Refusal, code="custody.found-before", status=409):
    en = "That the child was found is recorded already."
    zh = "该儿童已登记找到。"


class ConfirmationNeeded(Refusal, code="custody.confirmation-needed", status=422):
    en = "Say how the house made sure who takes the child: signature, identity_card, code or known_person."
    zh = "请填写如何确认接走人身份：签字 signature、身份证 identity_card、验证码 code 或熟识 known_person。"


class LeaveMeetsAnother(Refusal, code="custody.leave-meets-another", status=422):
    en = "During that time another leave or a move is recorded: {at}."
    zh = "该时间段内已登记其他请假或进出：{at}。"


class LeaveOutsideStay(Refusal, code="custody.leave-outside-stay", status=422):
    en = "A leave lies inside the stay, from {admitted_on} on and not past its end."
    zh = "请假须在托管期间内：不早于 {admitted_on}，且不晚于离托。"


class RecordedAfterTheEnd(Refusal, code="custody.recorded-after-the-end", status=409):
    en = "Something is recorded of this child on {on}, after that day of leaving; give a later day."
    zh = "该儿童在 {on} 仍有登记，晚于所填离托日期；请填写更晚的日期。"
