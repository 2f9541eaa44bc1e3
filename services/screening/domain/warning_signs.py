"""Warning signs of psychological and behavioural developmental problems: 11 ages, 4 signs each (handbook §1.3).

The table is `data/warning_signs.json`: 孤独症规范 附件1, equal to 公卫规范, text exact.
"""

from collections.abc import Collection
from datetime import date
from functools import cache

from pydantic import BaseModel, ConfigDict

from services.screening.domain.protocol import DATA
from services.screening.errors import NoSignColumn
from shared.ages import age_in_months
from shared.contracts.codes import ScreeningCategory
from shared.rulebook.registry import rule


class Sign(BaseModel):
    """One sign; its id is age code and number."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    zh: str
    en: str
    suggests: tuple[ScreeningCategory, ...]


class Column(BaseModel):
    """The four signs of one age."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    age: str
    from_months: int
    signs: tuple[Sign, Sign, Sign, Sign]

    @property
    def ids(self) -> frozenset[str]:
        return frozenset(sign.id for sign in self.signs)

    def answered(self, positive: Collection[str]) -> dict[str, bool]:
        """Return the answer to each sign of this age when these were the positive ones."""
        return {sign.id: sign.id in positive for sign in self.signs}


class Table(BaseModel):
    """The whole official table."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    source: str
    note: str
    columns: tuple[Column, ...]

    @rule("screening.warning-sign-column", "assumed", zh="非定期就诊时使用不高于实际月龄的最近一栏预警征象")
    def column_for(self, born: date, on: date) -> Column:
        """Choose the latest column not above the child's age (handbook §1.3). Raises NoSignColumn below 3 months."""
        months = age_in_months(born, on)
        columns = [column for column in self.columns if column.from_months <= months]
        if not columns:
            raise NoSignColumn(months=months, first=self.columns[0].from_months)
        return columns[-1]


@cache
def table() -> Table:
    """Read the table."""
    return Table.model_validate_json((DATA / "warning_signs.json").read_bytes())


@rule("screening.suggested-categories", "assumed", zh="按条目逐项对应预警征象可能提示的筛查类别，由筛查人员决定")
def categories_suggested_by(signs: frozenset[str]) -> tuple[ScreeningCategory, ...]:
    """Name the categories that positive signs may point to; the screener decides (handbook §1.3)."""
    pointed = {category for c in table().columns for sign in c.signs if sign.id in signs for category in sign.suggests}
    return tuple(category for category in ScreeningCategory if category in pointed)
