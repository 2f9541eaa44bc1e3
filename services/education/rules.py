"""The shelf of education in the rule book: its calendar, its settings, its table of forms of schooling."""

from pathlib import Path

from services.education.domain import questions
from services.education.domain.calendar import read_school_policies
from services.education.settings import Rules
from shared.rulebook.book import Book, PolicyShelf, SettingShelf, Table

DOMAIN = Path(questions.__file__).parent

BOOK = Book(
    service="education",
    policies=(PolicyShelf("education.policy", read_school_policies(), "EDUCATION_POLICY_FOLDER"),),
    settings=(SettingShelf(Rules, "EDUCATION_RULES__"),),
    tables=(
        Table(
            "education.placement-modes",
            DOMAIN / "placement_modes.json",
            "Forms of schooling: step of the order, who keeps the roll, ages (教育条例, 山东送教意见; handbook §4).",
            "安置方式：所属顺序、学籍保留、年龄",
            "source",
        ),
    ),
)
