"""What can be asked on the command line: `tongkang rules explain education.… file.json`, by the very same functions."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from uuid import UUID

from pydantic import Field

from services.education.domain.calendar import SchoolPolicy, read_school_policies
from services.education.domain.figures import enrolment_rate, explain_rate
from services.education.domain.gaps import Silence, explain_gap
from services.education.domain.home_teaching import explain_pace, pace
from services.education.domain.placement import PlacementOrder, Pupil, explain_order
from services.education.domain.roll import explain_room
from services.education.domain.school_age import compulsory_age, explain_compulsory_age
from shared.contracts.events.education import PlacementMode, PlacementStep, SkipReason
from shared.rulebook.explanation import Explanation, Question

NOBODY = UUID(int=0)


@cache
def _policy(on: date) -> SchoolPolicy:
    return read_school_policies().in_force(on)


class AskCompulsoryAge(Question, of="education.compulsory-age"):
    """From when to when is a child of compulsory age, and is it on a day?"""

    born: date = Field(description="Birth date of the child.")
    day: date = Field(description="Day that is asked about.")

    def explain(self) -> Explanation:
        """Decide by the calendar in force on the day."""
        return explain_compulsory_age(self.born, self.day, _policy(self.day))


class AskPlacementOrder(Question, of="education.placement-order"):
    """Which steps does a form of schooling pass over, and are they explained?"""

    born: date = Field(description="Birth date of the child.")
    mode: PlacementMode = Field(description="Form of schooling that was chosen.")
    starts_on: date = Field(description="First day of the placement.")
    reasons: Mapping[PlacementStep, SkipReason] = Field(
        default={}, description="Steps passed over, and why each does not serve."
    )

    def explain(self) -> Explanation:
        """Decide as the committee's decision is checked."""
        policy = _policy(self.starts_on)
        pupil = Pupil(self.born, "", compulsory_age(self.born, policy).first)
        order = PlacementOrder(self.mode, None, None, self.starts_on, self.starts_on, None, self.reasons)
        return explain_order(pupil, order, policy)


class AskPace(Question, of="education.home-teaching-pace"):
    """Do the class hours of a school year keep pace?"""

    hours: int = Field(description="Class hours given in the school year so far.")
    starts_on: date = Field(description="First day of home teaching in the school year.")
    day: date = Field(description="Day that is asked about.")

    def explain(self) -> Explanation:
        """Decide as the child's page does."""
        policy = _policy(self.day)
        return explain_pace(pace(self.hours, self.starts_on, self.day, policy), policy)


class AskGap(Question, of="education.attendance-gap"):
    """Has a child been away so long that it is a gap?"""

    born: date = Field(description="Birth date of the child.")
    starts_on: date = Field(description="First day of the placement.")
    last_present: date | None = Field(
        default=None, description="Last day on which the child came; absent where it never came."
    )
    until: date = Field(description="Last day that is looked at.")
    on_leave: frozenset[date] = Field(default=frozenset(), description="Days of leave.")

    def explain(self) -> Explanation:
        """Decide as the daily watch does."""
        found = (self.born, self.starts_on, self.last_present, self.until, self.on_leave)
        return explain_gap(Silence(NOBODY, NOBODY, NOBODY, *found), _policy(self.until))


class AskEnrolmentRate(Question, of="education.enrolment-rate"):
    """What is the enrolment rate of a county?"""

    day: date = Field(description="Day of the rate.")
    by_mode: Mapping[str, int] = Field(
        description="Children of compulsory age by form of schooling; `unplaced` for those without one."
    )

    def explain(self) -> Explanation:
        """Decide as the figure's door does."""
        policy = _policy(self.day)
        return explain_rate(enrolment_rate(self.by_mode, policy), policy)


class AskResourceRoom(Question, of="education.resource-room"):
    """Does an ordinary school owe a resource room?"""

    day: date = Field(description="Day that is asked about.")
    pupils: int = Field(description="Pupils with disabilities in the school.")
    opened_on: date | None = Field(
        default=None, description="Day on which its resource room was opened; absent where it has none."
    )

    def explain(self) -> Explanation:
        """Decide as the list of rooms does."""
        return explain_room(self.pupils, self.opened_on, self.day, _policy(self.day))
