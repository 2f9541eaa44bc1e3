"""Files that a clinic and a centre have sent and not taken over yet: each with a line that is wrong."""

import re
from collections.abc import Mapping

import httpx

from deploy.simulator.directory import Login
from tests.journey.browser.walk import FORM, sign_in
from tests.journey.story import CENTRE, CLINIC

HEADINGS = "姓名,出生医学证明编号,性别,出生日期,住址,监护人姓名,监护人电话,疑似类别,筛查日期,阳性预警征象\n"
CHILDREN = f"""{HEADINGS}童文件,T979000001,男,2022-03-15,虚构路一号,童大文,00000000000,孤独症,2024-03-20,1
童有误,T979000002,?,2022-03-15,虚构路一号,童大误,00000000000,孤独症,2024-02-30,1
"""
SESSIONS = """姓名,日期,开始,结束,康复师,训练项目,训练形式
童无此人,2026-03-11,0900,0940,无此人,言语治疗,单训
"""


async def files_of_two(portal: str, people: Mapping[str, Login]) -> None:
    """Send a file as a clinic and one as a centre, and let them be checked."""
    await _sent(portal, people[CLINIC], "/import/children", CHILDREN)
    await _sent(portal, people[CENTRE], "/import/sessions", SESSIONS)


async def _sent(portal: str, login: Login, path: str, text: str) -> None:
    async with httpx.AsyncClient(base_url=portal, timeout=60, trust_env=False) as http:
        await sign_in(http, login)
        shown = FORM.search((await http.get(path)).text)
        assert shown is not None
        form = {"form": shown.group(1)}
        answer = await http.post(path, data=form, files={"file": ("文件.csv", text.encode())})
        assert answer.status_code == 303, re.sub("<[^>]+>", " ", answer.text)
        assert (await http.post(f"{answer.headers['location']}/go", data=form)).status_code == 303
