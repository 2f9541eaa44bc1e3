"""How much a day, a month or a house can hold: F08, F09, F15, F22 (handbook §3.7)."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from uuid import UUID

from services.timeline.domain.crossing import OverPlace, by_child, ties_of
from services.timeline.domain.findings.casefile import CaseFile, Facts, Held, Session
from services.timeline.domain.findings.catalogue import finds
from services.timeline.domain.findings.grounds import Ground, Suspect, by_month, counted
from services.timeline.domain.findings.limits import Limits
from services.timeline.domain.findings.periods import ONE_DAY, Enrolment, Interval
from shared.clock import SHANGHAI
from shared.contracts.events.rehab import AssistanceItem, CarePlanSigned, ClosureDayDeclared, DesignationGranted
from shared.rulebook.explanation import Step, step
from shared.workdays import calendar


@finds("F08", zh="每名儿童每日超过480分钟或6次；治疗师每日超过8小时。")
def daily_maximum(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag days of more minutes or sessions than a child can take, or a therapist can give (handbook §3.7 F08)."""
    for day, sessions in _by_day(file.sessions).items():
        minutes = minutes_of(session.interval for session in sessions)
        if minutes > limits.child_minutes_a_day or len(sessions) > limits.child_sessions_a_day:
            words = counted(
                "child-day-too-full",
                "{minutes} minutes on {day}; at most {most} minutes and {times} sessions.",
                "{day} 共 {minutes} 分钟；上限 {most} 分钟、{times} 次。",
                minutes=minutes, day=day, most=limits.child_minutes_a_day, times=limits.child_sessions_a_day,
            )  # fmt: skip
            yield from by_month((Suspect(session) for session in sessions), words)
    yield from _therapist_days(file, limits)


