"""Files of many lines: how they are read, what is found wrong, what is never taken for a formula."""

from datetime import date, datetime, time, timedelta
from io import BytesIO
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from services.portal.api.importing import children as clinic
from services.portal.api.importing import sessions as centre
from services.portal.api.importing.kinds import HEADINGS, heading
from services.portal.api.importing.reasons import FLAWS, columns_named, reasons
from services.portal.api.sheets import Sheet, workbook
from services.portal.domain.importing import children, files, sessions
from services.portal.domain.importing.children import positive_signs, read_child, same_child
from services.portal.domain.importing.files import quoted, sheets_of, unquoted
from services.portal.domain.importing.lines import (
    PART,
    Line,
    LineStanding,
    lines_of,
    marked_repeats,
    parts_of,
    table_of,
    text_of,
)
from services.portal.domain.importing.sessions import Centre, Trained, read_session
from services.portal.domain.importing.uploads import Part, Upload, UploadStage
from services.portal.errors import (
    FileBroken,
    FileEmpty,
    FileLocked,
    FileTooLarge,
    FileTooLong,
    FileTooOld,
    HeadingsMissing,
    HeadingsTwice,
    HeadingsUnknown,
)
from services.portal.words import LANGUAGES
from shared.identifiers import ResidentNumber

NEEDED = ["姓名", "住址", "监护人姓名", "监护人电话", "疑似类别", "筛查日期"]
CHILD = {
    "name": "童小一", "sex": "男", "birth_date": "20220315", "address": "虚构路一号", "guardian_name": "童大一",
    "guardian_phone": "０００ 0000 0000", "category": "孤独症", "on": "2024年3月20日", "signs": "1，3",
    "regression": "无",
}  # fmt: skip


def book(*rows, title="Sheet", widths=None, first=()):
    file = BytesIO()
    workbook = Workbook()
    sheet = workbook.active
    sheet.title = title
    for row in (*first, *rows):
        sheet.append(row)
    workbook.save(file)
    return file.getvalue()


def text(*rows, encoding="utf-8", by=","):
    return "\r\n".join(by.join(row) for row in rows).encode(encoding)


def heads(*names, language="zh"):
    return [heading(name, language) for name in names]


def read(content, kind=clinic.KIND):
    return table_of(sheets_of(content), kind.columns, kind.headings)


ALL = heads(*(column.name for column in children.COLUMNS))
ROW = [CHILD.get(column.name, "") for column in children.COLUMNS]


@pytest.mark.parametrize(
    "content",
    [
        book(ALL, ROW),
        book(heads(*(column.name for column in children.COLUMNS), language="en"), ROW),
        book([name.upper() + " *" for name in heads(*HEADINGS.keys() & CHILD.keys(), language="en")],
             [CHILD[name] for name in HEADINGS.keys() & CHILD.keys()]),
        book(ALL, ROW, first=[["某区妇幼报表（样例）"], []]),
        text(ALL, ROW),
        text(ALL, ROW, encoding="utf-8-sig"),
        text(ALL, ROW, encoding="gb18030"),
        text(ALL, ROW, encoding="utf-16", by="\t"),
        text(ALL, ROW, by=";"),
    ],
    ids=["XLSX", "English", "other case and a star", "lines above", "UTF-8", "with its mark", "GB18030", "UTF-16", ";"],
)  # fmt: skip
def test_a_file_is_read_however_it_was_written(content):
    (line,) = read(content).lines
    assert {name: cell for name, cell in line.cells.items() if cell} == CHILD


def test_the_number_of_a_line_is_that_of_the_spreadsheet_and_blank_lines_are_left_out():
    rows = [ALL, ROW, [""] * len(ALL), ["  "] * len(ALL), ROW]
    for content in (book(*rows), text(*rows)):
        assert [line.number for line in read(content).lines] == [2, 5]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (datetime(2024, 3, 5), "2024-03-05"),  # noqa: DTZ001 - a spreadsheet knows no zone
        (date(2024, 3, 5), "2024-03-05"),
        (datetime(2024, 3, 5, 9, 30), "2024-03-05 09:30"),  # noqa: DTZ001 - as above
        (time(9, 30), "09:30"),
        (timedelta(hours=9, minutes=30), "09:30"),
        (371602, "371602"),
        (371602.0, "371602"),
        (1.5, "1.5"),
        (True, "yes"),
        (" 童 ", "童"),
    ],
)
def test_a_cell_of_a_workbook_says_what_people_see(cell, said):
    (line,) = read(book(ALL, ["童", *[""] * 5, cell])).lines
    assert line.cells["address"] == said


