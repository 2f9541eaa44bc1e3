"""Files of many lines: a dry run, decisions, taking over, a break in the middle, what is refused as a file again."""

import csv
import logging
import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any
from uuid import UUID

import httpx
import pytest
from openpyxl import Workbook, load_workbook

from services.portal.api.importing import children as clinics
from services.portal.api.importing.kinds import heading
from services.portal.domain.importing import sessions
from services.portal.domain.importing.lines import PART
from services.portal.domain.importing.uploads import MOST_UPLOADS
from services.portal.repository import Uploads
from shared import clock
from shared.contracts.codes import OrgType
from tests.integration.portal.conftest import HIDDEN, ONCE, Browser, Portal, a_portal, children, words
from tests.support.rehab import NINE, County
from tests.support.screening import a_birth_certificate

DAY = NINE.date().isoformat()
CHILDREN, SESSIONS = "/import/children", "/import/sessions"
COLUMNS = [column.name for column in clinics.KIND.columns]
LINE = {
    "birth_date": "2022/3/15", "sex": "男", "address": "虚构路一号", "guardian_phone": "000 0000 0000",
    "category": "孤独症", "on": "2024-03-20", "signs": "1", "regression": "无",
}  # fmt: skip
NUMBERS = iter(range(1, 100_000))


@pytest.fixture(scope="module")
async def office(servers, directory, screening, rehab) -> AsyncIterator[Portal]:
    async with a_portal(servers, directory, screening, rehab) as it:
        yield it


def a_book(columns: list[str], *lines: Mapping[str, str]) -> bytes:
    book, file = Workbook(), BytesIO()
    sheet = book.active
    assert sheet is not None
    sheet.append([heading(name, "zh") for name in columns])
    for line in lines:
        sheet.append([line.get(name, "") for name in columns])
    book.save(file)
    return file.getvalue()


