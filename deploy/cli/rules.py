"""`tongkang rules`: whoever is judged by a rule can read it, and ask how it decides. Needs nothing running."""

import sys
from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import orjson
import typer
from pydantic import ValidationError
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from deploy.cli.console import console
from deploy.local.errors import Trouble
from shared.contracts.fields import fields_of
from shared.errors import Refusal
from shared.rulebook.book import Entry
from shared.rulebook.explanation import QUESTIONS, Explanation, Question, Step
from shared.rulebook.library import entries

app = typer.Typer(help="List every rule, figure, setting and table; explain one decision.")

Chinese = Annotated[bool, typer.Option("--zh", help="In Chinese.")]
MARKS = {True: "✓", False: "✗", None: "·"}


class UnknownRule(Trouble):
    """No rule of the book has this id."""


class NotExplainable(Trouble):
    """The rule is listed but does not explain single decisions."""


class InputUnreadable(Trouble):
    """The input of an explanation is not what the rule asks for."""


class Refused(Trouble):
    """The rule itself turns the input of an explanation down, as the service would."""


@app.callback(invoke_without_command=True)
def list_rules(
    context: typer.Context,
    *,
    service: Annotated[str | None, typer.Option(help="Only the rules of this service.")] = None,
    find: Annotated[str, typer.Option(help="Only rows that hold this word: in id, text, ground or key.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="For machines: every row with every field.")] = False,
    chinese: Chinese = False,
) -> None:
    """List every executable rule and table: id, what it decides, ground, mark, key."""
    if context.invoked_subcommand is not None:
        return
    found = [entry for entry in entries() if entry.id.startswith(f"{service or ''}.".lstrip(".")) and _has(entry, find)]
    if not found:
        raise UnknownRule("No such rule in the rule book.")
    if as_json:
        rows = [entry.model_dump(mode="json") for entry in found]
        sys.stdout.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode())
    else:
        show(found, chinese=chinese)


@app.command()
def explain(
    rule: Annotated[str, typer.Argument(help="Id of the rule; those with ▸ in the list can explain.")],
    file: Annotated[
        Path | None, typer.Argument(help="JSON input, - for standard input; without it: what the rule asks for.")
    ] = None,
    *,
    chinese: Chinese = False,
) -> None:
    """Show the steps of one decision, as the service takes them."""
    question = _question(rule)
    if file is None:
        console.print(asked_table(question))
        return
    console.print(steps_table(_explained(_ask(question, file), chinese=chinese), chinese=chinese))


def show(found: Sequence[Entry], *, chinese: bool) -> None:
    """Print each row in two or three lines: id, version and mark; what it decides and on what ground; value and key."""
    for entry in found:
        console.print(
            Text(f"{entry.id}{' ▸' if entry.explains else ''}", style="bold"), Text(_stand(entry), style="dim")
        )
        console.print(Padding(f"{entry.zh if chinese else entry.en} [dim]({_ground(entry)})[/dim]", (0, 0, 0, 4)))
        if entry.value or entry.setting:
            console.print(Padding(Text(_value(entry)), (0, 0, 0, 4)))
    console.print(f"[dim]{len(found)} rows; ▸ explains single decisions: tongkang rules explain ID[/dim]")


def _stand(entry: Entry) -> str:
    until = f" to {entry.effective_until}" if entry.effective_until else ""
    return f"{entry.kind}, version {entry.version}, from {entry.effective_from}{until}, {entry.mark}"


def _ground(entry: Entry) -> str:
    return ", ".join((*entry.handbook, *entry.documents))


def _value(entry: Entry) -> str:
    return "  ".join(filter(None, (entry.value and f"= {entry.value}", entry.setting and f"[{entry.setting}]")))


def asked_table(question: type[Question]) -> Table:
    """Return what the input of a rule must hold, what stands inside of it line by line too."""
    table = Table("field", "kind", "needed", "meaning", title=f"{question.rule} asks for")
    for field in fields_of(question.model_json_schema()):
        table.add_row(field.place, field.kind(_codes), "yes" if field.needed else "", field.meaning)
    return table


def _codes(values: Sequence[object]) -> str:
    return " | ".join(map(str, values))


def steps_table(explanation: Explanation, *, chinese: bool) -> Table:
    """Return the steps of a decision, in order."""
    policy = f" ({explanation.policy})" if explanation.policy else ""
    table = Table("", "step", "", title=f"{explanation.rule}: {explanation.outcome}{policy}", title_justify="left")
    for step in explanation.steps:
        table.add_row(MARKS[step.holds], step.code, _words(step, chinese=chinese))
    return table


def _has(entry: Entry, word: str) -> bool:
    return word.lower() in entry.model_dump_json().lower()


def _words(step: Step, *, chinese: bool) -> str:
    return step.zh if chinese else step.en


def _question(rule: str) -> type[Question]:
    known = {entry.id: entry for entry in entries()}
    if rule in QUESTIONS:
        return QUESTIONS[rule]
    if rule in known:
        raise NotExplainable(f"{rule} does not explain single decisions; `tongkang rules` marks those that do with ▸.")
    near = get_close_matches(rule, known, n=3)
    raise UnknownRule(f"No rule {rule!r}." + (f" Near: {', '.join(near)}." if near else ""))


def _explained(asked: Question, *, chinese: bool) -> Explanation:
    try:
        return asked.explain()
    except Refusal as refusal:
        raise Refused(f"{asked.rule} refuses this input: {refusal.words('zh' if chinese else 'en')}") from refusal


def _ask(question: type[Question], file: Path) -> Question:
    try:
        raw = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        return question.model_validate_json(raw)
    except OSError as error:
        raise InputUnreadable(f"{file}: {error.strerror}.") from error
    except ValidationError as error:
        faults = "\n".join(f"  {'.'.join(map(str, one['loc'])) or 'input'}: {one['msg']}" for one in error.errors())
        raise InputUnreadable(f"{file} is not what {question.rule} asks for:\n{faults}") from error
