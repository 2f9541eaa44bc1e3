"""The complete table of 44 signs, and the column of a child's age (handbook §1.3)."""

from datetime import date

import pytest

from services.screening.domain.warning_signs import categories_suggested_by, table
from services.screening.errors import NoSignColumn
from shared.contracts.codes import ScreeningCategory

GOLDEN = {
    "M3": ("对很大声音没有反应", "逗引时不发音或不会微笑", "不注视人脸，不追视移动人或物品", "俯卧时不会抬头"),
    "M6": ("发音少，不会笑出声", "不会伸手抓物", "紧握拳松不开", "不能扶坐"),
    "M8": ("听到声音无应答", "不会区分生人和熟人", "双手间不会传递玩具", "不会独坐"),
    "M12": ("呼唤名字无反应", "不会模仿“再见”或“欢迎”动作", "不会用拇食指对捏小物品", "不会扶物站立"),
    "M18": ("不会有意识叫“爸爸”或“妈妈”", "不会按要求指人或物", "与人无目光交流", "不会独走"),
    "M24": ("不会说3个物品的名称", "不会按吩咐做简单事情", "不会用勺吃饭", "不会扶栏上楼梯/台阶"),
    "M30": ("不会说2—3个字的短语", "兴趣单一、刻板", "不会示意大小便", "不会跑"),
    "M36": ("不会说自己的名字", "不会玩“拿棍当马骑”等假想游戏", "不会模仿画圆", "不会双脚跳"),
    "Y4": ("不会说带形容词的句子", "不能按要求等待或轮流", "不会独立穿衣", "不会单脚站立"),
    "Y5": ("不能简单叙说事情经过", "不知道自己的性别", "不会用筷子吃饭", "不会单脚跳"),
    "Y6": ("不会表达自己的感受或想法", "不会玩角色扮演的集体游戏", "不会画方形", "不会奔跑"),
}

FROM_MONTHS = {
    "M3": 3, "M6": 6, "M8": 8, "M12": 12, "M18": 18, "M24": 24, "M30": 30, "M36": 36, "Y4": 48, "Y5": 60, "Y6": 72,
}  # fmt: skip


def test_the_table_is_the_official_one_word_for_word():
    assert {column.age: tuple(sign.zh for sign in column.signs) for column in table().columns} == GOLDEN


def test_the_columns_begin_at_the_ages_of_the_check_ups():
    assert {column.age: column.from_months for column in table().columns} == FROM_MONTHS


def test_every_sign_has_its_stable_id_a_translation_and_a_suggestion():
    signs = [sign for column in table().columns for sign in column.signs]
    assert [sign.id for sign in signs] == [f"{age}-{number}" for age in GOLDEN for number in (1, 2, 3, 4)]
    assert all(sign.en.isascii() or "–" in sign.en for sign in signs)
    assert all(sign.suggests for sign in signs)
    assert len({sign.en for sign in signs}) == len(signs) == 44


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2024, 1, 10), date(2024, 4, 10), "M3"),
        (date(2024, 1, 10), date(2024, 7, 9), "M3"),
        (date(2024, 1, 10), date(2024, 7, 10), "M6"),
        (date(2022, 1, 10), date(2024, 1, 9), "M18"),
        (date(2022, 1, 10), date(2024, 1, 10), "M24"),
        (date(2022, 1, 10), date(2025, 12, 31), "M36"),
        (date(2022, 1, 10), date(2026, 1, 10), "Y4"),
        (date(2017, 6, 1), date(2024, 5, 31), "Y6"),
        # The 29th of February: months end on the 1st of March where the month lacks the day.
        (date(2024, 2, 29), date(2024, 5, 28), None),
        (date(2024, 2, 29), date(2024, 5, 29), "M3"),
        (date(2020, 2, 29), date(2023, 2, 28), "M30"),
        (date(2020, 2, 29), date(2023, 3, 1), "M36"),
        (date(2020, 2, 29), date(2024, 2, 28), "M36"),
        (date(2020, 2, 29), date(2024, 2, 29), "Y4"),
        (date(2023, 11, 30), date(2024, 2, 29), None),
        (date(2023, 11, 30), date(2024, 3, 1), "M3"),
    ],
)
def test_the_column_is_the_latest_not_above_the_childs_age(born, on, age):
    if age is None:
        with pytest.raises(NoSignColumn) as refusal:
            table().column_for(born, on)
        assert refusal.value.details == {"months": 2, "first": 3}
    else:
        assert table().column_for(born, on).age == age


def test_positive_signs_point_to_categories_without_deciding():
    assert categories_suggested_by(frozenset({"M18-3"})) == (ScreeningCategory.AUTISM,)
    assert categories_suggested_by(frozenset({"M3-1", "M3-4"})) == (
        ScreeningCategory.HEARING,
        ScreeningCategory.PHYSICAL,
    )
    assert categories_suggested_by(frozenset()) == ()
