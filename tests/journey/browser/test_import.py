"""A clinic takes over a file with the script of the page, which goes on by itself, also after the line was lost."""

from collections.abc import Mapping

from playwright.async_api import Route

from deploy.simulator.directory import Login
from services.portal.domain.importing.lines import PART
from tests.journey.browser.files import HEADINGS
from tests.journey.browser.visitor import Visitor
from tests.journey.story import CLINIC

PARTS = 2
GOOD = "童导入,T979000100,男,2022-03-15,虚构路一百号,童大导,00000000000,孤独症,2024-03-20,0\n"
WRONG = "童有误,,?,2022-03-15,虚构路一号,童大误,00000000000,孤独症,2024-02-30,1\n"


async def test_a_file_is_checked_and_taken_over_part_by_part(visitor: Visitor, people: Mapping[str, Login]):
    page, lost = visitor.page, []

    async def lose_the_first(route: Route) -> None:
        lost.append(route)
        await (route.abort() if len(lost) == 1 else route.continue_())

    await visitor.signs_in(people[CLINIC], to="/import/children")
    text = (HEADINGS + GOOD + WRONG * PART).encode("gb18030")
    await page.set_input_files("#file", [{"name": "导入.csv", "mimeType": "text/csv", "buffer": text}])
    await page.route("**/go", lose_the_first)
    await page.get_by_role("button", name="检查文件").click()
    await page.get_by_role("alert").wait_for()
    assert "稍后自动继续" in await visitor.text()
    await page.get_by_role("button", name="导入 1 行").first.wait_for()
    assert "有误" in await visitor.text()
    await page.get_by_role("button", name="导入 1 行").first.click()
    await page.get_by_role("heading", name="已完成").wait_for()
    assert "已导入 1 行" in await visitor.text()
    assert len(lost) == 1 + 2 * PARTS
    complaints = [*visitor.said]
    visitor.said.clear()
    assert len(complaints) == 1
    assert "ERR_FAILED" in complaints[0], "of the line that was lost, and of nothing else"
