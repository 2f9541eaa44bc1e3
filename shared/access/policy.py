"""The one decision point: who may do which act (docs/access.md). Pure functions and a table, no I/O.

The table answers "may this kind of actor do this at all?"; whether a certain case is theirs is answered by
`readable_by(actor)` of the repository that holds it, with `covers` for regions.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from shared.contracts.codes import OrgType
from shared.contracts.envelope import ActorRef
from shared.errors import NotAllowed

HEALTH = frozenset({OrgType.CLINIC, OrgType.MCH, OrgType.HOSPITAL})
AUTHORITIES = frozenset({OrgType.FEDERATION, OrgType.HEALTH_AUTHORITY, OrgType.EDUCATION_AUTHORITY, OrgType.AUDITOR})
EVERYONE = frozenset(OrgType) - {OrgType.SERVICE}


class Role(StrEnum):
    """Roles inside an organisation; those of the federation follow handbook §3.3."""

    STAFF = "staff"
    """Works with children: screener, clinician, therapist, teacher, carer."""
    MANAGER = "manager"
    """Runs the organisation's accounts."""
    INTAKE_CLERK = "intake_clerk"
    REVIEWER = "reviewer"
    APPROVER = "approver"
    AUDITOR = "auditor"
    INSTITUTION_SUPERVISOR = "institution_supervisor"
    FINANCE_CLERK = "finance_clerk"
    """Records what the finance bureau of the same level paid, and what came back [assumed]."""
    PRIVACY_OFFICER = "privacy_officer"
    """Answers for personal information (个人信息保护法 art. 52); erases a child, and does nothing else."""
    ADMINISTRATOR = "administrator"
    """Runs the installation: organisations, accounts, redrive. Sees no child."""
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who asks, as its token says."""

    person: UUID
    organisation: UUID
    org_type: OrgType
    region: str
    roles: frozenset[str]
    purpose: str = "care"
    acting_as: str = field(default=Role.STAFF)

    @property
    def ref(self) -> ActorRef:
        """The actor as facts name it."""
        return ActorRef(person=self.person, organisation=self.organisation, role=self.acting_as)


class Act(StrEnum):
    """Everything that can be done; an audit verb of the access log too."""

    # screening
    REGISTER_CHILD = "child.register"
    READ_CHILD = "child.read"
    RESOLVE_CHILDREN = "child.resolve"
    FIND_CHILDREN = "children.find"
    RECEIVE_CHILD = "child.receive"
    CONFIRM_IDENTITY = "identity.confirm"
    COMPARE_CHILDREN = "children.compare"
    MERGE_CHILDREN = "children.merge"
    CHANGE_GUARDIAN = "guardian.change"
    MOVE_RESIDENCE = "residence.move"
    RECORD_CONSENT = "consent.record"
    RECORD_HOSPITAL_STAY = "hospital-stay.record"
    REGISTER_DEATH = "death.register"
    ERASE_CHILD = "child.erase"
    APPLY_FOR_CERTIFICATE = "certificate.apply"
    GRADE_DISABILITY = "disability.grade"
    DECIDE_CERTIFICATE = "certificate.decide"
    READ_CERTIFICATE = "certificate.read"
    RECORD_SCREENING = "screening.record"
    ISSUE_REFERRAL = "referral.issue"
    ANSWER_REFERRAL = "referral.answer"
    RECORD_RESCREENING = "rescreening.record"
    RECORD_DIAGNOSIS = "diagnosis.record"
    RECORD_FOLLOW_UP = "follow-up.record"
    READ_SLIP = "referral.read-slip"
    READ_REGISTER = "register.read"
    READ_RATES = "rates.read"
    SET_RESIDENTS = "residents.set"
    RECONCILE_LISTS = "lists.reconcile"
    READ_RECONCILIATIONS = "reconciliation.read"
    TRACE_CHILD = "tracing.record"
    CLOSE_CASE = "case.close"
    REOPEN_CASE = "case.reopen"
    # rehab
    GRANT_DESIGNATION = "designation.grant"
    READ_DESIGNATION = "designation.read"
    KEEP_STAFF_LIST = "staff.keep"
    DECLARE_CLOSURE = "closure.declare"
    SUBMIT_APPLICATION = "application.submit"
    CHECK_APPLICATION = "application.check"
    DECIDE_APPLICATION = "application.decide"
    READ_APPLICATION = "application.read"
    INFORM_FAMILY = "family.inform"
    READ_APPLICATION_SLIP = "application.read-slip"
    RECORD_ASSESSMENT = "assessment.record"
    COMPLETE_SURGERY = "surgery.complete"
    FIT_DEVICE = "device.fit"
    START_ENROLMENT = "enrolment.start"
    GRANT_LEAVE = "leave.grant"
    SUSPEND_ENROLMENT = "enrolment.suspend"
    TRANSFER_ENROLMENT = "enrolment.transfer"
    READ_ENROLMENT = "enrolment.read"
    RECORD_SESSION = "session.record"
    READ_SESSION = "session.read"
    RECORD_EVALUATION = "evaluation.record"
    RECORD_CARE_PLAN = "care-plan.record"
    READ_CARE_PLAN = "care-plan.read"
    SUBMIT_CLAIM = "claim.submit"
    ENTER_CLAIM = "claim.enter"
    READ_CLAIM = "claim.read"
    AUDIT_CLAIM = "claim.audit"
    PAY_CLAIM = "claim.pay"
    RECOVER_PAYMENT = "payment.recover"
    # education
    DECIDE_PLACEMENT = "placement.decide"
    READ_PLACEMENT = "placement.read"
    RECORD_ATTENDANCE = "attendance.record"
    GRANT_LICENCE = "licence.grant"
    READ_LICENCE = "licence.read"
    END_PLACEMENT = "placement.end"
    DISPUTE_PLACEMENT = "placement.dispute"
    ENROL_IN_SCHOOL = "school-roll.enrol"
    AGREE_IEP = "iep.agree"
    READ_IEP = "iep.read"
    RECORD_HOME_TEACHING = "home-teaching.record"
    READ_SCHOOL_AGE = "school-age.read"
    READ_SCHOOL_CALENDAR = "school-calendar.read"
    READ_ENROLMENT_RATE = "enrolment-rate.read"
    RECORD_RESOURCE_ROOM = "resource-room.record"
    READ_RESOURCE_ROOMS = "resource-room.read"
    # custody
    ADMIT_TO_CUSTODY = "custody.admit"
    END_CUSTODY = "custody.end"
    READ_CUSTODY = "custody.read"
    SIGN_CHILD = "custody.sign"
    KEEP_CARE_SHEET = "care-sheet.keep"
    READ_CARE_SHEET = "care-sheet.read"
    REPORT_INCIDENT = "incident.report"
    GRANT_CUSTODY_LICENCE = "custody-licence.grant"
    DECLARE_CARERS = "carers.declare"
    READ_CARE_HOUSES = "care-houses.read"
    CHECK_STAFF = "staff-check.record"
    READ_STAFF_CHECKS = "staff-check.read"
    # timeline
    LIST_CASES = "timeline.list"
    READ_TIMELINE = "timeline.read"
    READ_MOVED_AWAY = "timeline.moved-away"
    TAKE_BUNDLE = "timeline.bundle"
    READ_INDICATORS = "indicators.read"
    READ_PARKED = "parked.read"
    READ_ACCESS_LOG = "access-log.read"
    READ_DUTIES = "duty.read"
    READ_FINDING = "finding.read"
    REVIEW_FINDING = "finding.review"
    # directory
    MANAGE_ORGANISATIONS = "organisation.manage"
    READ_ORGANISATIONS = "organisation.read"
    MANAGE_ACCOUNTS = "account.manage"
    READ_OWN_ACCOUNT = "account.read-own"
    READ_COLLEAGUES = "colleague.read"
    CHANGE_OWN_PASSWORD = "password.change"  # noqa: S105 - a verb
    END_OWN_LOGINS = "login.end-own"
    # between services and for those who run them
    READ_JOURNAL_FEED = "journal.feed"
    OPERATE = "operate"


@dataclass(frozen=True, slots=True)
class Rule:
    """Kinds of organisation that may act, and the roles of which one is needed (none named: any)."""

    org_types: frozenset[OrgType]
    roles: frozenset[str] = frozenset()


def _by(*org_types: OrgType | frozenset[OrgType], roles: tuple[Role, ...] = ()) -> Rule:
    flat: set[OrgType] = set()
    for kind in org_types:
        flat |= kind if isinstance(kind, frozenset) else {kind}
    return Rule(frozenset(flat), frozenset(role.value for role in roles))


T, R = OrgType, Role
_FEDERATION_CLERKS = (R.INTAKE_CLERK, R.REVIEWER, R.APPROVER, R.AUDITOR, R.INSTITUTION_SUPERVISOR)

TABLE: dict[Act, Rule] = {
    Act.REGISTER_CHILD: _by(HEALTH),
    Act.READ_CHILD: _by(HEALTH, T.FEDERATION, T.HEALTH_AUTHORITY),
    Act.RESOLVE_CHILDREN: _by(EVERYONE - {T.AUDITOR}),
    # To an auditor children have no names.
    Act.FIND_CHILDREN: _by(EVERYONE - {T.AUDITOR}),
    Act.RECEIVE_CHILD: _by(HEALTH),
    Act.CONFIRM_IDENTITY: _by(HEALTH),
    # Two cases may lie in two counties and with two clinics: the federation's list covers both (handbook §1.4).
    Act.COMPARE_CHILDREN: _by(T.FEDERATION, roles=(R.REVIEWER,)),
    Act.MERGE_CHILDREN: _by(T.FEDERATION, roles=(R.REVIEWER,)),
    Act.CHANGE_GUARDIAN: _by(HEALTH),
    Act.MOVE_RESIDENCE: _by(HEALTH, T.FEDERATION),
    Act.RECORD_CONSENT: _by(HEALTH, T.FEDERATION),
    Act.RECORD_HOSPITAL_STAY: _by(HEALTH),
    Act.REGISTER_DEATH: _by(HEALTH, T.FEDERATION),
    Act.ERASE_CHILD: _by(T.FEDERATION, roles=(R.PRIVACY_OFFICER,)),
    Act.APPLY_FOR_CERTIFICATE: _by(T.FEDERATION, roles=(R.INTAKE_CLERK,)),
    Act.GRADE_DISABILITY: _by(T.HOSPITAL),
    Act.DECIDE_CERTIFICATE: _by(T.FEDERATION, roles=(R.REVIEWER,)),
    Act.READ_CERTIFICATE: _by(T.HOSPITAL, T.FEDERATION),
    Act.RECORD_SCREENING: _by(HEALTH),
    Act.ISSUE_REFERRAL: _by(HEALTH),
    Act.ANSWER_REFERRAL: _by(T.MCH, T.HOSPITAL),
    Act.RECORD_RESCREENING: _by(T.MCH),
    Act.RECORD_DIAGNOSIS: _by(T.HOSPITAL),
    Act.RECORD_FOLLOW_UP: _by(T.HOSPITAL),
    Act.READ_SLIP: _by(HEALTH),
    Act.READ_REGISTER: _by(HEALTH, T.HEALTH_AUTHORITY),
    Act.READ_RATES: _by(T.HEALTH_AUTHORITY, T.FEDERATION, T.AUDITOR),
    Act.SET_RESIDENTS: _by(T.HEALTH_AUTHORITY),
    Act.RECONCILE_LISTS: _by(T.FEDERATION, roles=(R.REVIEWER,)),
    Act.READ_RECONCILIATIONS: _by(T.FEDERATION, T.HEALTH_AUTHORITY),
    Act.TRACE_CHILD: _by(HEALTH),
    Act.CLOSE_CASE: _by(HEALTH),
    Act.REOPEN_CASE: _by(HEALTH),
    Act.GRANT_DESIGNATION: _by(T.FEDERATION, roles=(R.INSTITUTION_SUPERVISOR,)),
    Act.READ_DESIGNATION: _by(EVERYONE),
    Act.KEEP_STAFF_LIST: _by(T.REHAB_CENTRE),
    Act.DECLARE_CLOSURE: _by(T.REHAB_CENTRE),
    Act.SUBMIT_APPLICATION: _by(T.FEDERATION, T.REHAB_CENTRE, T.HOSPITAL),
    Act.CHECK_APPLICATION: _by(T.FEDERATION, roles=(R.INTAKE_CLERK, R.REVIEWER)),
    Act.DECIDE_APPLICATION: _by(T.FEDERATION, roles=(R.APPROVER,)),
    Act.READ_APPLICATION: _by(T.FEDERATION, roles=_FEDERATION_CLERKS),
    Act.INFORM_FAMILY: _by(T.FEDERATION, roles=(R.INTAKE_CLERK, R.REVIEWER)),
    # Who assesses or takes in a child cannot see it before: the family brings the number of its application.
    Act.READ_APPLICATION_SLIP: _by(T.HOSPITAL, T.REHAB_CENTRE),
    Act.RECORD_ASSESSMENT: _by(T.HOSPITAL, T.REHAB_CENTRE),
    Act.COMPLETE_SURGERY: _by(T.HOSPITAL),
    Act.FIT_DEVICE: _by(T.HOSPITAL, T.REHAB_CENTRE),
    Act.START_ENROLMENT: _by(T.REHAB_CENTRE),
    Act.GRANT_LEAVE: _by(T.REHAB_CENTRE),
    Act.SUSPEND_ENROLMENT: _by(T.FEDERATION, roles=(R.REVIEWER, R.APPROVER, R.INSTITUTION_SUPERVISOR)),
    Act.TRANSFER_ENROLMENT: _by(T.FEDERATION, roles=(R.REVIEWER, R.APPROVER)),
    Act.READ_ENROLMENT: _by(T.REHAB_CENTRE, T.FEDERATION),
    Act.RECORD_SESSION: _by(T.REHAB_CENTRE),
    Act.READ_SESSION: _by(T.REHAB_CENTRE, T.FEDERATION),
    Act.RECORD_EVALUATION: _by(T.REHAB_CENTRE),
    Act.RECORD_CARE_PLAN: _by(T.REHAB_CENTRE),
    Act.READ_CARE_PLAN: _by(T.REHAB_CENTRE, T.FEDERATION),
    Act.SUBMIT_CLAIM: _by(T.REHAB_CENTRE, T.HOSPITAL),
    Act.ENTER_CLAIM: _by(T.FEDERATION, roles=(R.INTAKE_CLERK,)),
    Act.READ_CLAIM: _by(T.REHAB_CENTRE, T.HOSPITAL, T.FEDERATION),
    Act.AUDIT_CLAIM: _by(T.FEDERATION, roles=(R.AUDITOR,)),
    Act.PAY_CLAIM: _by(T.FEDERATION, roles=(R.FINANCE_CLERK,)),
    Act.RECOVER_PAYMENT: _by(T.FEDERATION, roles=(R.FINANCE_CLERK,)),
    Act.DECIDE_PLACEMENT: _by(T.EDUCATION_AUTHORITY),
    Act.READ_PLACEMENT: _by(T.SCHOOL, T.REHAB_CENTRE, T.EDUCATION_AUTHORITY, T.FEDERATION),
    Act.RECORD_ATTENDANCE: _by(T.SCHOOL, T.REHAB_CENTRE),
    Act.GRANT_LICENCE: _by(T.EDUCATION_AUTHORITY),
    Act.READ_LICENCE: _by(EVERYONE),
    Act.END_PLACEMENT: _by(T.SCHOOL, T.EDUCATION_AUTHORITY),
    Act.DISPUTE_PLACEMENT: _by(T.EDUCATION_AUTHORITY),
    Act.ENROL_IN_SCHOOL: _by(T.SCHOOL),
    Act.AGREE_IEP: _by(T.SCHOOL),
    Act.READ_IEP: _by(T.SCHOOL, T.REHAB_CENTRE, T.EDUCATION_AUTHORITY),
    Act.RECORD_HOME_TEACHING: _by(T.SCHOOL),
    Act.READ_SCHOOL_AGE: _by(T.EDUCATION_AUTHORITY, T.FEDERATION),
    Act.READ_SCHOOL_CALENDAR: _by(EVERYONE),
    Act.READ_ENROLMENT_RATE: _by(AUTHORITIES),
    Act.RECORD_RESOURCE_ROOM: _by(T.EDUCATION_AUTHORITY),
    Act.READ_RESOURCE_ROOMS: _by(T.SCHOOL, T.EDUCATION_AUTHORITY, T.FEDERATION),
    Act.ADMIT_TO_CUSTODY: _by(T.CARE_HOME, T.REHAB_CENTRE),
    Act.END_CUSTODY: _by(T.CARE_HOME, T.REHAB_CENTRE),
    Act.READ_CUSTODY: _by(T.CARE_HOME, T.REHAB_CENTRE, T.FEDERATION),
    Act.SIGN_CHILD: _by(T.CARE_HOME, T.REHAB_CENTRE),
    Act.KEEP_CARE_SHEET: _by(T.CARE_HOME, T.REHAB_CENTRE),
    Act.READ_CARE_SHEET: _by(T.CARE_HOME, T.REHAB_CENTRE),
    Act.REPORT_INCIDENT: _by(T.CARE_HOME, T.REHAB_CENTRE),
    Act.GRANT_CUSTODY_LICENCE: _by(T.FEDERATION, roles=(R.INSTITUTION_SUPERVISOR,)),
    Act.DECLARE_CARERS: _by(T.CARE_HOME, T.REHAB_CENTRE),
    Act.READ_CARE_HOUSES: _by(T.CARE_HOME, T.REHAB_CENTRE, T.FEDERATION),
    Act.CHECK_STAFF: _by(T.CARE_HOME, T.REHAB_CENTRE),
    Act.READ_STAFF_CHECKS: _by(T.CARE_HOME, T.REHAB_CENTRE, T.FEDERATION),
    Act.LIST_CASES: _by(EVERYONE),
    Act.READ_TIMELINE: _by(EVERYONE),
    Act.READ_MOVED_AWAY: _by(AUTHORITIES),
    Act.TAKE_BUNDLE: _by(T.FEDERATION, T.AUDITOR),
    Act.READ_INDICATORS: _by(AUTHORITIES),
    Act.READ_PARKED: _by(T.FEDERATION, T.AUDITOR),
    Act.READ_ACCESS_LOG: _by(T.FEDERATION, T.AUDITOR),
    Act.READ_DUTIES: _by(EVERYONE),
    Act.READ_FINDING: _by(T.FEDERATION, T.AUDITOR),
    Act.REVIEW_FINDING: _by(T.FEDERATION, T.AUDITOR, roles=(R.AUDITOR,)),
    Act.MANAGE_ORGANISATIONS: _by(T.FEDERATION, roles=(R.ADMINISTRATOR,)),
    Act.READ_ORGANISATIONS: _by(EVERYONE | {T.SERVICE}),
    Act.MANAGE_ACCOUNTS: _by(EVERYONE, roles=(R.MANAGER, R.ADMINISTRATOR)),
    Act.READ_OWN_ACCOUNT: _by(EVERYONE),
    Act.READ_COLLEAGUES: _by(EVERYONE),
    Act.CHANGE_OWN_PASSWORD: _by(EVERYONE),
    Act.END_OWN_LOGINS: _by(EVERYONE),
    Act.READ_JOURNAL_FEED: _by(T.SERVICE),
    Act.OPERATE: _by(T.FEDERATION, T.SERVICE, roles=(R.ADMINISTRATOR, R.SERVICE)),
}
"""Every act and who may do it; an act without a row is refused, and a test holds the two equal."""

WITHOUT_CHILDREN = frozenset({
    Act.READ_RATES, Act.READ_DESIGNATION, Act.READ_LICENCE, Act.READ_SCHOOL_CALENDAR, Act.READ_ENROLMENT_RATE,
    Act.READ_RESOURCE_ROOMS, Act.READ_CARE_HOUSES, Act.READ_STAFF_CHECKS,
    Act.LIST_CASES, Act.READ_TIMELINE, Act.READ_MOVED_AWAY, Act.TAKE_BUNDLE, Act.READ_INDICATORS, Act.READ_PARKED,
    Act.READ_ACCESS_LOG, Act.READ_DUTIES, Act.READ_FINDING,
    Act.READ_ORGANISATIONS, Act.READ_OWN_ACCOUNT, Act.READ_COLLEAGUES, Act.CHANGE_OWN_PASSWORD, Act.END_OWN_LOGINS,
    Act.READ_JOURNAL_FEED,
})  # fmt: skip
"""Acts for any role that are open to who only runs the installation: about institutions, counts and accounts. Of the
timeline it is shown the integrity; its lists and files are empty to it there."""
_RUNNING = frozenset({Role.ADMINISTRATOR.value, Role.SERVICE.value})


def sees_no_child(actor: Actor) -> bool:
    """Tell whether an actor only runs the installation: an administrator, a service."""
    return actor.org_type is OrgType.SERVICE or (bool(actor.roles) and actor.roles <= _RUNNING)


def allowed(actor: Actor, act: Act) -> bool:
    """Tell whether this kind of actor may do this act at all."""
    rule = TABLE.get(act)
    if rule is None or actor.org_type not in rule.org_types:
        return False
    if rule.roles:
        return bool(rule.roles & actor.roles)
    return act in WITHOUT_CHILDREN or not sees_no_child(actor)


def acting_as(actor_roles: frozenset[str], act: Act) -> str:
    """Return the role in which an allowed actor does this act, for the record."""
    rule = TABLE[act]
    fitting = sorted(rule.roles & actor_roles) or sorted(actor_roles)
    return fitting[0] if fitting else Role.STAFF.value


def covers(region_prefix: str, region: str) -> bool:
    """Tell whether a region (GB/T 2260, 6 digits) lies inside a prefix of 2, 4 or 6 digits."""
    return bool(region_prefix) and region.startswith(region_prefix)


def must_cover(actor: Actor, region: str, act: Act) -> None:
    """Raise NotAllowed where an act concerns a region outside the actor's own; that it exists is no secret."""
    if not covers(actor.region, region):
        raise NotAllowed(act=act.value)
