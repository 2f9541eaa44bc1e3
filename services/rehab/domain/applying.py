"""The way of an application: intake, receipt, completeness reply, withdrawal (国发20号; handbook §3.3 steps 1-2)."""

from datetime import date

from services.rehab.domain.assistance import Application, ApplicationOrder, ApplicationState, Child, History
from services.rehab.domain.policy import AssistancePolicy
from services.rehab.domain.rules import Rules
from services.rehab.errors import (
    AlreadyApplied,
    AuthorisedLater,
    BeforeDiagnosis,
    BeforeSubmission,
    KindMissing,
    NotOpen,
)
from shared.contracts.codes import RehabCategory
from shared.contracts.events.rehab import (
    ApplicationReturned,
    ApplicationSubmitted,
    AssistanceItem,
    AssistanceRefused,
    ContactOutcome,
    FamilyInformed,
    IntakeOpened,
    Material,
    RefusalReason,
    TrainingMode,
)
from shared.rulebook.registry import rule
from shared.workdays import add_working_days

OPEN = frozenset({ApplicationState.SUBMITTED, ApplicationState.RETURNED})


@rule(
    "rehab.intake", "source", zh="确诊后由儿童所在县残联受理并限期联系家庭", setting="REHAB_RULES__CONTACT_WORKING_DAYS"
)
def open_intake(child: Child, category: RehabCategory, diagnosed_on: date, rules: Rules) -> IntakeOpened:
    """Take a confirmed diagnosis to the child's county; a first contact is due (孤独症规范; handbook §1.4)."""
    due = add_working_days(diagnosed_on, rules.contact_working_days, rules.days_off)
    return IntakeOpened(category=category, county=child.county, diagnosed_on=diagnosed_on, contact_due_on=due)


@rule("rehab.family-informed", "source", zh="残联告知家庭康复方法与政策，并记录家庭的答复")
def inform_family(category: RehabCategory, diagnosed_on: date, outcome: ContactOutcome, on: date) -> FamilyInformed:
    """Answer an intake: the family was told of methods and policy (孤独症规范; handbook §1.4).

    Raises BeforeDiagnosis.
    """
    if on < diagnosed_on:
        raise BeforeDiagnosis(on=on.isoformat(), diagnosed_on=diagnosed_on.isoformat())
    return FamilyInformed(category=category, outcome=outcome, informed_on=on)


@rule("rehab.submission", "source", zh="申请即时受理，答复与审核期限随即起算；每年度一个训练类别")
def submit_application(
    child: Child, order: ApplicationOrder, history: History, policy: AssistancePolicy, rules: Rules
) -> ApplicationSubmitted:
    """Receive an application; its clocks start at once (国发20号; handbook §3.3 step 1).

    Raises KindMissing, AuthorisedLater or AlreadyApplied. One training category per child and benefit year is the
    default of the policy file; of surgeries and devices one of a kind is under way at a time.
    """
    _check_kind(order)
    _check_agent(order)
    year = order.submitted_on.year
    taken, room = history.open_applications, 1
    if order.asked.item is AssistanceItem.TRAINING:
        taken, room = taken + history.approved_in(year), policy.training_categories_per_year.value
    if taken >= room:
        raise AlreadyApplied(year=year)
    return _received(order, child.county, order.submitted_on, policy, rules)


@rule("rehab.assess-by", "assumed", zh="手术与辅具申请须在十个工作日内完成需求评估")
def needs_assessment_by(order: ApplicationOrder, rules: Rules) -> date | None:
    """Tell by when a surgery or device needs its assessment; training needs none by itself (handbook §3.3 step 3)."""
    if order.asked.item is AssistanceItem.TRAINING:
        return None
    return add_working_days(order.submitted_on, rules.assessment_working_days, rules.days_off)


@rule("rehab.resubmission", "assumed", zh="补正后视为重新递交，答复与审核期限重新起算")
def complete_application(
    application: Application, on: date, policy: AssistancePolicy, rules: Rules
) -> ApplicationSubmitted:
    """Receive what was missing: both clocks start anew, so the family's time is not the federation's (handbook §3.3).

    Raises NotOpen or BeforeSubmission.
    """
    expect(application, on, ApplicationState.RETURNED)
    return _received(application, application.county, on, policy, rules)


@rule("rehab.completeness-reply", "source", zh="材料不全的一次性告知需补正的全部材料")
def return_application(application: Application, missing: frozenset[Material], on: date) -> ApplicationReturned:
    """Reply which materials are missing (国发20号; handbook §3.3 step 1). Raises NotOpen or BeforeSubmission."""
    expect(application, on, ApplicationState.SUBMITTED)
    return ApplicationReturned(application=application.id, missing=tuple(sorted(missing)), returned_on=on)


@rule("rehab.refusal", "source", zh="不予批准应当说明理由")
def refuse_assistance(
    application: Application, reasons: frozenset[RefusalReason], on: date, policy: AssistancePolicy
) -> AssistanceRefused:
    """Refuse with reasons (国发20号; handbook §3.3 step 2). Raises NotOpen or BeforeSubmission."""
    expect(application, on, *OPEN)
    return AssistanceRefused(
        application=application.id, reasons=tuple(sorted(reasons)), county=application.county, refused_on=on,
        policy=policy.policy,
    )  # fmt: skip


@rule("rehab.withdrawal", "assumed", zh="决定作出前监护人可撤回申请")
def withdraw_application(application: Application, on: date, policy: AssistancePolicy) -> AssistanceRefused:
    """Take an application back at the guardian's wish, before it is decided (handbook §3.3)."""
    return refuse_assistance(application, frozenset({RefusalReason.WITHDRAWN_BY_GUARDIAN}), on, policy)


def expect(application: Application, on: date, *states: ApplicationState) -> None:
    """Raise NotOpen unless the application is in one of the states, BeforeSubmission for a day before it came."""
    if application.state not in states:
        raise NotOpen(state=application.state)
    if on < application.submitted_on:
        raise BeforeSubmission(on=on.isoformat(), submitted_on=application.submitted_on.isoformat())


def _received(
    order: ApplicationOrder | Application, county: str, on: date, policy: AssistancePolicy, rules: Rules
) -> ApplicationSubmitted:
    asked = order.asked
    return ApplicationSubmitted(
        application=order.id, item=asked.item, category=asked.category, mode=asked.mode, surgery=asked.surgery,
        device=asked.device, basis=order.basis, county=county, submitted_on=on, policy=policy.policy,
        reply_due_on=add_working_days(on, rules.completeness_working_days, rules.days_off),
        review_due_on=add_working_days(on, rules.review_working_days, rules.days_off),
    )  # fmt: skip


def _check_kind(order: ApplicationOrder) -> None:
    """A surgery names its kind and a device its own; both are given once, and training never is."""
    asked = order.asked
    named = (asked.surgery is not None, asked.device is not None, asked.mode is TrainingMode.ONCE)
    fitting = {
        AssistanceItem.TRAINING: (False, False, False),
        AssistanceItem.SURGERY: (True, False, True),
        AssistanceItem.DEVICE: (False, True, True),
    }
    if named != fitting[asked.item]:
        raise KindMissing(item=asked.item)


def _check_agent(order: ApplicationOrder) -> None:
    if order.agent is not None and order.agent.authorised_on > order.submitted_on:
        raise AuthorisedLater(authorised_on=order.agent.authorised_on.isoformat())
