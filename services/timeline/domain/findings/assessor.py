"""The assessor of findings: what the rules flag in a child's book, against what was concluded before."""

from datetime import datetime

from services.timeline.domain.assessment import Assessed, Assessor, Conclusion
from services.timeline.domain.casebook import CaseBook
from services.timeline.domain.findings import judge
from services.timeline.domain.findings.casefile import CaseFile
from services.timeline.domain.findings.limits import Limits
from services.timeline.domain.findings.standing import conclude, standing


def findings_by(limits: Limits) -> Assessor:
    """Return the assessor that compares with these limits."""

    def assess_findings(book: CaseBook, now: datetime) -> Assessed:
        flags = tuple(judge(CaseFile(book), limits)) if book.told else ()
        changes = conclude(flags, standing(book.own))
        return Assessed(tuple(Conclusion(one.case, one.fact, now) for one in changes), flags=flags)

    return assess_findings
