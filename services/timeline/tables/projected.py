"""Projections of the facts, what waits to be assessed, duties, and waivers."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    false,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.timeline.tables.common import metadata
from shared.contracts.codes import Sex
from shared.contracts.events.timeline import DutyEnd, EscalationLevel, WaiverReason
from shared.journal.tables import Moment
from shared.stage import code

entry = Table(
    "entry",
    metadata,
    # One index for everything: pages read it backwards; a fact that comes again is found by its own time and id.
    Column("case_id", Uuid, primary_key=True, comment="The case, or the institution of a fact about one."),
    Column("occurred_at", Moment, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("recorded_at", Moment, nullable=False),
    Column("producer", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False),
    Column("organisation", Uuid, nullable=False, comment="Organisation that recorded the fact."),
    Column("institution", Uuid, comment="Institution that the fact concerns, where it concerns one."),
    Column("hash", LargeBinary, nullable=False),
    Column("envelope", LargeBinary, nullable=False, comment="The published bytes; parsed by whoever reads them."),
    comment="The timeline: one row per applied fact.",
)

correction = Table(
    "correction",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("corrected", Uuid, primary_key=True, comment="Fact that no longer holds."),
    Column("event_id", Uuid, primary_key=True, comment="Fact that says so."),
    Column("recorded_at", Moment, nullable=False),
    comment="Which fact corrects which; nothing else is ever changed by a correction (handbook §0 rule 4).",
)

case_file = Table(
    "case_file",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("county", Text, comment="County of residence; empty until the registration has come."),
    Column("birth_date", Date),
    Column("sex", Text),
    Column("states", JSONB, nullable=False, comment="State of the suspicion per screening category (handbook §1.5)."),
    Column("stage", SmallInteger, nullable=False, comment="Furthest stage reached, as its rank."),
    Column("last_at", Moment, nullable=False, comment="When the latest fact was recorded."),
    Column("died_on", Date),
    Column("masked", Boolean, comment="Consent to share is withdrawn; empty while nobody said anything about it."),
    Column("erased", Boolean, nullable=False, server_default=false(), comment="The child's identity is destroyed."),
    CheckConstraint(f"sex IN ({', '.join(repr(sex.value) for sex in Sex)})", name="sex"),
    # The list of a county, newest activity first, is read off the first index, a city's merges those of its counties;
    # a province has too many for that and reads the second.
    Index("ix_case_file_county", "county", "last_at", "case_id"),
    Index("ix_case_file_last_at", "last_at", "case_id"),
    comment="One row per case: what lists and heads show.",
    postgresql_with={"fillfactor": 70},
)

same_child = Table(
    "same_child",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("other", Uuid, primary_key=True),
    Column("survives", Boolean, nullable=False, comment="Whether the child is shown under `case_id`."),
    Column("recorded_at", Moment, nullable=False),
    Index("ix_same_child_other", "other"),
    comment="Two cases that are one child, a row for each of the two; the history of both stays where it is.",
)

same_child_told = Table(
    "same_child_told",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("other", Uuid, nullable=False),
    Column("same", Boolean, nullable=False, comment="One child from then on, or two again."),
    Column("recorded_at", Moment, nullable=False),
    comment="Every word on whether two cases are one child: the file as it was known on a day has those of that day.",
)

residence_move = Table(
    "residence_move",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("moved_on", Date, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("previous", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    Index("ix_residence_move_previous", "previous", "moved_on", "case_id"),
    comment="Where a child lived before: what the old county still sees of it is this row.",
)

counted_fact = Table(
    "counted_fact",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("reference", Uuid, nullable=False, comment="Claim, placement, operation or fitting."),
    Column("amount", BigInteger, nullable=False, comment="Fen, or class hours."),
    Column("recorded_at", Moment, nullable=False),
    CheckConstraint("kind IN ('home_teaching', 'device', 'surgery', 'claim', 'payment')", name="kind"),
    Index("ix_counted_fact_kind", "kind", "day", "case_id"),
    comment="Facts that a figure counts by their day.",
)

county = Table(
    "county",
    metadata,
    Column("region", Text, primary_key=True),
    comment="Counties in which a case is known, so that a city's or province's list visits each of them.",
)

case_participant = Table(
    "case_participant",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("basis", Text, primary_key=True),
    Column("reference", Uuid, primary_key=True, comment="Referral, enrolment, placement or stay; else the case."),
    Column("organisation", Uuid, primary_key=True),
    Column("since", Date, nullable=False),
    Column("until", Date, comment="First day on which it no longer holds."),
    Column("under", Uuid, comment="Approval under which an enrolment runs."),
    Column("known_at", Moment, nullable=False, comment="When its beginning was recorded."),
    Column("end_known_at", Moment, comment="When its end was recorded."),
    CheckConstraint("basis IN ('registered', 'screened', 'referred', 'enrolled', 'placed', 'admitted')", name="basis"),
    Index("ix_case_participant_organisation", "organisation", "case_id"),
    comment="Which organisation takes part in which case, derived from facts, never entered by hand.",
)

suspicion_step = Table(
    "suspicion_step",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("category", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("void", Boolean, nullable=False, comment="Closed as entered in error or as a duplicate."),
    Column("day", Date, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    comment="Every state that a suspicion entered, with its day.",
)

approval = Table(
    "approval",
    metadata,
    Column("approval", Uuid, primary_key=True),
    Column("case_id", Uuid, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False, comment="Last day, itself included."),
    Column("recorded_at", Moment, nullable=False),
    comment="Approvals of assistance and the time for which they hold.",
)

attended_session = Table(
    "attended_session",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("enrolment", Uuid, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    comment="Sessions to which the child came, as recorded or as a correction put it.",
)

school_day = Table(
    "school_day",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("mode", Text, nullable=False),
    Column("institution", Uuid, nullable=False),
    Column("recorded_at", Moment, nullable=False),
    comment="School days on which the child was present.",
)

licence = Table(
    "licence",
    metadata,
    Column("licence", Uuid, primary_key=True),
    Column("institution", Uuid, nullable=False),
    Column("county", Text, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False, comment="Last day, itself included."),
    Column("recorded_at", Moment, nullable=False),
    comment="Education licences of rehabilitation institutions.",
)

dirty_case = Table(
    "dirty_case",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("mark", BigInteger, nullable=False, comment="Rises with every batch that touches the case."),
    Column("since", Moment, nullable=False, comment="Since when it waits."),
    Column("touched_at", Moment, nullable=False, comment="When it was touched last."),
    Column("claimed_mark", BigInteger, comment="Mark under which a process assesses it; a new mark voids the claim."),
    Column("claimed_until", Moment, comment="When the claim of a process that died is over."),
    Index("ix_dirty_case_since", "since"),
    comment="Cases that facts touched since they were last assessed (handbook §3.7: late facts re-evaluate).",
    postgresql_with={"fillfactor": 70},
)

dirty_institution = Table(
    "dirty_institution",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("institution", Uuid, nullable=False),
    comment="Institutions about which facts came: their children are marked next.",
)

case_clock = Table(
    "case_clock",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("next_look_at", Moment, nullable=False, comment="When something falls due, computed from facts only."),
    Index("ix_case_clock_next_look_at", "next_look_at"),
    comment="Cases that are assessed again at a time though nothing happens.",
    postgresql_with={"fillfactor": 70},
)

duty = Table(
    "duty",
    metadata,
    Column("case_id", Uuid, primary_key=True),
    Column("duty", Uuid, primary_key=True, comment="Derived from rule and opening fact."),
    Column("rule", Text, nullable=False, comment="Row of the table of duties."),
    Column("owner", Uuid, comment="Organisation that owes it, where one is known."),
    Column("owner_kind", Text, nullable=False),
    Column("county", Text, comment="County in whose lists it stands."),
    Column("opened_by", Uuid, nullable=False, comment="Fact that opened it."),
    Column("opened_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("from_day", Date, comment="Day from which the due time is counted; else the moment."),
    Column("from_moment", Moment),
    Column("at_least_from", Date),
    Column("outcome", Text, comment="How it ended; open while empty."),
    Column("met_by", Uuid),
    Column("met_at", Moment),
    Column(
        "fell_away",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="Whether by what is known now it never was a duty.",
    ),
    Column("level", Text, comment="To whom it is shown since it was missed."),
    Column("epoch", Integer, nullable=False),
    Column("seq", BigInteger, nullable=False, comment="Number of the fact that this row is the state after."),
    CheckConstraint(f"outcome IN ({', '.join(repr(end.value) for end in DutyEnd)})", name="outcome"),
    CheckConstraint(f"level IN ({', '.join(repr(level.value) for level in EscalationLevel)})", name="level"),
    Index("ix_duty_owner", "owner", "due_at", "duty", postgresql_where=text("outcome IS NULL")),
    Index("ix_duty_county", "county", "due_at", "duty", postgresql_where=text("outcome IS NULL")),
    comment="What somebody owes a child by a time, after the timeline's own facts (handbook §1.4, §3.3, §4, §5).",
    postgresql_with={"fillfactor": 70},
)

waiver = Table(
    "waiver",
    metadata,
    Column("producer", Text, primary_key=True),
    Column("case_id", Uuid, primary_key=True),
    Column("epoch", Integer, primary_key=True),
    Column("seq", BigInteger, primary_key=True),
    Column("hash", LargeBinary, primary_key=True),
    Column("envelope", LargeBinary, nullable=False),
    *code("reason", WaiverReason),
    Column("asked_by", Uuid, nullable=False),
    Column("asked_at", Moment, nullable=False, server_default=func.now()),
    Column("agreed_by", Uuid),
    Column("agreed_at", Moment),
    CheckConstraint("agreed_by <> asked_by", name="two_persons"),
    CheckConstraint("(agreed_by IS NULL) = (agreed_at IS NULL)", name="agreed"),
    comment="Facts that two persons decided to step over; a rebuild steps over them again.",
)
