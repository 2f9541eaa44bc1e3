"""The shelf of rehab in the rule book: its policy files, its settings, its tables."""

from services.rehab.domain.policy import read_assistance_policies
from services.rehab.domain.rules import Rules
from shared.rehabilitation import instruments, support
from shared.rulebook.book import Book, PolicyShelf, SettingShelf, Table

BOOK = Book(
    service="rehab",
    policies=(PolicyShelf("rehab.policy", read_assistance_policies(), "REHAB_POLICY_FOLDER"),),
    settings=(SettingShelf(Rules, "REHAB_RULES__"),),
    tables=(
        Table(
            "rehab.supported-by",
            support.FILE,
            "Categories of the certificate that support a training category (GB/T 26341; handbook §2.1, §3.2).",
            "训练类别与残疾人证类别的对应关系",
            "assumed",
        ),
        Table(
            "rehab.instruments",
            instruments.FILE,
            "Ranges, steps and direction of every outcome scale (孤独症规范; handbook §3.6).",
            "疗效评估量表的分值范围、步长与方向",
            "source",
        ),
    ),
)