def _therapist_days(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    given: dict[tuple[UUID, date], list[Session]] = defaultdict(list)
    for session in file.sessions:
        given[session.therapist, session.day].append(session)
    for full in file.crossing.therapist_days:
        words = counted(
            "therapist-day-too-full",
            "their therapist gave {minutes} minutes on {day}; at most {most}.",
            "治疗师 {day} 共 {minutes} 分钟；上限 {most} 分钟。",
            minutes=full.minutes, day=full.day, most=limits.therapist_minutes_a_day,
        )  # fmt: skip
        suspects = (Suspect(one, ties=frozenset({full.tie})) for one in given.get((full.therapist, full.day), ()))
        yield from by_month(suspects, words)


def _by_day(sessions: Iterable[Session]) -> Mapping[date, Sequence[Session]]:
    days: dict[date, list[Session]] = defaultdict(list)
    for session in sessions:
        days[session.day].append(session)
    return days


def minutes_of(intervals: Iterable[Interval]) -> int:
    """Return the minutes that some times cover; what two of them share counts once: it is rule F02's."""
    total, covered = timedelta(), None
    for interval in sorted(intervals, key=lambda one: one.starts_at):
        begins = interval.starts_at if covered is None else max(interval.starts_at, covered)
        if interval.ends_at > begins:
            total, covered = total + (interval.ends_at - begins), interval.ends_at
    return total // timedelta(minutes=1)


@finds("F09", zh="机构停业日的训练，或在机构内营业时间之外的训练。")
def closed_day(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag sessions on a closure day, and those in the house outside its opening hours (handbook §3.7 F09)."""
    del limits
    closures = {name: _closures(file.institution(name)) for name in {session.institution for session in file.sessions}}
    closed = [
        Suspect(session, closures[session.institution][session.day])
        for session in file.sessions
        if session.day in closures[session.institution]
    ]
    yield from by_month(closed, counted("closed-day", "the institution was closed that day.", "机构当日停业。"))
    words = counted("outside-hours", "they lie outside the opening hours.", "在营业时间之外。")
    yield from by_month(_outside_hours(file), words)


def _closures(institution: Facts) -> Mapping[date, frozenset[UUID]]:
    return {held.fact.closed_on: frozenset({held.id}) for held in institution.of(ClosureDayDeclared)}


def _outside_hours(file: CaseFile) -> Iterator[Suspect]:
    for session in file.sessions:
        if not session.on_the_premises:
            continue
        agreements = [
            held
            for held in file.institution(session.institution).of(DesignationGranted)
            if held.fact.valid_from <= session.day <= held.fact.valid_until
        ]
        if agreements and not any(is_open(held.fact, session.interval) for held in agreements):
            yield Suspect(session, frozenset(held.id for held in agreements))


def is_open(agreement: DesignationGranted, interval: Interval) -> bool:
    """Tell whether a time lies inside the opening hours of its weekday; where none are said, any time does."""
    starts, ends = (moment.astimezone(SHANGHAI) for moment in (interval.starts_at, interval.ends_at))
    return not agreement.hours or any(
        hours.weekday == starts.isoweekday() and hours.opens <= _clock(starts) and _clock(ends) <= hours.closes
        for hours in agreement.hours
        if starts.date() == ends.date()
    )


def _clock(moment: datetime) -> str:
    return moment.strftime("%H:%M")


@finds("F15", zh="连续三个月全勤且无请假，连法定节假日也出勤。")
def too_perfect(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag months in a row without a day missed or a leave, public holidays included (handbook §3.7 F15)."""
    for enrolment in file.enrolments.values():
        if enrolment.item is not AssistanceItem.TRAINING:
            continue
        perfect = [month for month in _whole_months(enrolment, file.known_until) if _is_perfect(file, enrolment, month)]
        for run in in_a_row(perfect):
            holidays = [session for session in _in(file, enrolment, run) if session.day in calendar().off]
            if len(run) >= limits.perfect_months and holidays:
                yield _perfect(enrolment, run, holidays)


def _perfect(enrolment: Enrolment, run: Sequence[date], holidays: Sequence[Session]) -> Ground:
    last = _next_month(run[-1]) - ONE_DAY
    return Ground(
        case=enrolment.case,
        institution=enrolment.institution,
        occasion=f"{enrolment.id}/{run[0].isoformat()[:7]}",
        first_day=run[0],
        last_day=last,
        evidence=frozenset({enrolment.fact, *(session.fact for session in holidays)}),
        step=step(
            "nothing-missed",
            "{months} months from {first} to {last}, no session missed, no leave; {holidays} sessions on holidays.",
            "{first} 至 {last} 连续 {months} 个月无缺勤、无请假；其中 {holidays} 次在法定节假日。",
            holds=False, months=len(run), first=run[0], last=last, holidays=len(holidays),
        ),
    )  # fmt: skip


def _whole_months(enrolment: Enrolment, known_until: date) -> Iterator[date]:
    """Yield the first days of the months that lie inside an enrolment and are over."""
    end = min(enrolment.until, known_until)
    month = enrolment.since if enrolment.since.day == 1 else _next_month(enrolment.since)
    while _next_month(month) <= end:
        yield month
        month = _next_month(month)


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _is_perfect(file: CaseFile, enrolment: Enrolment, month: date) -> bool:
    sessions = _in(file, enrolment, (month,))
    rested = any(
        rest.since < _next_month(month) and (rest.until is None or rest.until > month) for rest in enrolment.rests
    )
    attended = {session.day for session in sessions if session.attended}
    planned = max((plan.fact.planned_days_per_month for plan in _plans(file, enrolment, month)), default=1)
    return bool(sessions) and not rested and all(one.attended for one in sessions) and len(attended) >= planned


def _plans(file: CaseFile, enrolment: Enrolment, month: date) -> Iterator[Held[CarePlanSigned]]:
    for held in file.of(CarePlanSigned):
        if held.fact.enrolment == enrolment.id and held.fact.valid_from <= month <= held.fact.valid_until:
            yield held


def _in(file: CaseFile, enrolment: Enrolment, months: Sequence[date]) -> list[Session]:
    """Return the sessions of an enrolment in months that follow each other."""
    first, end = months[0], _next_month(months[-1])
    return [session for session in file.by_enrolment.get(enrolment.id, ()) if first <= session.day < end]


def in_a_row(months: Sequence[date]) -> Iterator[Sequence[date]]:
    """Yield runs of months that follow each other."""
    breaks = [0, *(n for n, (one, next_one) in enumerate(pairwise(months), 1) if _next_month(one) != next_one)]
    yield from (months[a:b] for a, b in pairwise([*breaks, len(months)]) if a < b)


@finds("F22", zh="在训或在托人数超过核定容量，或托管护理员比例不足（一、二级更严）。")
def over_capacity(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag a child taken in beyond the places or the carers of an institution (handbook §3.7 F22, §5).

    Carers look after fewer children of grades 1 and 2, as custody counts when it admits (§5). Who came first has the
    place: so one child too many is one finding, and not one for everybody in the house.
    """
    del limits
    mine = [over for over in file.crossing.over_places if over.case in file.book.cases]
    yield from map(_too_many, by_child(mine))


def _too_many(overs: Sequence[OverPlace]) -> Ground:
    most = max(overs, key=lambda over: (over.beyond, over.day))
    return Ground(
        case=most.case,
        institution=most.institution,
        occasion=f"{most.kind}/{most.reference}",
        first_day=min(over.day for over in overs),
        last_day=max(over.day for over in overs),
        evidence=frozenset(fact for over in overs for fact in over.evidence),
        step=_carers(most) if most.needed else _places(most),
        ties=ties_of(overs),
    )


WHERE = {
    "training": ("in training", "在训"),
    "day-places": ("in day care", "日托"),
    "boarding-places": ("boarding", "寄宿"),
    "carers-by-day": ("by day", "日间"),
    "carers-at-night": ("at night", "夜间"),
}


def _places(over: OverPlace) -> Step:
    where, zh = WHERE[over.kind]
    return step(
        "too-many-children",
        "Child number {children} {where} on {day}; there are places for {places}.",
        "{day} {zh_where}第 {children} 名；核定 {places} 名。",
        holds=False, children=over.children, where=where, zh_where=zh, day=over.day, places=over.places,
    )  # fmt: skip


def _carers(over: OverPlace) -> Step:
    where, zh = WHERE[over.kind]
    return step(
        "too-few-carers",
        "With this child {children} children {where} on {day}, {severe} of a severe grade, need {needed} carers; "
        "{carers} on duty.",
        "{day} {zh_where}连同该儿童共 {children} 名（重度 {severe} 名），需护理员 {needed} 名；在岗 {carers} 名。",
        holds=False, children=over.children, where=where, zh_where=zh, day=over.day, severe=over.severe,
        needed=over.needed, carers=over.places,
    )  # fmt: skip
