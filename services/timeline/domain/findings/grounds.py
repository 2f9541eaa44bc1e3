"""From what a rule notices to a finding: grounds, flags, and the id that follows from the subject alone."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from uuid import UUID, uuid5

from services.timeline.domain.findings.casefile import Session
from shared.rulebook.explanation import Step, step

_FINDINGS = UUID("7c1d8a8e-3f0a-5c59-8d33-2d1f0d5f6c24")
NO_TIES: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Ground:
    """One thing that a rule noticed: in which case, at which institution, on what occasion, by which facts.

    The occasion is a month or a record. Of cases that are one child each keeps its own findings: claims name it too.
    """

    case: UUID
    institution: UUID | None
    occasion: str
    first_day: date
    last_day: date
    evidence: frozenset[UUID]
    step: Step
    ties: frozenset[UUID] = NO_TIES


@dataclass(frozen=True, slots=True)
class Flag:
    """All grounds of one rule about one case, institution and occasion: what becomes one finding."""

    finding: UUID
    case: UUID
    rule: str
    institution: UUID | None
    first_day: date
    last_day: date
    evidence: tuple[UUID, ...]
    steps: tuple[Step, ...]
    ties: frozenset[UUID]


def finding_id(rule: str, case: UUID, institution: UUID | None, occasion: str) -> UUID:
    """Return a finding's id: the same facts give the same finding, also after a rebuild."""
    return uuid5(_FINDINGS, f"{rule}|{case}|{institution}|{occasion}")


def flags_of(rule: str, grounds: Iterable[Ground]) -> Iterator[Flag]:
    """Yield one flag for all grounds of a case, institution and occasion."""
    for _, same in groupby(sorted(grounds, key=_subject), key=_subject):
        yield _flag(rule, list(same))


def _subject(ground: Ground) -> tuple[str, str, str]:
    return (str(ground.case), str(ground.institution), ground.occasion)


def _flag(rule: str, grounds: Sequence[Ground]) -> Flag:
    first = min(grounds, key=lambda ground: (ground.first_day, ground.last_day))
    return Flag(
        finding=finding_id(rule, first.case, first.institution, first.occasion),
        case=first.case,
        rule=rule,
        institution=first.institution,
        first_day=first.first_day,
        last_day=max(ground.last_day for ground in grounds),
        evidence=tuple(sorted(frozenset[UUID]().union(*(ground.evidence for ground in grounds)))),
        steps=tuple(sorted({ground.step for ground in grounds}, key=lambda step: (step.en, step.code))),
        ties=NO_TIES.union(*(ground.ties for ground in grounds)),
    )


@dataclass(frozen=True, slots=True)
class Suspect:
    """A session, the facts beside it that make it one, and what it has in common with other cases."""

    session: Session
    because: frozenset[UUID] = frozenset()
    ties: frozenset[UUID] = NO_TIES


Words = Callable[[int, date, date], Step]
"""The step that a number of sessions between two days gives."""


def by_month(suspects: Iterable[Suspect], words: Words) -> Iterator[Ground]:
    """Yield a ground per case, institution and month of sessions: one finding for a month, not one for each session."""
    for (_, _, month), same in groupby(sorted(suspects, key=_when), key=_where):
        yield _of_a_month(month, list(same), words)


def _where(suspect: Suspect) -> tuple[str, str, str]:
    session = suspect.session
    return (str(session.case), str(session.institution), session.month)


def _when(suspect: Suspect) -> tuple[str, str, str, date]:
    return (*_where(suspect), suspect.session.day)


def _of_a_month(month: str, suspects: Sequence[Suspect], words: Words) -> Ground:
    first, last = suspects[0].session, suspects[-1].session
    sessions = frozenset(suspect.session.fact for suspect in suspects)
    return Ground(
        case=first.case,
        institution=first.institution,
        occasion=month,
        first_day=first.day,
        last_day=last.day,
        evidence=sessions.union(*(suspect.because for suspect in suspects)),
        step=words(len(sessions), first.day, last.day),
        ties=NO_TIES.union(*(suspect.ties for suspect in suspects)),
    )


def counted(code: str, en: str, zh: str, **values: object) -> Words:
    """Return words that begin with how many sessions they are about, and when."""

    def words(number: int, first: date, last: date) -> Step:
        beginning = step(
            code,
            "{number} session(s) from {first} to {last}: ",
            "{first} 至 {last} 共 {number} 次训练：",
            holds=False,
            number=number,
            first=first,
            last=last,
        )
        rest = step(code, en, zh, holds=False, **values)
        return beginning.model_copy(update={"en": beginning.en + rest.en, "zh": beginning.zh + rest.zh})

    return words
