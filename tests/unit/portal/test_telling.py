"""What facts say in their main words, in both languages."""

import pytest

from services.portal.api.telling import told
from services.portal.domain import main_words
from services.portal.words import LANGUAGES
from shared.contracts.catalogue import FACTS
from shared.words import WORDS


def entry(name: str, **data):
    return {"type": f"tongkang.{name}.v1", "fact": {"data": data}}


SESSION = {
    "discipline": "pt", "mode": "individual", "attended": False,
    "starts_at": "2024-03-04T01:00:00Z", "ends_at": "2024-03-04T01:45:00Z",
}  # fmt: skip


@pytest.mark.parametrize(
    ("told_of", "zh", "en"),
    [
        (
            entry("screening.screening_recorded", category="autism", round="M24", outcome="abnormal", regression="none",
                  positive_signs=2, state="screen_positive"),
            "孤独症；24月龄；异常；初筛异常；阳性征象：2",
            "autism; 24 months; abnormal; screen positive; positive signs: 2",
        ),
        (
            entry("rehab.payment_made", amount=120_000, payee="institution", lines=["a"]),
            "机构；金额：¥1,200.00", "institution; amount: CN¥1,200.00",
        ),
        (
            entry("rehab.claim_submitted", lines=[{"amount": 100_00}, {"amount": 50_50}]),
            "明细：2；金额：¥150.50", "lines: 2; amount: CN¥150.50",
        ),
        (entry("timeline.duty_opened", rule="stage-evaluation"), "阶段评估",
         "Evaluate a child at a checkpoint of its enrolment"),
        (entry("timeline.finding_raised", rule="F16"), "F16 阶段评估缺失、照抄或超出范围",
         "F16 Stage evaluation missing, copied or out of range"),
        (entry("rehab.session_recorded", **SESSION), "物理治疗；单训；到训：否；09:00–09:45",
         "physiotherapy; individual; attended: no; 09:00–09:45"),
        (entry("rehab.session_corrected", reason="wrong_time", replacement=SESSION),
         "时间有误；物理治疗；单训；到训：否；09:00–09:45",
         "wrong time; physiotherapy; individual; attended: no; 09:00–09:45"),
        (entry("rehab.stage_evaluation_recorded", instrument="gmfm_88",
               scores=[{"dimension": "total", "value": "61.5"}]),
         "量表：粗大运动功能评定 88 项；total 61.5",
         "instrument: Gross Motor Function Measure, 88 items; total 61.5"),
        ({"type": "tongkang.rehab.session_recorded.v1", "busy": {
            "starts_at": "2024-03-04T01:00:00Z", "ends_at": "2024-03-04T01:45:00Z"}}, "09:00–09:45", "09:00–09:45"),
        ({"type": "tongkang.screening.case_closed.v1", "state": "closed"}, "已结案", "closed"),
        ({"type": "tongkang.rehab.enrolment_started.v1"}, "", ""),
        (entry("rehab.something_newer", amount=100), "金额：¥1.00", "amount: CN¥1.00"),
    ],
)  # fmt: skip
def test_a_fact_tells_what_matters_in_both_languages(told_of, zh, en):
    for wanted, language, between in ((zh, "zh", "；"), (en, "en", "; ")):
        assert between.join(told(told_of, language, str)) == wanted


def test_every_code_and_every_field_of_every_fact_has_words():
    for kind in FACTS:
        assert set(main_words._codes(kind).values()) - WORDS.keys() <= {"WaivedProducer"}
    assert main_words.READ.keys() | {"lines"} <= WORDS["Field"].keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_a_masked_entry_nothing_is_told(language):
    assert told({"type": "tongkang.rehab.session_recorded.v1", "detail": "reduced"}, language, str) == []
