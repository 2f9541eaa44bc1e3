"""The rule book: what stands in it comes from the rules themselves."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import BaseModel, Field

from shared.policyfile import Figure, Policies, PolicyVersion
from shared.rulebook import registry
from shared.rulebook.book import Book, PolicyShelf, SettingShelf, Table, _of_policy, _of_rule, _of_settings, _of_table
from shared.rulebook.explanation import QUESTIONS, Explanation, Question, step
from shared.rulebook.page import rules_page
from shared.rulebook.registry import RULES, first_sentence, rule


@pytest.fixture(autouse=True)
def _an_empty_book(monkeypatch):
    monkeypatch.setattr(registry, "RULES", {})
    monkeypatch.setattr("shared.rulebook.book.RULES", registry.RULES)


def weigh(kilograms: int) -> bool:
    """Tell whether a bag is too heavy (孤独症规范; handbook §1.4, §3.7).

    More words.
    """
    return kilograms > 20


def test_a_rule_is_read_from_its_docstring():
    rule("bags.weight", "source", zh="书包过重")(weigh)
    entry = _of_rule(registry.RULES["bags.weight"])
    assert (entry.en, entry.zh) == ("Tell whether a bag is too heavy.", "书包过重")
    assert entry.handbook == ("§1.4", "§3.7")
    assert entry.documents == ("孤独症规范",)
    assert (entry.mark, entry.version, entry.effective_until) == ("source", "1", None)


def test_a_rule_without_a_line_of_the_handbook_is_refused():
    def guess() -> None:
        """Guess."""

    with pytest.raises(TypeError, match="cites no line"):
        rule("bags.guess", "assumed", zh="猜")(guess)


def test_a_rule_from_a_source_names_its_document():
    def assume() -> None:
        """Assume something (handbook §1.4)."""

    with pytest.raises(TypeError, match="names no document"):
        rule("bags.assume", "source", zh="假定")(assume)


def test_an_id_is_given_once():
    def other() -> None:
        """Do something else (handbook §1.4)."""

    rule("bags.weight", "source", zh="书包过重")(weigh)
    rule("bags.weight", "source", zh="书包过重")(weigh)
    with pytest.raises(TypeError, match="taken"):
        rule("bags.weight", "assumed", zh="别的")(other)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("Do this (handbook §1.4).", "Do this."),
        ("Do this (an aside) and that (孤独症规范; handbook §1.4).\n\nMore.", "Do this (an aside) and that."),
        ("Do this (§3.2). Raises NotDone.", "Do this."),
        ("Do this over\ntwo lines (§3.2).", "Do this over two lines."),
    ],
)
def test_the_first_sentence_loses_its_citation(text: str, sentence: str):
    assert first_sentence(text) == sentence


class Inner(BaseModel):
    model_config = {"frozen": True}

    limit: Figure[int] = Field(title="上限", description="Most bags (§3.2).")


class BagPolicy(PolicyVersion):
    inner: Inner
    rows: tuple[Inner, ...] = ()


def bag_policies() -> Policies[BagPolicy]:
    figure = {"limit": {"value": 3, "mark": "source: 国发20号"}}
    plain = {"policy": "BAG-1", "document": "x", "effective_from": "2026-01-01", "effective_until": None}
    return Policies([BagPolicy.model_validate(plain | {"inner": figure, "rows": [figure]})])


def test_every_figure_of_a_policy_is_a_row_wherever_it_stands():
    rows = list(_of_policy(PolicyShelf("bags.policy", bag_policies(), "BAGS_FOLDER")))
    assert [row.id for row in rows] == ["bags.policy.inner.limit@BAG-1", "bags.policy.rows.0.limit@BAG-1"]
    assert (rows[0].zh, rows[0].en, rows[0].value) == ("上限", "Most bags.", "3")
    assert (rows[0].mark, rows[0].documents) == ("source: 国发20号", ("国发20号",))
    assert rows[0].setting == "BAGS_FOLDER: inner.limit"
    assert rows[0].effective_from == date(2026, 1, 1)


class BagRules(BaseModel):
    most_bags: int = Field(default=3, title="书包数", description="Most bags (§3.4).")
    folder: Path = Field(default=Path("/here"), title="文件夹", description="Folder of the bags (§3.4).")
    database: str = Field(default="bags", description="Where bags are kept.")


def test_a_setting_that_judges_names_the_key_by_which_it_is_changed():
    row, folder = _of_settings(SettingShelf(BagRules, "BAGS_RULES__"))
    assert (row.id, row.setting, row.value) == ("bags.rules.most-bags", "BAGS_RULES__MOST_BAGS", "3")
    assert (row.handbook, row.mark) == (("§3.4",), "assumed")
    assert folder.value == "built in", "a path of the machine that made the page"


def test_a_table_names_its_file():
    row = _of_table(
        Table("bags.kinds", Path("kinds.json"), "Kinds of bags (GB/T 26341; handbook §2.1).", "种类", "source")
    )
    assert (row.value, row.documents, row.handbook) == ("kinds.json", ("GB/T 26341",), ("§2.1",))


class WeighBag(Question):
    """A bag."""

    kilograms: int

    def explain(self) -> Explanation:
        heavy = weigh(self.kilograms)
        said = step("limit", "{weight} kg against 20", "{weight} 公斤，上限 20", holds=not heavy, weight=self.kilograms)
        return Explanation(rule="bags.weight", outcome="heavy" if heavy else "fine", steps=(said,))


def test_an_explanation_shows_the_steps_with_their_figures():
    explained = WeighBag(kilograms=21).explain()
    assert explained.outcome == "heavy"
    assert (explained.steps[0].en, explained.steps[0].zh) == ("21 kg against 20", "21 公斤，上限 20")
    assert explained.steps[0].holds is False


def test_a_step_says_a_moment_as_the_clock_on_the_wall_does():
    said = step("due", "due before {by}", "应在{by}前完成", by=datetime(2024, 12, 31, 16, 5, tzinfo=UTC))

    assert said.en == "due before 2025-01-01 00:05"
    assert said.zh == "应在2025-01-01 00:05前完成"


def test_two_questions_cannot_ask_for_one_rule(monkeypatch):
    monkeypatch.setattr("shared.rulebook.explanation.QUESTIONS", {"bags.weight": WeighBag})
    with pytest.raises(TypeError, match="two questions"):
        type("Other", (Question,), {"__module__": __name__}, of="bags.weight")


def test_the_page_escapes_what_would_break_a_table(monkeypatch):
    monkeypatch.setattr("shared.rulebook.book._load_domain", print)
    table = Table("bags.kinds", Path("kinds.json"), "One | two (handbook §2.1).", "种类", "assumed")
    assert "One \\| two." in rules_page([Book("bags", tables=(table,))])


def test_this_test_leaves_the_real_book_alone():
    assert "bags.weight" not in RULES
    assert "bags.weight" not in QUESTIONS
