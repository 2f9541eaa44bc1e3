"""What the registry refuses: numbers, persons, cases of one child (handbook §2)."""

from shared.errors import Refusal


class ChildTooOld(Refusal, code="screening.child-too-old", status=422):
    en = "On that day the child had passed the age limit: {limit} years."
    zh = "该日期时儿童已满{limit}周岁，超出年龄范围。"


class NotYetBorn(Refusal, code="screening.not-yet-born", status=422):
    en = "That day lies before the child's birth."
    zh = "该日期早于儿童出生日期。"


class InvalidNumber(Refusal, code="screening.invalid-number", status=422):
    en = "This is not a valid number ({field}: {flaw})."
    zh = "号码无效（{field}：{flaw}）。"


class NumberDisagrees(Refusal, code="screening.number-disagrees", status=422):
    en = "The resident number says otherwise about {field}."
    zh = "{field} 与居民身份号码不一致。"


class NumberNeeded(Refusal, code="screening.number-needed", status=422):
    en = "A resident number or a birth certificate number is needed."
    zh = "需要居民身份号码或出生医学证明编号。"


class SayMore(Refusal, code="screening.say-more", status=422):
    en = "Say which child you mean: a whole number, the whole name with the birth date, or the case number."
    zh = "请说明要查找的是哪名儿童：完整号码，或完整姓名加出生日期，或个案编号。"


class DuplicateChild(Refusal, code="screening.duplicate-child", status=409):
    en = "A child with this number is registered already."
    zh = "该号码的儿童已登记。"


class AfterDeath(Refusal, code="screening.after-death", status=422):
    en = "That day lies after the child's death."
    zh = "该日期晚于儿童死亡日期。"


class ChildGone(Refusal, code="screening.child-erased", status=410):
    en = "The identity of this child was erased on {erased_on}; the case takes nothing more."
    zh = "该儿童身份信息已于 {erased_on} 删除，个案不再受理任何操作。"


class EarlierGuardianFirst(Refusal, code="screening.earlier-guardian-first", status=422):
    en = "A guardian of kind {kind} needs to be told why these do not serve: {silent}."
    zh = "登记 {kind} 为监护人前，须说明以下顺位为何不能担任：{silent}。"


class ConsentOfNeeded(Refusal, code="screening.consent-of-needed", status=422):
    en = "Exactly a guardian outside the family names who agreed ({kind})."
    zh = "仅亲属以外的监护人须注明同意单位（{kind}）。"


class SameCounty(Refusal, code="screening.same-county", status=422):
    en = "The child lives in this county already."
    zh = "该儿童现居住地即为该县区。"


class InstitutionElsewhere(Refusal, code="screening.institution-elsewhere", status=422):
    en = "This institution does not work in {region}."
    zh = "该机构的服务区域不包括 {region}。"


class NoSuchChild(Refusal, code="screening.no-such-child", status=404):
    en = "No child is registered with this number under this name."
    zh = "没有以该号码和姓名登记的儿童。"


class BeforeLastMove(Refusal, code="screening.before-last-move", status=422):
    en = "A later move is recorded already ({last})."
    zh = "已登记更晚的迁居记录（{last}）。"


class ConsentStands(Refusal, code="screening.consent-stands", status=409):
    en = "This ground for sharing stands already ({basis})."
    zh = "该共享依据已有效（{basis}）。"


class NoConsentToWithdraw(Refusal, code="screening.no-consent-to-withdraw", status=409):
    en = "On that day no consent of the guardian stands that could be withdrawn."
    zh = "该日期没有可撤回的监护人同意。"


class StaysOverlap(Refusal, code="screening.stays-overlap", status=409):
    en = "The child is recorded in a hospital at that time already."
    zh = "该时间段已有住院记录。"


class StayNotFound(Refusal, code="screening.stay-not-found", status=404):
    en = "No hospital stay with this id belongs to the case."
    zh = "该个案没有此住院记录。"


class Discharged(Refusal, code="screening.discharged", status=409):
    en = "This hospital stay has ended already."
    zh = "该次住院已登记出院。"


class DischargedBeforeAdmission(Refusal, code="screening.discharged-before-admission", status=422):
    en = "The discharge lies before the admission."
    zh = "出院日期早于入院日期。"


class NothingCorrected(Refusal, code="screening.nothing-corrected", status=422):
    en = "The correction changes nothing that is recorded."
    zh = "更正内容与现有记录一致。"


class DeathRegisteredBefore(Refusal, code="screening.death-registered", status=409):
    en = "The death is registered already ({died_on}); a wrong day is corrected."
    zh = "死亡已登记（{died_on}）；日期有误请更正。"


class DeathNotRegistered(Refusal, code="screening.death-not-registered", status=409):
    en = "No death is registered that could be corrected or taken back."
    zh = "没有可更正或撤回的死亡登记。"


class RetractedBeforeDeath(Refusal, code="screening.retracted-before-death", status=422):
    en = "The death is registered for {died_on}; it cannot have been taken back before that day."
    zh = "登记的死亡日期为 {died_on}，撤回日期不得早于该日。"


class MonthNotBegun(Refusal, code="screening.month-not-begun", status=422):
    en = "This month has not begun; lists are compared for months that have."
    zh = "该月份尚未开始，只能核对已开始月份的名单。"


class ReconciliationNotFound(Refusal, code="screening.reconciliation-not-found", status=404):
    en = "No reconciliation with this id belongs to your region."
    zh = "您所在区域没有此次名单核对。"


class IdentityConfirmedBefore(Refusal, code="screening.identity-confirmed-before", status=409):
    en = "This child has a resident number already (the same one: {same})."
    zh = "该儿童已有居民身份号码（是否相同：{same}）。"


class OneAndTheSameCase(Refusal, code="screening.one-and-the-same-case", status=422):
    en = "A case cannot be compared or merged with itself."
    zh = "个案不能与自身比对或合并。"


class MergedAlready(Refusal, code="screening.merged-already", status=409):
    en = "One of the cases is merged already; it is shown under {survivor}."
    zh = "其中一个个案已合并，显示于 {survivor}。"


class SurvivorOfAnother(Refusal, code="screening.survivor-of-another", status=409):
    en = "Another case was merged into this one, so it has to be the survivor."
    zh = "已有其他个案并入该个案，只能将其作为保留个案。"


class MergeNeedsReason(Refusal, code="screening.merge-needs-reason", status=422):
    en = "The two children have nothing in common that would bear out a merge."
    zh = "两名儿童没有可支持合并的共同特征。"


class NothingDoubted(Refusal, code="screening.nothing-doubted", status=409):
    en = "Nothing of this kind about this child's identity is in doubt."
    zh = "该儿童没有此类待核实的身份疑点。"


class OutcomeDoesNotFit(Refusal, code="screening.outcome-does-not-fit", status=422):
    en = "A doubt of the kind {kind} cannot come to {outcome}; it can come to: {fitting}."
    zh = "“{kind}”的疑点不能以“{outcome}”结清，可选结论：{fitting}。"


class BeforeDoubt(Refusal, code="screening.before-doubt", status=422):
    en = "The doubt was noticed on {noticed_on}; it cannot have been settled before that day."
    zh = "该疑点于 {noticed_on} 发现，结清日期不得早于该日。"


class NotMerged(Refusal, code="screening.not-merged", status=409):
    en = "This case is not merged."
    zh = "该个案未合并。"
