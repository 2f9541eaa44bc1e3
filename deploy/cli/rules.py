"""`tongkang rules`: whoever is judged by a rule can read it, and ask how it decides. Needs nothing running."""

import sys
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated

import orjson
import typer
from pydantic import ValidationError
from rich.table import Table

from deploy.cli.console import console
from deploy.local.errors import Trouble
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


@app.callback(invoke_without_command=True)
def list_rules(
    context: typer.Context,
    *,
    service: Annotated[str | None, typer.Option(help="Only the rules of this service.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="For machines: every row with every field.")] = False,
    chinese: Chinese = False,
) -> None:
    """List every executable rule and table: id, what it decides, ground, mark, key."""
    if context.invoked_subcommand is not None:
        return
    found = [entry for entry in entries() if service is None or entry.id.startswith(f"{service}.")]
    if not found:
        raise UnknownRule(f"No rule of {service or 'any service'} is registered.")
    if as_json:
        rows = [entry.model_dump(mode="json") for entry in found]
        sys.stdout.write(orjson.dumps(rows, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode())
    else:
        console.print(rules_table(found, chinese=chinese))


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
    console.print(steps_table(_ask(question, file).explain(), chinese=chinese))


def rules_table(found: list[Entry], *, chinese: bool) -> Table:
    """Return a line for each row of the book."""
    table = Table("id", "decides", "version", "ground", "mark", "default", "key", caption=f"{len(found)} rows")
    for entry in found:
        table.add_row(
            f"{entry.id} ▸" if entry.explains else entry.id, entry.zh if chinese else entry.en, entry.version,
            " ".join((*entry.handbook, *entry.documents)), entry.mark, entry.value or "", entry.setting or "",
        )  # fmt: skip
    return table


def asked_table(question: type[Question]) -> Table:
    """Return what the input of a rule must hold."""
    table = Table("field", "kind", "needed", "meaning", title=f"{question.rule} asks for")
    schema = question.model_json_schema()
    for name, part in schema["properties"].items():
        needed = "yes" if name in schema.get("required", ()) else ""
        table.add_row(name, _kind(part), needed, part.get("description", ""))
    return table


def steps_table(explanation: Explanation, *, chinese: bool) -> Table:
    """Return the steps of a decision, in order."""
    policy = f" ({explanation.policy})" if explanation.policy else ""
    table = Table("", "step", "", title=f"{explanation.rule}: {explanation.outcome}{policy}", title_justify="left")
    for step in explanation.steps:
        table.add_row(MARKS[step.holds], step.code, _words(step, chinese=chinese))
    return table


def _words(step: Step, *, chinese: bool) -> str:
    return step.zh if chinese else step.en


def _kind(part: dict[str, object]) -> str:
    reference = str(part.get("$ref", "")).rpartition("/")[2]
    return str(part.get("format") or part.get("type") or reference or "one of several")


def _question(rule: str) -> type[Question]:
    known = {entry.id: entry for entry in entries()}
    if rule in QUESTIONS:
        return QUESTIONS[rule]
    if rule in known:
        raise NotExplainable(f"{rule} does not explain single decisions; `tongkang rules` marks those that do with ▸.")
    near = get_close_matches(rule, known, n=3)
    raise UnknownRule(f"No rule {rule!r}." + (f" Near: {', '.join(near)}." if near else ""))


def _ask(question: type[Question], file: Path) -> Question:
    try:
        raw = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        return question.model_validate_json(raw)
    except OSError as error:
        raise InputUnreadable(f"{file}: {error.strerror}.") from error
    except ValidationError as error:
        faults = "\n".join(f"  {'.'.join(map(str, one['loc'])) or 'input'}: {one['msg']}" for one in error.errors())
        raise InputUnreadable(f"{file} is not what {question.rule} asks for:\n{faults}") from error
