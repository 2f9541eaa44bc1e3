"""Follow-up of confirmed children by the diagnosing institution (孤独症规范; handbook §1.4, duties)."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.screening.domain.newborn_hearing import scheduled
from services.screening.domain.protocol import Protocol
from services.screening.domain.suspicion import Decision, Suspicion
from services.screening.errors import NoFollowUp, StateForbids
from shared.ages import anniversary, birthday
from shared.contracts.codes import RehabCategory
from shared.contracts.envelope import ActorRef, Fact
from shared.contracts.events.screening import ClosingReason, FollowUpRecorded, RecheckBasis, SuspicionState
from shared.rulebook.registry import rule

FOLLOWED = frozenset({SuspicionState.CONFIRMED, SuspicionState.HANDED_OVER})


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The diagnosing institution saw a confirmed child again."""

    id: UUID
    on: date
    in_rehabilitation: bool


@rule("screening.followed-up-categories", "source", zh="孤独症确诊儿童由诊断机构定期随访")
def is_followed_up(category: RehabCategory | None, protocol: Protocol) -> bool:
    """Tell whether a confirmed category is followed up by a clock (孤独症规范; handbook §1.4)."""
    return category in protocol.follow_up.categories.value


@rule("screening.follow-up-interval", "source", zh="确诊孤独症：3岁以下每3个月、3岁及以上每6个月随访一次，至满7周岁")
def next_follow_up(born: date, on: date, protocol: Protocol) -> date | None:
    """Say when a confirmed child is seen again: every 3 months before the 3rd birthday, then every 6.

    孤独症规范; handbook §1.4.

    None when that day lies past the age limit of the norm.
    """
    figures = protocol.follow_up
    young = on < birthday(born, figures.younger_than_years.value)
    every = figures.younger_every_months if young else figures.older_every_months
    due_on = anniversary(on, months=every.value)
    return due_on if due_on < birthday(born, protocol.age_limits.screening_years.value) else None


@rule("screening.follow-up", "source", zh="随访由诊断机构登记，并自动排定下次随访")
def record_follow_up(suspicion: Suspicion, seen: FollowUp, by: ActorRef, protocol: Protocol) -> Decision:
    """Record that the diagnosing institution saw a confirmed child again, and set the clock of the next time.

    孤独症规范; handbook §1.4.

    Raises NoFollowUp where the category has no such clock, StateForbids unless the child is confirmed or handed over.
    """
    suspicion.must_belong_to(by.organisation)
    if not is_followed_up(suspicion.rehab_category, protocol):
        raise NoFollowUp
    if not _is_followed(suspicion):
        raise StateForbids(state=suspicion.state.value, act="follow_up")
    suspicion.must_have_begun_by(seen.on)
    waiting, facts = wait_for_next(suspicion, seen.on, protocol)
    recorded = FollowUpRecorded(
        follow_up=seen.id,
        category=suspicion.category,
        seen_on=seen.on,
        state=suspicion.state,
        policy=protocol.policy,
    )
    return Decision(waiting, (recorded, *facts))


def wait_for_next(suspicion: Suspicion, on: date, protocol: Protocol) -> tuple[Suspicion, tuple[Fact, ...]]:
    """Return the suspicion with the clock of its next follow-up, and the fact that tells of it."""
    due_on = next_follow_up(suspicion.child.born, on, protocol)
    known = suspicion.recheck_due_on if suspicion.recheck_basis is RecheckBasis.FOLLOW_UP else None
    if due_on and known and due_on <= known:
        # A visit that was entered late, after a later one: the clock of the later one stands, and is said to.
        return suspicion, (scheduled(suspicion, RecheckBasis.FOLLOW_UP, known, protocol),)
    waiting = suspicion.changed(recheck_due_on=due_on, recheck_basis=RecheckBasis.FOLLOW_UP)
    return waiting, (scheduled(waiting, RecheckBasis.FOLLOW_UP, due_on, protocol),) if due_on else ()


def _is_followed(suspicion: Suspicion) -> bool:
    """The first screener's closing of the loop does not end the hospital's follow-up."""
    return suspicion.state in FOLLOWED or suspicion.closing_reason is ClosingReason.HANDED_OVER
