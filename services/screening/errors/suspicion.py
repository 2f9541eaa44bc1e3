"""What is refused about a suspicion: screening, referral, tracing, closing (handbook §1)."""

from shared.errors import Refusal


class NoSignColumn(Refusal, code="screening.no-sign-column", status=422):
    en = "The warning-sign table begins at {first} months; the child was {months} months old."
    zh = "预警征象筛查表自{first}月龄起；该儿童当时为{months}月龄。"


class WrongSigns(Refusal, code="screening.wrong-signs", status=422):
    en = "At this age exactly these signs are answered: {expected}."
    zh = "该年龄应逐项回答以下预警征象：{expected}。"


class InstrumentNotForCategory(Refusal, code="screening.instrument-not-for-category", status=422):
    en = "For {category} one of these is used: {allowed}."
    zh = "{category} 类别可用的筛查工具：{allowed}。"


class InstrumentsForAge(Refusal, code="screening.instruments-for-age", status=422):
    en = "At this age a re-screening for {category} needs exactly these: {required}."
    zh = "该年龄进行 {category} 复筛应使用：{required}。"


class FindingNeeded(Refusal, code="screening.finding-needed", status=422):
    en = "This instrument needs the examiner's finding, and no answers of another instrument."
    zh = "该工具需要填写检查者结论，且不能附带其他工具的答案。"


class AnswersIncomplete(Refusal, code="screening.answers-incomplete", status=422):
    en = "{instrument} needs an answer to each of its items; missing or unknown: {items}."
    zh = "{instrument} 需逐项回答；缺少或多余的条目：{items}。"


class ScoreOutOfRange(Refusal, code="screening.score-out-of-range", status=422):
    en = "A score of {instrument} lies between {minimum} and {maximum}, in steps of {step}."
    zh = "{instrument} 的分值应在 {minimum} 至 {maximum} 之间，步长为 {step}。"


class RehabCategoryMismatch(Refusal, code="screening.rehab-category-mismatch", status=422):
    en = "A confirmed diagnosis names a rehabilitation category; any other outcome names none."
    zh = "确诊须注明康复类别；其他结论不得注明。"


class NoSuspicion(Refusal, code="screening.no-suspicion", status=404):
    en = "There is no suspicion of {category} in this case."
    zh = "该个案没有 {category} 类别的疑似记录。"


class StateForbids(Refusal, code="screening.state-forbids", status=409):
    en = "A suspicion in state {state} does not allow this ({act})."
    zh = "疑似个案处于 {state} 状态，不能进行此操作（{act}）。"


class NotOwner(Refusal, code="screening.not-owner", status=403):
    en = "The case belongs to another institution until that one's referral is accepted."
    zh = "该个案由其他机构负责，接收机构接收转诊前责任不转移。"


class BeforeSuspicion(Refusal, code="screening.before-suspicion", status=422):
    en = "That day lies before the suspicion arose."
    zh = "该日期早于疑似发现日期。"


class TooFewTraces(Refusal, code="screening.too-few-traces", status=409):
    en = "A case counts as lost after {needed} failed attempts in a row; there were {made}."
    zh = "连续{needed}次追访失败方可判定失访；目前为{made}次。"


class ClosingReasonNotNow(Refusal, code="screening.closing-reason-not-now", status=409):
    en = "A suspicion in state {state} cannot be closed with reason {reason}."
    zh = "疑似个案处于 {state} 状态，不能以 {reason} 结案。"


class GuardianSignatureNeeded(Refusal, code="screening.guardian-signature-needed", status=422):
    en = "The guardian's refusal carries the date of a signature; no other reason does."
    zh = "监护人拒绝须注明签字日期；其他原因不填。"


class ReopeningReasonNotNow(Refusal, code="screening.reopening-reason-not-now", status=409):
    en = "A suspicion closed for {closed_for} cannot be taken up again for {reason}."
    zh = "因 {closed_for} 结案的个案不能以 {reason} 重新开启。"


class NoFollowUp(Refusal, code="screening.no-follow-up", status=409):
    en = "Only a confirmed child of a category with a follow-up clock is followed up."
    zh = "仅对规定定期随访类别的确诊儿童进行随访登记。"


class AgeLimitNotReached(Refusal, code="screening.age-limit-not-reached", status=422):
    en = "The child has not reached {limit} years on that day."
    zh = "该日期时儿童未满{limit}周岁。"


class ReferralNotFound(Refusal, code="screening.referral-not-found", status=404):
    en = "No referral with this id is visible to you."
    zh = "没有您可以查看的该转诊单。"


class BeforeReferral(Refusal, code="screening.before-referral", status=422):
    en = "That day lies before the referral was issued."
    zh = "该日期早于转诊日期。"


class ReferralOpen(Refusal, code="screening.referral-open", status=409):
    en = "A referral of this suspicion awaits its answer until {answer_by}."
    zh = "该疑似个案已有待接收的转诊，截止日期 {answer_by}。"


class ReferralAnswered(Refusal, code="screening.referral-answered", status=409):
    en = "This referral is answered already ({status})."
    zh = "该转诊已有答复（{status}）。"


class PeriodReversed(Refusal, code="screening.period-reversed", status=422):
    en = "The period ends before it begins."
    zh = "期间的结束日期早于开始日期。"
