"""Who sees how much of an entry: one table, pure (docs/access.md).

Whether an actor sees the case at all is decided in `repository.readable`; this decides entry by entry what of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from services.timeline.domain.chain import PRODUCERS
from shared.access.policy import Actor
from shared.contracts.codes import OrgType
from shared.contracts.events.education import PlacementDecided
from shared.contracts.events.rehab import AssistanceApproved, SessionCorrected, SessionRecorded
from shared.contracts.events.screening import DiagnosisRecorded


class Detail(StrEnum):
    """How much of an entry is shown."""

    FULL = "full"
    """The fact as it was published."""
    REDUCED = "reduced"
    """What kind of fact, on which day, and the state that followed."""
    CATEGORY = "category"
    """What kind of fact, on which day, and the category of rehabilitation."""
    BUSY = "busy"
    """That the child was busy from when to when."""
    HIDDEN = "hidden"


MASKED = {Detail.FULL: Detail.REDUCED, Detail.CATEGORY: Detail.HIDDEN}
"""What is left of an entry behind a mask: that something happened, and when."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What a kind of organisation sees of the files that it may open."""

    own: frozenset[str] = frozenset()
    """Producers whose facts it sees in full where they are its own: it recorded them, or they concern it."""
    types: Mapping[str, Detail] = field(default_factory=dict)
    producers: Mapping[str, Detail] = field(default_factory=dict)
    everyone: bool = False
    """Whether it sees who else takes part."""
    through_mask: bool = False
    """Whether it sees in full although consent to share is withdrawn: on a statutory basis."""

    def detail(self, producer: str, fact_type: str, *, own: bool) -> Detail:
        """Return how much of one entry is shown."""
        if own and producer in self.own:
            return Detail.FULL
        return self.types.get(fact_type, self.producers.get(producer, Detail.HIDDEN))

    def masked(self, detail: Detail, *, own: bool, withdrawn: bool, erased: bool) -> Detail:
        """Return how much is left: an erased child's file is masked for all, a withdrawn consent's for others."""
        if erased or (withdrawn and not own and not self.through_mask):
            return MASKED.get(detail, detail)
        return detail

    @property
    def states(self) -> bool:
        """Whether the states of the suspicion are shown: to whoever sees the lane in which they arise."""
        return "screening" in self.producers

    @property
    def whole(self) -> tuple[str, ...]:
        """Producers of whose entries none is hidden."""
        return tuple(self.producers)


_ALL = dict.fromkeys(PRODUCERS, Detail.FULL)
_STATES = dict.fromkeys(PRODUCERS, Detail.REDUCED)
_HEALTH = Sight(
    own=frozenset({"screening"}),
    producers={"screening": Detail.FULL} | dict.fromkeys(("rehab", "education", "custody"), Detail.REDUCED),
)

SIGHTS: Mapping[OrgType, Sight] = {
    OrgType.CLINIC: _HEALTH,
    OrgType.MCH: _HEALTH,
    OrgType.HOSPITAL: _HEALTH,
    OrgType.REHAB_CENTRE: Sight(
        own=frozenset({"rehab", "education", "custody"}),
        types={
            DiagnosisRecorded.type: Detail.CATEGORY,
            AssistanceApproved.type: Detail.REDUCED,
            SessionRecorded.type: Detail.BUSY,
            SessionCorrected.type: Detail.BUSY,
        },
    ),
    OrgType.SCHOOL: Sight(own=frozenset({"education"}), types={PlacementDecided.type: Detail.FULL}),
    OrgType.CARE_HOME: Sight(own=frozenset({"custody"})),
    OrgType.FEDERATION: Sight(producers=_ALL, everyone=True),
    OrgType.HEALTH_AUTHORITY: Sight(producers=_STATES | {"screening": Detail.FULL}, everyone=True),
    OrgType.EDUCATION_AUTHORITY: Sight(producers=_STATES | {"education": Detail.FULL}, everyone=True),
    OrgType.AUDITOR: Sight(producers=_ALL, everyone=True, through_mask=True),
    OrgType.SERVICE: Sight(),
}

BY_REGION = frozenset({OrgType.FEDERATION, OrgType.HEALTH_AUTHORITY, OrgType.EDUCATION_AUTHORITY, OrgType.AUDITOR})
AFTERWARDS = frozenset({OrgType.REHAB_CENTRE, OrgType.SCHOOL, OrgType.CARE_HOME})
"""Who still sees a child for some time after it left."""


def sight_of(actor: Actor) -> Sight:
    """Return what an actor sees of the files that it may open."""
    return SIGHTS[actor.org_type]
