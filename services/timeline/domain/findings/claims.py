"""What was claimed and paid against what was given: F17 (handbook §3.2, §3.7)."""

from collections.abc import Callable, Iterator
from itertools import groupby
from operator import attrgetter
from uuid import UUID

from services.timeline.domain.findings.account import Account, Line
from services.timeline.domain.findings.casefile import CaseFile
from services.timeline.domain.findings.catalogue import finds
from services.timeline.domain.findings.grounds import Ground
from services.timeline.domain.findings.limits import Limits
from services.timeline.domain.findings.provisions import provided
from shared.rulebook.explanation import Step, step


@finds("F17", zh="申报与训练所得不符：多报、超过月度或年度上限、该月已支付则暂缓；少报仅供复核。")
def over_claim(file: CaseFile, limits: Limits) -> Iterator[Ground]:
    """Flag claim lines other than what the records give, above a cap or ceiling, or paid already (handbook §3.7 F17).

    One that asks for less is for review and holds no money: somebody should know why, and nobody lost any [assumed].
    """
    account = Account(file, limits)
    yield from _other_than_sessions(account)
    yield from _other_than_provided(account)
    yield from _above(account, lambda line: line.said.month, "monthly_cap", "above-monthly-cap")
    yield from _above(account, lambda line: line.said.month[:4], "ceiling", "above-ceiling")
    yield from _paid_before(account)


def _other_than_sessions(account: Account) -> Iterator[Ground]:
    for line in account.lines:
        approval = account.approval(line)
        if approval is None:
            continue
        given, said = account.given(line), line.said
        days = len({session.day for session in given})
        worth, due = account.worth(line, approval.fact), account.due(line, approval.fact)
        more = said.sessions > len(given) or said.attended_days > days or line.amount > worth
        fewer = said.sessions < len(given) or said.attended_days < days
        if more or fewer or said.amount < due:
            words = step(
                "above-sessions" if more else "below-sessions",
                "{month}: {sessions} sessions, {days} days, {amount} fen claimed; {given} on {on} days give {worth}, "
                "of which earlier lines and insurance left {due}.",
                "{month}：申报 {sessions} 次、{days} 天、{amount} 分；记录 {given} 次、{on} 天，应计 {worth} 分，"
                "扣除此前申报和医保后可申报 {due} 分。",
                holds=False, month=said.month, sessions=said.sessions, days=said.attended_days,
                amount=line.amount, given=len(given), on=days, worth=worth, due=due,
            )  # fmt: skip
            yield line.ground({approval.id, *(session.fact for session in given)}, words)


def _other_than_provided(account: Account) -> Iterator[Ground]:
    given = {held.provision: held for held in provided(account.file)}
    for line in account.lines:
        held = given.get(line.said.provision) if line.said.provision else None
        if held is None or line.amount <= held.assistance_paid <= line.said.amount:
            continue
        words = step(
            "above-provision" if line.amount > held.assistance_paid else "below-provision",
            "{amount} fen claimed for what is on record with {recorded} fen of assistance.",
            "申报 {amount} 分；记录的救助金额为 {recorded} 分。",
            holds=False, amount=line.amount, recorded=held.assistance_paid,
        )  # fmt: skip
        yield line.ground({held.fact}, words)


def _above(account: Account, period: Callable[[Line], str], bound: str, code: str) -> Iterator[Ground]:
    """Yield the lines with which a child's lines of a period together pass a bound, each that of its approval."""
    for _, same in groupby(sorted(account.lines, key=lambda line: (period(line), line.order)), key=period):
        taken, facts = 0, set[UUID]()
        for line in same:
            approval = account.approval(line)
            if approval is None:
                continue
            most: int = getattr(approval.fact, bound)
            taken, facts = taken + line.amount, facts | line.evidence
            if taken > most:
                yield line.ground({approval.id, *facts}, _bound(code, line, taken, most))


def _bound(code: str, line: Line, taken: int, most: int) -> Step:
    return step(
        code,
        "With the line of {month} {taken} fen are claimed; at most {most}.",
        "含 {month} 在内共申报 {taken} 分；上限 {most} 分。",
        holds=False, month=line.said.month, taken=taken, most=most,
    )  # fmt: skip


def _paid_before(account: Account) -> Iterator[Ground]:
    """Yield lines whose month or provision another line was paid for, and lines that were paid twice."""
    for _, same in groupby(sorted(account.lines, key=attrgetter("subject", "order")), key=attrgetter("subject")):
        lines = list(same)
        for place, line in enumerate(lines):
            paid = [other for other in (lines[:place] if line.payments else lines) if other.payments]
            if paid or len(line.payments) > 1:
                facts = frozenset[UUID]().union(*(other.evidence for other in paid))
                en, zh = "{month} was paid already.", "{month} 已经支付。"
                yield line.ground(facts, step("paid-already", en, zh, holds=False, month=line.said.month))
