"""What is refused about grading and certificates (handbook §2.1, §2.2)."""

from shared.errors import Refusal


class GradedOnce(Refusal, code="screening.graded-once", status=422):
    en = "Each category is measured once."
    zh = "每一类别只能填写一次测量。"


class MultipleIsOfParts(Refusal, code="screening.multiple-is-of-parts", status=422):
    en = "A multiple disability is not measured: its parts are."
    zh = "多重残疾不单独测量，请填写各单项。"


class MeasurementNeeded(Refusal, code="screening.measurement-needed", status=422):
    en = "Grading {category} at this age needs: {needed}."
    zh = "该年龄评定 {category} 需要：{needed}。"


class MeasuredWithAids(Refusal, code="screening.measured-with-aids", status=422):
    en = "{category} is graded without hearing aids, prostheses or orthoses."
    zh = "{category} 应在不使用助听器、假肢或矫形器的情况下评定。"


class CertificateStands(Refusal, code="screening.certificate-stands", status=409):
    en = "A certificate of this child is valid; it is regraded, not issued again."
    zh = "该儿童已有有效残疾人证，应办理等级变更。"


class ReapplyLater(Refusal, code="screening.reapply-later", status=409):
    en = "After a cancellation a new application is possible from {reapply_from}."
    zh = "注销后自 {reapply_from} 起方可重新申请。"


class ApplicationOpen(Refusal, code="screening.application-open", status=409):
    en = "An application of this child is on its way already."
    zh = "该儿童已有在办申请。"


class ApplicationNotFound(Refusal, code="screening.application-not-found", status=404):
    en = "No certificate application with this id is visible to you."
    zh = "没有您可以查看的该残疾人证申请。"


class ApplicationNotNow(Refusal, code="screening.application-not-now", status=409):
    en = "An application in status {status} does not allow this."
    zh = "申请处于 {status} 状态，不能进行此操作。"


class NotTheGradingHospital(Refusal, code="screening.not-the-grading-hospital", status=403):
    en = "Another hospital was asked to grade this child."
    zh = "该申请由其他评定机构负责。"


class BeforeApplication(Refusal, code="screening.before-application", status=422):
    en = "That day lies before the step that goes ahead of it ({since})."
    zh = "该日期早于前一步骤（{since}）。"


class NoticeRuns(Refusal, code="screening.notice-runs", status=409):
    en = "The public notice runs until {notice_until}."
    zh = "公示至 {notice_until}，期满方可发证。"


class CertificateNotFound(Refusal, code="screening.certificate-not-found", status=404):
    en = "No certificate with this id is visible to you."
    zh = "没有您可以查看的该残疾人证。"


class CertificateNotValid(Refusal, code="screening.certificate-not-valid", status=409):
    en = "The certificate is cancelled or has run out."
    zh = "该残疾人证已注销或过期。"


class BeforeCertificate(Refusal, code="screening.before-certificate", status=422):
    en = "That day lies before the certificate's issue or last grade."
    zh = "该日期早于发证日期或最近一次评定。"


class CertificateDisagrees(Refusal, code="screening.certificate-disagrees", status=422):
    en = "The certificate number says otherwise about {field}."
    zh = "残疾人证号与 {field} 不一致。"


class ResidentNumberNeeded(Refusal, code="screening.resident-number-needed", status=409):
    en = "A certificate needs the child's resident number; confirm the identity first."
    zh = "办证须先确认该儿童的居民身份号码。"


class PartsDoNotFit(Refusal, code="screening.parts-do-not-fit", status=422):
    en = "Exactly a multiple disability names its parts, two or more."
    zh = "仅多重残疾须列明两类以上单项残疾。"


class NothingRegraded(Refusal, code="screening.nothing-regraded", status=422):
    en = "Category, grade and parts are as before."
    zh = "类别、等级与单项均未变化。"
