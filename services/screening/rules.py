"""The shelf of screening in the rule book: its policies, settings and tables, beside the rules of its domain."""

from services.screening.domain.protocol import DATA, protocols
from services.screening.domain.registry_policy import registry_policies
from services.screening.settings import Settings
from shared.rulebook.book import Book, PolicyShelf, SettingShelf, Table

BOOK = Book(
    service="screening",
    policies=(
        PolicyShelf("screening.protocol", protocols(), "SCREENING_PROTOCOLS"),
        PolicyShelf("screening.registry", registry_policies(), "SCREENING_REGISTRY_POLICIES"),
    ),
    settings=(SettingShelf(Settings, "SCREENING_"),),
    tables=(
        Table(
            "screening.warning-signs",
            DATA / "warning_signs.json",
            "The 44 warning signs of eleven ages, text exact (孤独症规范, 公卫规范; handbook §1.3).",
            "儿童心理行为发育问题预警征象筛查表",
            "source",
        ),
        Table(
            "screening.states",
            DATA / "states.json",
            "States of a suspected case, what may follow, and the reasons for closing (handbook §1.5).",
            "疑似个案状态与结案原因",
            "assumed",
        ),
        Table(
            "screening.disability-grades",
            DATA / "grading.json",
            "Grades 1 to 4 of six categories of disability, by what is measured (GB/T 26341; handbook §2.1).",
            "残疾类别与等级评定表",
            "source",
        ),
    ),
)