@pytest.mark.parametrize("day", ["2024-03-05", "2024/3/5", "2024年3月5日", "20240305", "２０２４．３．５"])
def test_a_day_is_read_in_any_of_the_usual_ways(day):
    line = read_child(Line(2, CHILD | {"on": day}), clinic.KIND.codes, "371602")
    assert line.sends["screening"]["on"] == "2024-03-05"


def test_a_formula_is_never_computed_and_its_line_is_wrong():
    (line,) = read(book(ALL, ["=1+1", *ROW[1:]])).lines
    wrong = read_child(line, clinic.KIND.codes, "371602")
    assert (wrong.standing, wrong.flaws) == (LineStanding.WRONG, {"name": "formula"})


def test_a_number_that_the_spreadsheet_rounded_is_told():
    (line,) = read(book(ALL, ["童", 379999202203150014, *ROW[2:]])).lines
    assert line.flaws == {"resident_number": "rounded"}


def locked():
    return files.OLD + b"\0" * 600 + files.ENCRYPTED


def bomb():
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (files.MOST_UNPACKED_BYTES + 1))
    return file.getvalue()


def other_zip():
    file = BytesIO()
    with ZipFile(file, "w") as packed:
        packed.writestr("hello.txt", "hello")
    return file.getvalue()


@pytest.mark.parametrize(
    ("content", "refused"),
    [
        (files.OLD + b"\0" * 600, FileTooOld),
        (locked(), FileLocked),
        (bomb(), FileTooLarge),
        (b"x" * (files.MOST_BYTES + 1), FileTooLarge),
        (other_zip(), FileBroken),
        (files.PACKED + b"cut off", FileBroken),
        (book(ALL, ROW)[:-300], FileBroken),
        (b"\xff\xfe\xfa", FileBroken),
        (b"\x00\x01\x02", FileBroken),
        (b'"' + b"x" * 200_000, FileBroken),
        (b"", HeadingsUnknown),
        (book(["a", "b", "c", "d"], ROW), HeadingsUnknown),
        (text(NEEDED[:-1], ROW), HeadingsMissing),
        (text([*NEEDED, "姓名"], ROW), HeadingsTwice),
        (text(ALL), FileEmpty),
        (text(ALL, *[ROW] * (files.MOST_LINES + 1)), FileTooLong),
        (book(ALL, *[["童"]] * (files.MOST_LINES + 1)), FileTooLong),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason(content, refused):
    with pytest.raises(refused):
        read(content)


def test_as_many_lines_as_a_file_may_have_are_taken_and_go_in_parts():
    lines = read(text(ALL, *[ROW] * files.MOST_LINES)).lines
    assert len(lines) == files.MOST_LINES
    assert {len(part) for part in parts_of(lines)} == {PART}


def test_what_is_missing_is_named_and_what_is_unknown_is_left_out():
    with pytest.raises(HeadingsMissing) as refused:
        read(text(NEEDED[1:], ROW))
    assert refused.value.details == {"columns": ["name"]}
    assert read(text([*NEEDED, "备注"], ROW)).unknown == ["备注"]


@pytest.mark.parametrize(
    ("typed", "signs"),
    [("", None), ("0", []), ("无", []), ("1", [1]), ("1,3", [1, 3]), ("３、１", [1, 3]), ("13", [1, 3]), ("1 1", [1])],
)
def test_signs_are_named_by_their_numbers(typed, signs):
    assert positive_signs(typed) == signs


@pytest.mark.parametrize("typed", ["5", "x", "1-3", "0,1"])
def test_other_signs_are_none(typed):
    with pytest.raises(ValueError, match="sign"):
        positive_signs(typed)


def test_a_line_is_what_the_report_page_would_send():
    line = read_child(Line(2, CHILD), clinic.KIND.codes, "371602")
    assert line.sends == {
        "child": {
            "sex": "male", "birth_date": "2022-03-15", "region": "371602",
            "identity": {
                "name": "童小一", "guardian_name": "童大一", "guardian_phone": "000 0000 0000", "address": "虚构路一号",
            },
        },
        "screening": {
            "category": "autism", "on": "2024-03-20", "instrument": "warning_signs", "signs": {}, "regression": "none",
        },
        "positive_signs": [1, 3],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "flaws"),
    [
        ({"sex": "?"}, {"sex": "choice"}),
        ({"sex": ""}, {"sex": "missing"}),
        ({"on": "2024-02-30"}, {"on": "day"}),
        ({"signs": "7"}, {"signs": "signs"}),
        ({"name": "", "address": ""}, {"name": "missing", "address": "missing"}),
    ],
)
def test_what_cannot_be_read_is_named_by_its_column(typed, flaws):
    line = read_child(Line(2, CHILD | typed), clinic.KIND.codes, "371602")
    assert (line.standing, line.flaws) == (LineStanding.WRONG, flaws)
    assert all(len(list(reasons(line, language))) == len(flaws) for language in LANGUAGES)


def test_every_flaw_that_a_reader_finds_has_words():
    found = {"missing", "formula", "rounded", "choice", "day", "clock", "signs"}
    assert found | {
        "child", "other_name", "two_children", "two_enrolments", "therapist", "two_people",
    } == FLAWS.keys()  # fmt: skip


def test_the_example_is_read_without_a_flaw_and_its_number_is_nobodys():
    line = read_child(Line(2, children.EXAMPLE), clinic.KIND.codes, "")
    assert line.standing is LineStanding.NEW
    assert ResidentNumber.parse(children.EXAMPLE["resident_number"]).text.startswith("379999")


def test_a_child_that_stands_there_twice_is_pointed_out():
    number = {"resident_number": children.EXAMPLE["resident_number"]}
    lines = [Line(2, CHILD), Line(3, CHILD | number), Line(4, CHILD), Line(5, number), Line(6, {"name": "童"})]
    assert [line.first for line in marked_repeats(lines, same_child)] == [None, None, 2, 3, None]


def test_a_session_that_stands_twice_is_found_however_its_time_is_typed():
    typed = {"case": "C1", "day": "2024/3/5", "start": "0900"}
    same = typed | {"case": "c1", "day": "2024-03-05", "start": "9:00"}
    lines = [Line(2, typed), Line(3, same), Line(4, typed | {"start": "0930"}), Line(5, typed | {"start": "soon"})]
    assert [line.first for line in marked_repeats(lines, sessions.same_session)] == [None, 2, None, None]


ROSTER = Centre(
    UUID(int=1),
    [
        Trained("c1", "c1", "e1", date(2024, 1, 1), date(2024, 7, 1), "童一"),
        Trained("c2", "c3", "e2", date(2024, 1, 1), date(2024, 7, 1), "童二", visit="v2"),
        Trained("c4", "c4", "e4", date(2024, 1, 1), date(2024, 7, 1), "童同"),
        Trained("c5", "c5", "e5", date(2024, 1, 1), date(2024, 7, 1), "童同"),
        Trained("c6", "c6", "e6", date(2024, 1, 1), date(2024, 7, 1), "童双"),
        Trained("c6", "c6", "e7", date(2024, 1, 1), date(2024, 7, 1), "童双"),
    ],
    {"康老师": ["t1"], "同老师": ["t2", "t3"], "t4": ["t4"]},
)
SESSION = {
    "case": "", "name": "童 一", "day": "2024/3/5", "start": "９：００", "end": "940", "therapist": "康老师",
    "discipline": "st", "mode": "单训", "attended": "", "words": "拼图", "proof": "签字",
}  # fmt: skip


def test_a_line_of_a_centre_names_a_child_and_is_what_the_day_sheet_would_send():
    for named in ({}, {"case": "C1"}, {"case": "c1", "name": ""}):
        line = read_session(Line(2, SESSION | named), centre.KIND.codes, ROSTER)
        assert line.sends == {
            "case": "c1", "enrolment": "e1", "therapist": "t1", "discipline": "st", "mode": "individual",
            "starts_at": "2024-03-05T09:00:00+08:00", "ends_at": "2024-03-05T09:40:00+08:00", "attended": True,
            "words": "拼图", "confirmation": {"method": "signed"},
        }  # fmt: skip


def test_training_at_home_stands_on_the_last_visit_and_a_group_is_one_for_all():
    home = read_session(Line(2, SESSION | {"case": "c3", "name": "", "mode": "home"}), centre.KIND.codes, ROSTER)
    assert (home.sends["case"], home.sends["visit"]) == ("c2", "v2")
    groups = [
        read_session(Line(2, SESSION | {"case": case, "name": "", "mode": "group"}), centre.KIND.codes, ROSTER)
        for case in ("c1", "c2")
    ]
    assert groups[0].sends["group"] == groups[1].sends["group"]


@pytest.mark.parametrize(
    ("typed", "flaws"),
    [
        ({"name": "童三"}, {"name": "child"}),
        ({"case": "c9"}, {"case": "child"}),
        ({"day": "2024-07-01"}, {"name": "child"}),
        ({"case": "c2"}, {"name": "other_name"}),
        ({"name": "童同"}, {"name": "two_children"}),
        ({"name": "童双"}, {"name": "two_enrolments"}),
        ({"therapist": "无老师"}, {"therapist": "therapist"}),
        ({"therapist": "同老师"}, {"therapist": "two_people"}),
        ({"therapist": ""}, {"therapist": "missing"}),
        ({"start": "25"}, {"start": "clock"}),
        ({"end": "", "day": "5. März"}, {"end": "missing", "day": "day"}),
    ],
)
def test_whom_or_what_a_line_names_wrongly_is_said(typed, flaws):
    line = read_session(Line(2, SESSION | typed), centre.KIND.codes, ROSTER)
    assert (line.standing, line.flaws) == (LineStanding.WRONG, flaws)


def test_a_therapist_may_be_named_by_number():
    named = [read_session(Line(2, SESSION | {"therapist": one}), centre.KIND.codes, ROSTER) for one in ("T4", "t3")]
    assert [line.sends["therapist"] for line in named] == ["t4", "t3"]


def test_a_child_of_the_template_without_a_session_is_no_line():
    assert not sessions.says_something(Line(2, {"case": "c1", "name": "童一", "day": "", "words": ""}))
    assert sessions.says_something(Line(2, {"case": "c1", "name": "童一", "day": "2024-03-05"}))


def test_a_line_survives_being_sealed():
    line = read_child(Line(2, CHILD), clinic.KIND.codes, "371602").wrong("words", ["on"], on="day")
    (kept,) = lines_of(text_of([line]))
    assert (kept.cells, kept.flaws, kept.standing, kept.said) == (CHILD, {"on": "day"}, LineStanding.WRONG, "words")
    assert text_of([kept]) == text_of([line])


@pytest.mark.parametrize(
    ("line", "choice", "goes"),
    [
        (Line(2, {}, standing=LineStanding.ALIKE, alike=["c1"]), "other", True),
        (Line(2, {}, standing=LineStanding.ALIKE, alike=["c1"]), "same:c1", True),
        (Line(2, {}, standing=LineStanding.ALIKE, alike=["c1"]), "same:c2", False),
        (Line(2, {}, standing=LineStanding.ALIKE, alike=["c1"]), "", False),
        (Line(2, {}, standing=LineStanding.KNOWN, alike=["c1"]), "other", False),
        (Line(2, {}, standing=LineStanding.KNOWN, alike=["c1"]), "same:c1", True),
        (Line(2, {}, standing=LineStanding.WRONG, alike=["c1"]), "other", False),
    ],
)
def test_only_what_is_offered_can_be_decided(line, choice, goes):
    assert line.decided(choice).goes is goes


READY, LAST = Part(0, 50, checked=True), Part(1, 7, checked=True)
TAKEN, REFUSED = Part(0, 50, checked=True, taken=49), Part(1, 7, checked=True, taken=0)


def upload(*parts, taking=False):
    now = datetime.fromisoformat("2024-03-05T00:00:00+00:00")
    return Upload(UUID(int=1), UUID(int=2), "children", "a.xlsx", (), now, taking, parts)


@pytest.mark.parametrize(
    ("stands", "stage", "next_one", "behind", "taken"),
    [
        (upload(Part(0, 50), Part(1, 7)), UploadStage.CHECKING, 0, 0, 0),
        (upload(READY, Part(1, 7)), UploadStage.CHECKING, 1, 50, 0),
        (upload(READY, LAST), UploadStage.CHECKED, None, 57, 0),
        (upload(READY, LAST, taking=True), UploadStage.TAKING, 0, 0, 0),
        (upload(TAKEN, LAST, taking=True), UploadStage.TAKING, 1, 50, 49),
        (upload(TAKEN, REFUSED, taking=True), UploadStage.DONE, None, 57, 49),
    ],
)
def test_an_upload_says_where_it_stands(stands, stage, next_one, behind, taken):
    assert (stands.stage, stands.behind, stands.taken) == (stage, behind, taken)
    assert (stands.next.number if stands.next else None) == next_one


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\t=1", "童", "'quoted'"])
def test_what_we_give_out_is_never_a_formula(name):
    assert not quoted(name).startswith(files.DANGEROUS)
    assert unquoted(quoted(name)) == name
    sheet = load_workbook(BytesIO(workbook([Sheet("s", (), ["h"], [[name]], typed=True)]))).active
    cell = sheet.cell(2, 1)
    assert (cell.data_type, cell.value, cell.quotePrefix) == ("s", name, True)


def test_the_columns_that_a_service_names_are_those_of_the_file():
    errors = [{"place": ["child", "sex"]}, {"place": ["sessions", 0, "starts_at"]}, {"place": []}, {"place": ["x"]}]
    assert columns_named({"details": {"errors": errors, "field": "on"}}) == ["sex", "start", "on"]
    assert columns_named({"details": None}) == []


@pytest.mark.parametrize("kind", [clinic.KIND, centre.KIND], ids=["children", "sessions"])
def test_every_column_has_a_heading_of_its_own_in_both_languages(kind):
    for language in LANGUAGES:
        assert len({heading(column.name, language) for column in kind.columns}) == len(kind.columns)
    assert len(set(kind.headings.values())) == len(kind.columns)
