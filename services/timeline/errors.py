"""What the timeline says no to.

Refusal
├── NothingToStepOver    409   only a fact that blocks its stream can be waived
├── SecondPersonNeeded   403   whoever asked for a waiver cannot agree to it
├── WaiverNotAsked       409   agreed to with another reason than was asked for
├── RebuildRunning       409   one rebuild at a time
├── TooManyLiveViews     503   this process serves as many live views as it may
├── PeriodReversed       422   the period ends before it begins
├── PeriodTooLong        422   more months than are shown one by one
├── OutsideRegion        403   figures of a region that is not the actor's
├── FindingSettled       409   this finding was closed; only new evidence opens it again
├── FileCovered          403   a file that is masked for the reader has no whole bytes to give
└── OwnDecision          403   whoever approved or paid does not review
"""

from shared.errors import Refusal


class NothingToStepOver(Refusal, code="timeline.nothing-to-step-over", status=409):
    en = "This event does not block its stream ({reason}); there is nothing to step over."
    zh = "该事件并未阻塞其事件流（{reason}），无需跳过。"


class SecondPersonNeeded(Refusal, code="timeline.second-person-needed", status=403):
    en = "A waiver needs two persons; who asked for it cannot agree to it."
    zh = "跳过事件须由两人决定；申请人本人不能同意。"


class WaiverNotAsked(Refusal, code="timeline.waiver-not-asked", status=409):
    en = "The waiver was asked for with another reason ({reason})."
    zh = "该跳过申请的理由不同（{reason}）。"


class RebuildRunning(Refusal, code="timeline.rebuild-running", status=409):
    en = "A rebuild is running already."
    zh = "重建正在进行中。"


class TooManyLiveViews(Refusal, code="timeline.too-many-live-views", status=503):
    en = "Too many live views are open; the page still shows everything when it is loaded again."
    zh = "实时查看连接过多；重新载入页面仍可看到全部内容。"


class PeriodReversed(Refusal, code="timeline.period-reversed", status=422):
    en = "The period ends before it begins."
    zh = "期间的结束早于开始。"


class OutsideRegion(Refusal, code="timeline.outside-region", status=403):
    en = "Region {region} does not lie inside yours."
    zh = "地区 {region} 不在您的辖区内。"


class FileCovered(Refusal, code="timeline.file-covered", status=403):
    en = "This file is shown to you in part only; its facts cannot be given whole."
    zh = "该档案对您仅部分可见，不能完整导出其事实。"


class PeriodTooLong(Refusal, code="timeline.period-too-long", status=422):
    en = "A figure is shown for {limit} months at most."
    zh = "按月显示的期间最长为 {limit} 个月。"


class FindingSettled(Refusal, code="timeline.finding-settled", status=409):
    en = "This finding is closed ({state}); new evidence would open it again."
    zh = "该线索已关闭（{state}）；出现新证据时会重新打开。"


class OwnDecision(Refusal, code="timeline.own-decision", status=403):
    en = "Whoever approved this child's assistance or paid for it does not review findings about it."
    zh = "批准或支付该儿童救助的人员不能复核相关线索。"
