"""What a session is tied to: the goals of its plan, the visit before training at home, its group (handbook §3.5)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from services.rehab.domain.rules import Rules
from services.rehab.domain.sessions import Interval, SessionOrder
from services.rehab.errors import GroupDiffers, GroupFull, GroupMissing, GroupNeedsGroupMode, UnknownGoal, UnknownVisit
from shared.contracts.events.rehab import SessionMode
from shared.rulebook.registry import rule


@dataclass(frozen=True, slots=True)
class Group:
    """One group session: who gives it where and when, and how many children are logged in it."""

    institution: UUID
    therapist: UUID
    times: Interval
    size: int


@dataclass(slots=True)
class Ties:
    """What the sessions of a request name: goals and visits with their enrolment, groups as they stand."""

    goals: Mapping[UUID, UUID] = field(default_factory=dict)
    visits: Mapping[UUID, UUID] = field(default_factory=dict)
    groups: dict[UUID, Group] = field(default_factory=dict)

    @rule("rehab.session-ties", "assumed", zh="训练目标须属于计划，居家训练的入户记录须属于同一入训登记")
    def check(self, order: SessionOrder, institution: UUID, rules: Rules) -> None:
        """Take goals and a home visit only of the session's own enrolment (handbook §3.5, §3.2).

        Raises UnknownGoal, UnknownVisit, GroupMissing, or what `check_group` raises.
        """
        content = order.content
        for goal in content.goals:
            if self.goals.get(goal) != order.enrolment:
                raise UnknownGoal(goal=goal)
        if content.visit is not None and self.visits.get(content.visit) != order.enrolment:
            raise UnknownVisit(visit=content.visit)
        if content.group is not None:
            self.check_group(content.group, order, institution, rules)
        elif content.mode is SessionMode.GROUP:
            # Children of one lesson who share no group would pass any limit, and be sessions that clash.
            raise GroupMissing

    @rule(
        "rehab.group-session",
        "assumed",
        zh="集体课每组不超过8人，同一机构、康复师和时间",
        setting="REHAB_RULES__LARGEST_GROUP",
    )
    def check_group(self, group: UUID, order: SessionOrder, institution: UUID, rules: Rules) -> None:
        """Take at most eight children into one group session, which is one interval of its therapist (handbook §3.5).

        Raises GroupNeedsGroupMode, GroupDiffers or GroupFull.
        """
        if order.content.mode is not SessionMode.GROUP:
            raise GroupNeedsGroupMode
        standing = self.groups.get(group)
        if standing is None:
            return
        if replace(standing, size=0) != _alone(order, institution):
            raise GroupDiffers
        if order.content.attended and standing.size >= rules.largest_group:
            raise GroupFull(limit=rules.largest_group)

    def join(self, order: SessionOrder, institution: UUID) -> None:
        """Count a session that was taken into its group, if it has one."""
        group = order.content.group
        if group is not None:
            standing = self.groups.get(group) or _alone(order, institution)
            self.groups[group] = replace(standing, size=standing.size + order.content.attended)


def _alone(order: SessionOrder, institution: UUID) -> Group:
    return Group(institution, order.content.therapist, order.times, size=0)


def named(orders: Iterable[SessionOrder]) -> tuple[set[UUID], set[UUID], set[UUID]]:
    """Return the goals, visits and groups that orders name."""
    contents = [order.content for order in orders]
    goals = {goal for content in contents for goal in content.goals}
    visits = {content.visit for content in contents if content.visit is not None}
    return goals, visits, {content.group for content in contents if content.group is not None}