def rows_of(content: bytes) -> list[dict[str, str]]:
    """Return the lines of the first sheet by their headings."""
    head, *rows = load_workbook(BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    return [{str(name): str(cell or "") for name, cell in zip(head, row, strict=True)} for row in rows]


def a_line(**typed: str) -> dict[str, str]:
    """Return a line of a child that is like no other one."""
    number = next(NUMBERS)
    own = {"name": f"童{number}", "guardian_name": f"童大{number}", "address": f"虚构路{number}号"}
    return LINE | own | {"birth_certificate": a_birth_certificate()} | typed


@dataclass
class Desk:
    """Somebody with a browser without script, who sends files."""

    browser: Browser
    person: Mapping[str, Any]
    path: str = CHILDREN
    upload: str = ""

    async def send(self, content: bytes, name: str = "孩子.xlsx", *, once: str | None = None) -> httpx.Response:
        await self.browser.look(self.path)
        page = self.browser.last.text
        form = {"form": HIDDEN.findall(page)[0], "once": once or ONCE.findall(page)[0]}
        answer = await self.browser.client.post(self.path, data=form, files={"file": (name, content)})
        self.upload = answer.headers.get("location", "").removeprefix(f"{self.path}/")
        return answer

    async def act(self, what: str, **fields: str) -> httpx.Response:
        await self.browser.look("/account")
        return await self.browser.send(f"{self.path}/{self.upload}/{what}", **fields)

    async def go(self, times: int = 1) -> httpx.Response:
        for _ in range(times):
            answer = await self.act("go")
        return answer

    async def page(self, **query: str) -> str:
        answer = await self.browser.look(f"{self.path}/{self.upload}", **query)
        assert answer.status_code == 200, words(answer)
        return words(answer)

    async def checked(self, *lines: Mapping[str, str]) -> str:
        """Send lines and let all of them be checked; return the report."""
        answer = await self.send(a_book(COLUMNS, *lines))
        assert answer.status_code == 303, words(answer)
        await self.go(times=-(-len(lines) // PART))
        return await self.page()

    async def taken(self, *lines: Mapping[str, str], **decisions: str) -> str:
        """Send lines and take over what goes; return the end page."""
        await self.checked(*lines)
        await self.act("take", **decisions)
        await self.go(times=-(-len(lines) // PART))
        return await self.page()

    async def not_taken(self) -> bytes:
        answer = await self.browser.look(f"{self.path}/{self.upload}/not-taken.xlsx")
        assert answer.status_code == 200
        return answer.content


@pytest.fixture
async def clinic(office) -> Desk:
    person = await office.person(OrgType.CLINIC)
    return Desk(await office.signed_in(person), person)


async def test_the_template_comes_as_a_workbook_that_says_what_may_stand_in_it(clinic):
    answer = await clinic.browser.look(f"{CHILDREN}/template.xlsx")
    first, second = load_workbook(BytesIO(answer.content)).worksheets
    assert [cell.value for cell in first[1]] == [heading(name, "zh") for name in COLUMNS]
    assert first.column_dimensions["B"].number_format == "@"
    said = [cell for row in second.iter_rows(values_only=True) for cell in row if cell]
    assert "男 / 女" in said
    assert any(str(cell).startswith("379999") for cell in said)


async def test_the_template_comes_as_text_that_a_spreadsheet_opens(clinic):
    answer = await clinic.browser.look(f"{CHILDREN}/template.csv")
    assert answer.content.startswith("\ufeff姓名,居民身份号码".encode())


async def test_a_dry_run_says_of_each_line_what_would_become_of_it_and_writes_nothing(clinic, screening):
    certificate = a_birth_certificate()
    await clinic.taken(a_line(birth_certificate=certificate), a_line(name="童像", guardian_name="童大像"))
    before = await screening.counts()
    report = await clinic.checked(
        a_line(),
        a_line(sex="?"),
        a_line(resident_number="379999202203150019"),
        a_line(birth_certificate=certificate),
        a_line(name="童像", guardian_name="童大像"),
        a_line(on="2024-13-01", signs="9"),
        a_line(birth_date="2024-03-01"),
    )
    assert "可导入 1 有误 4 已存在 1 待判定 1" in report
    assert "“性别”列：不在可填内容之中" in report
    assert "“筛查日期”列：不是有效日期" in report
    assert "该号码的儿童已登记。" in report
    assert "导入 1 行" in report
    after = await screening.counts()
    assert {table for table in after if after[table] != before[table]} <= {"access_log", "access_log_head"}
    wrong = await clinic.page(show="wrong")
    assert [f"第 {number} 行" in wrong for number in range(2, 9)] == [False, True, True, False, False, True, True]
    assert "第 6 行" in await clinic.page(show="decide")


async def test_what_is_ready_is_taken_over_with_its_screening(clinic, screening):
    before = await children(screening)
    end = await clinic.taken(a_line(name="童全全"), a_line(signs="0", regression=""))
    assert "已导入 2 行。 没有剩余的行。" in end
    assert await children(screening) == before + 2
    mine = words(await clinic.browser.look("/my-children"))
    assert "童全全" in mine
    assert "已完成：2 行中已导入 2 行" in words(await clinic.browser.look(CHILDREN))


async def test_the_clerk_decides_whether_a_child_is_one_that_is_known(clinic, screening):
    certificate = a_birth_certificate()
    alike = {"name": "童判", "guardian_name": "童大判"}
    await clinic.taken(a_line(birth_certificate=certificate), a_line(**alike))
    before = await children(screening)
    again = (a_line(**alike), a_line(**alike, address="别处"), a_line(birth_certificate=certificate))
    page = await clinic.checked(*(line | {"on": "2024-03-21", "category": "智力"} for line in again))
    assert "可导入 0" in page
    same = re.findall(r'value="(same:[^"]+)"', clinic.browser.last.text)
    kept = await clinic.act("decisions", **{"line-2": same[0]}, show="all", after="0")
    assert kept.headers["location"].endswith("show=all&after=0&kept=1")
    assert "导入 1 行" in await clinic.page()
    await clinic.act("take", **{"line-3": "other", "line-4": same[-1]})
    await clinic.go()
    assert "已导入 3 行" in await clinic.page()
    assert await children(screening) == before + 1
    rows = await screening.fetch("SELECT category FROM screening WHERE case_id = $1", UUID(same[0][5:]))
    assert sorted(row["category"] for row in rows) == ["autism", "intellectual"]


async def test_what_nobody_decided_is_left_out(clinic, screening):
    alike = {"name": "童未", "guardian_name": "童大未"}
    await clinic.taken(a_line(**alike))
    before = await children(screening)
    end = await clinic.taken(a_line(**alike))
    assert "1 行未导入" in end
    assert "尚未判定是否同一儿童" in end
    assert await children(screening) == before


async def test_a_decision_that_was_not_offered_is_none_and_none_is_taken_later(clinic):
    alike = {"name": "童晚", "guardian_name": "童大晚"}
    await clinic.taken(a_line(**alike))
    await clinic.checked(a_line(**alike), a_line())
    await clinic.act("decisions", **{"line-2": f"same:{UUID(int=4)}", "line-3": "other", "line-x": "other"})
    assert "待判定 1" in await clinic.page()
    await clinic.act("take")
    await clinic.act("decisions", **{"line-2": "other"})
    await clinic.go()
    assert "已导入 1 行。 1 行未导入" in await clinic.page()


async def test_lines_that_were_not_taken_come_back_as_a_file_and_are_accepted_once_mended(clinic, screening):
    await clinic.taken(a_line(), a_line(name="+1", sex="?"), a_line(name="童补", on=""))
    before, content = await children(screening), await clinic.not_taken()
    one, other = rows_of(content)
    assert (one["姓名"], one["未导入原因"]) == ("+1", "“性别”列：不在可填内容之中")
    assert other["未导入原因"] == "“筛查日期”列：未填写"
    book = load_workbook(BytesIO(content))
    assert book.worksheets[0].cell(2, 1).quotePrefix
    assert len(book.worksheets) == 2
    sheet, heads = book.worksheets[0], list(one)
    sheet.cell(2, heads.index("姓名") + 1, "童一加一")
    sheet.cell(2, heads.index("性别") + 1, "女")
    sheet.cell(3, heads.index("筛查日期") + 1, "2024年3月20日")
    mended = BytesIO()
    book.save(mended)
    await clinic.send(mended.getvalue())
    await clinic.go()
    page = await clinic.page()
    assert ("可导入 2" in page, "无法识别" in page) == (True, False)
    await clinic.act("take")
    await clinic.go()
    assert "已导入 2 行" in await clinic.page()
    assert await children(screening) == before + 2


async def test_a_child_that_stands_in_the_file_twice_is_taken_once(clinic, screening):
    line = a_line()
    report = await clinic.checked(line, line)
    assert "与第 2 行重复" in report
    before = await children(screening)
    await clinic.act("take")
    await clinic.go()
    assert await children(screening) == before + 1


async def test_after_a_break_it_goes_on_where_it_was_and_nothing_is_written_twice(clinic, office, screening):
    before, lines = await children(screening), [a_line() for _ in range(PART + 10)]
    await clinic.checked(*lines)
    await clinic.act("take")
    progress = await clinic.go()
    assert progress.headers["location"] == f"{CHILDREN}/{clinic.upload}"
    assert f"已处理 {PART} / {PART + 10} 行" in await clinic.page()
    assert await children(screening) == before + PART
    elsewhere = Desk(await office.signed_in(clinic.person), clinic.person, upload=clinic.upload)
    assert "导入中" in words(await elsewhere.browser.look(CHILDREN))
    await elsewhere.go()
    assert await children(screening) == before + PART + 10
    await clinic.go(times=2)
    assert await children(screening) == before + PART + 10
    assert f"已导入 {PART + 10} 行" in await clinic.page()


async def test_an_answer_that_was_lost_is_asked_for_again_and_writes_nothing_more(clinic, screening, monkeypatch):
    known = a_birth_certificate()
    await clinic.taken(a_line(birth_certificate=known))
    await clinic.checked(a_line(), a_line(birth_certificate=known, category="智力"))
    (same,) = set(re.findall(r'value="(same:[^"]+)"', clinic.browser.last.text))
    await clinic.act("take", **{"line-3": same})

    async def lost(*told: Any) -> None:
        raise RuntimeError

    before = await screening.counts()
    with monkeypatch.context() as broken:
        broken.setattr(Uploads, "take", lost)
        assert (await clinic.go()).status_code == 500
    once = await screening.counts()
    assert (once["child"], once["screening"]) == (before["child"] + 1, before["screening"] + 2)
    await clinic.go()
    assert "已导入 2 行" in await clinic.page()
    after = await screening.counts()
    assert (after["child"], after["screening"]) == (once["child"], once["screening"])


async def test_a_service_that_is_away_in_the_middle_loses_nothing(clinic, office, screening, monkeypatch):
    before = await children(screening)
    await clinic.send(a_book(COLUMNS, a_line()))
    reception = office.running.app.state.reception
    for _ in ("checking", "taking over"):
        with monkeypatch.context() as away:
            away.setitem(reception.upstream.urls, "screening", "http://nowhere.test:1")
            answer = await clinic.go()
            assert (answer.status_code, "内容均已保留" in answer.text) == (503, True)
            assert "data-step" in answer.text
        await clinic.go()
        await clinic.act("take")
    assert "已导入 1 行" in await clinic.page()
    assert await children(screening) == before + 1


async def test_without_script_one_press_of_the_button_does_as_much_as_it_can(clinic):
    await clinic.send(a_book(COLUMNS, *(a_line(sex="?") for _ in range(PART + 1))))
    assert 'name="several"' in (await clinic.browser.look(f"{CHILDREN}/{clinic.upload}")).text
    await clinic.act("go", several="1")
    assert f"有误 {PART + 1}" in await clinic.page()


async def test_nothing_is_taken_over_before_all_is_checked(clinic, screening):
    before = await children(screening)
    await clinic.send(a_book(COLUMNS, *(a_line() for _ in range(PART + 1))))
    await clinic.go()
    await clinic.act("take")
    await clinic.go()
    assert await children(screening) == before
    assert f"导入 {PART + 1} 行" in await clinic.page()


async def test_two_clicks_keep_one_file_and_too_many_are_refused(clinic):
    content = a_book(COLUMNS, a_line())
    for _ in range(2):
        await clinic.send(content, once="the same click")
    assert words(await clinic.browser.look(CHILDREN)).count("孩子.xlsx") == 1
    for _ in range(MOST_UPLOADS - 1):
        assert (await clinic.send(content)).status_code == 303
    refused = await clinic.send(content)
    assert (refused.status_code, f"您已有 {MOST_UPLOADS} 个文件" in refused.text) == (409, True)


async def test_another_file_from_the_same_page_is_another_upload(clinic):
    locations = [
        (await clinic.send(a_book(COLUMNS, a_line()), once="the same page")).headers["location"] for _ in range(2)
    ]
    assert len(set(locations)) == 2


async def test_a_file_that_is_discarded_is_gone(clinic, office):
    await clinic.checked(a_line())
    answer = await clinic.act("discard")
    assert "已丢弃" in words(await clinic.browser.look(answer.headers["location"]))
    assert (await clinic.browser.look(f"{CHILDREN}/{clinic.upload}")).status_code == 404
    left = "SELECT count(*) FROM upload_part WHERE upload = $1"
    assert (await office.running.fetch(left, UUID(clinic.upload)))[0][0] == 0


@pytest.mark.parametrize(
    ("content", "status", "said"),
    [
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, 422, "旧格式"),
        (b"PK\x03\x04 broken", 422, "无法按工作簿"),
        ("姓名,住址,监护人姓名\n童,x,y".encode(), 422, "缺少以下列：监护人电话、疑似类别、筛查日期"),
        (b"", 422, "未找到模板的表头"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_in_words(clinic, content, status, said):
    answer = await clinic.send(content)
    assert (answer.status_code, said in answer.text) == (status, True)


async def test_a_column_that_is_not_known_is_pointed_out(clinic):
    content = "姓名,住址,监护人姓名,监护人电话,疑似类别,筛查日期,备注\n童,,,,,,".encode()
    await clinic.send(content, "孩子.csv")
    await clinic.go()
    assert "以下列无法识别，未读取：备注" in await clinic.page()


async def test_no_file_at_all_is_told(clinic):
    await clinic.browser.look(CHILDREN)
    answer = await clinic.browser.send(CHILDREN)
    assert (answer.status_code, "请先选择文件" in answer.text) == (422, True)


async def test_a_file_in_the_coding_of_chinese_spreadsheets_is_read(clinic):
    line, text = a_line(name="童国标"), StringIO()
    rows = csv.writer(text)
    rows.writerows([[heading(name, "zh") for name in COLUMNS], [line.get(name, "") for name in COLUMNS]])
    await clinic.send(text.getvalue().encode("gb18030"), "孩子.csv")
    await clinic.go()
    assert "童国标" in await clinic.page()
    assert "可导入 1" in await clinic.page()


async def test_names_stand_in_no_table_in_the_open_and_in_no_log(clinic, office, caplog):
    caplog.set_level(logging.DEBUG)
    await clinic.taken(a_line(name="童密封"), a_line(name="童密封", sex="?"))
    rows = [
        *await office.running.fetch("SELECT * FROM upload"),
        *await office.running.fetch("SELECT * FROM upload_part"),
    ]
    assert rows
    assert not any("童密封".encode() in value for row in rows for value in row.values() if isinstance(value, bytes))
    assert "童密封" not in caplog.text


async def test_what_is_in_is_not_kept_any_longer(clinic, office):
    await clinic.taken(a_line(), a_line(sex="?"))
    seal = clinic.browser.client._transport.app.state.reception.seal
    async with office.running.service.database.session() as session:
        rows = Uploads(session, seal, UUID(str(clinic.person["id"])), clock.now())
        left = await rows.lines(UUID(clinic.upload))
    assert [line.number for line in left] == [3]


async def test_a_file_is_over_after_some_days_and_forgotten_when_somebody_signs_in(clinic, office):
    await clinic.checked(a_line())
    upload, days = UUID(clinic.upload), office.running.service.settings.import_days
    ended = "UPDATE upload SET saved_at = now() - $2::int * interval '1 day' WHERE id = $1"
    await office.running.fetch(ended, upload, days)
    assert (await clinic.browser.look(f"{CHILDREN}/{clinic.upload}")).status_code == 404
    assert "没有待处理的文件" in words(await clinic.browser.look(CHILDREN))
    await office.signed_in()
    assert await office.running.fetch("SELECT 1 FROM upload WHERE id = $1", upload) == []


async def test_anybody_elses_file_does_not_exist(clinic, office):
    await clinic.checked(a_line(name="童别人", sex="?"))
    stranger = Desk(await office.signed_in(), {}, upload=clinic.upload)
    for path in ("", "/not-taken.xlsx"):
        assert (await stranger.browser.look(f"{CHILDREN}/{clinic.upload}{path}")).status_code == 404
    for what in ("go", "take", "decisions", "discard"):
        assert (await stranger.act(what)).status_code == 404
    assert "没有待处理的文件" in words(await stranger.browser.look(CHILDREN))
    assert "童别人" in await clinic.page()


@pytest.mark.parametrize("kind", [OrgType.SCHOOL, OrgType.FEDERATION, OrgType.CARE_HOME, OrgType.AUDITOR])
async def test_others_are_neither_offered_the_pages_nor_let_in(office, kind):
    browser = await office.signed_in(await office.person(kind))
    assert "/import/" not in (await browser.look("/account")).text
    for path in (CHILDREN, SESSIONS, f"{CHILDREN}/template.xlsx", f"{SESSIONS}/{UUID(int=4)}"):
        assert (await browser.look(path)).status_code == 403


async def test_a_clinic_sends_no_sessions_and_a_centre_no_children(clinic, centre):
    assert (await clinic.browser.look(SESSIONS)).status_code == 403
    assert (await centre.desk.browser.look(CHILDREN)).status_code == 403
    assert 'href="/import/sessions"' in (await centre.desk.browser.look("/account")).text


async def test_many_lines_are_shown_page_by_page(clinic):
    await clinic.checked(*(a_line(sex="?") for _ in range(PART * 3)))
    first = await clinic.page()
    assert ("第 101 行" in first, "第 102 行" in first) == (True, False)
    assert 'rel="next"' in clinic.browser.last.text
    assert "第 102 行" in await clinic.page(after="101")


# A centre -----------------------------------------------------------------------------------------------------------

TYPED = {"day": DAY, "start": "0900", "end": "9:40", "discipline": "言语治疗", "mode": "单训"}


@dataclass
class Centre:
    """A centre at its desk, in front of the children of its county."""

    desk: Desk
    county: County

    async def checked(self, *lines: Mapping[str, str]) -> str:
        await self.desk.send(a_book([column.name for column in sessions.COLUMNS], *lines), "课表.xlsx")
        await self.desk.go()
        return await self.desk.page()

    def line(self, case: UUID | str, **typed: str) -> dict[str, str]:
        return TYPED | {"case": str(case), "therapist": str(self.desk.person["id"]), "words": "拼图"} | typed


@pytest.fixture
async def centre(office, rehab) -> Centre:
    county, person = County(rehab), await office.person(OrgType.REHAB_CENTRE)
    await county.works_as(person["organisation"])
    return Centre(Desk(await office.signed_in(person), person, SESSIONS), county)


async def test_the_template_of_a_centre_comes_with_its_own_children_and_its_people(centre):
    child = await centre.county.enrolled()
    answer = await centre.desk.browser.look(f"{SESSIONS}/template.xlsx")
    first, second = load_workbook(BytesIO(answer.content)).worksheets
    assert [row[0] for row in first.iter_rows(min_row=2, values_only=True)] == [str(child.case)]
    assert centre.desk.person["id"] in [row[4] for row in second.iter_rows(values_only=True)]
    plain = await centre.desk.browser.look(f"{SESSIONS}/template.csv")
    assert str(child.case) in plain.text


async def test_a_template_that_nobody_filled_in_holds_no_session(centre):
    await centre.county.enrolled()
    template = await centre.desk.browser.look(f"{SESSIONS}/template.xlsx")
    answer = await centre.desk.send(template.content)
    assert (answer.status_code, "没有内容" in answer.text) == (422, True)


async def test_sessions_are_rehearsed_taken_over_and_then_known(centre):
    first, second = await centre.county.enrolled(), await centre.county.enrolled()
    await centre.county.log(second)
    lines = [
        centre.line(first.case),
        centre.line(first.case, start="0930", end="1000"),
        centre.line(second.case),
        centre.line(second.case, start="0920", end="1000"),
        centre.line(UUID(int=4)),
        centre.line(first.case, day="2030-01-01"),
    ]
    report = await centre.checked(*lines)
    assert "可导入 1 有误 4 已存在 1" in report
    assert "贵机构当日在训儿童中无此儿童" in report
    await centre.desk.act("take")
    await centre.desk.go()
    assert "已导入 1 行。 5 行未导入" in await centre.desk.page()
    month = await centre.county.get(centre.county.centre, f"/v1/cases/{first.case}/sessions", month=DAY[:7])
    assert [one["words"] for one in month.json()["sessions"]] == ["拼图"]
    assert "可导入 0 有误 0 已存在 1" in await centre.checked(lines[0])


async def test_a_session_that_clashes_with_an_earlier_part_of_the_file_comes_back(centre, monkeypatch):
    child = await centre.county.enrolled()
    monkeypatch.setattr("services.portal.domain.importing.lines.PART", 1)
    await centre.checked(centre.line(child.case), centre.line(child.case, start="0920", end="1000"))
    await centre.desk.go()
    assert "可导入 2" in await centre.desk.page()
    await centre.desk.act("take")
    await centre.desk.go(times=2)
    assert "已导入 1 行。 1 行未导入" in await centre.desk.page()
    (left,) = rows_of(await centre.desk.not_taken())
    assert "已有安排" in left["未导入原因"]
    mended = left | {"开始": "0940", "结束": "1020"}
    book, file = Workbook(), BytesIO()
    for row in (list(mended), list(mended.values())):
        book.active.append(row)
    book.save(file)
    await centre.desk.send(file.getvalue())
    await centre.desk.go()
    await centre.desk.act("take")
    await centre.desk.go()
    assert "已导入 1 行。 没有剩余的行" in await centre.desk.page()


async def test_another_centres_child_does_not_exist(centre, office, rehab):
    other = County(rehab)
    await other.designated()
    stranger = await other.enrolled()
    assert "贵机构当日在训儿童中无此儿童" in await centre.checked(centre.line(stranger.case))
