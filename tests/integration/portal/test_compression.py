"""What travels compressed: style and script, and pages that no foreign site had a browser ask for."""

import re

import pytest

STYLE = re.compile(r'href="(/assets/portal\.[0-9a-f]{16}\.css)"')


async def _page(portal, **headers: str):
    browser = await portal.signed_in()
    return await browser.client.get("/account", headers=headers)


@pytest.mark.parametrize("asked_by", ["same-origin", "none"])
async def test_a_page_that_our_own_page_or_its_reader_asks_for_is_compressed(portal, asked_by):
    answer = await _page(portal, **{"Sec-Fetch-Site": asked_by})
    assert answer.status_code == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.num_bytes_downloaded < len(answer.content) / 2


@pytest.mark.parametrize("asked_by", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {}])
async def test_the_length_of_a_page_tells_a_foreign_site_nothing(portal, asked_by):
    answer = await _page(portal, **asked_by)
    assert answer.status_code == 200
    assert "content-encoding" not in answer.headers
    assert answer.num_bytes_downloaded == len(answer.content)


async def test_a_browser_that_cannot_unpack_gets_the_page_as_it_is(portal):
    answer = await _page(portal, **{"Sec-Fetch-Site": "same-origin", "Accept-Encoding": "identity"})
    assert "content-encoding" not in answer.headers


async def test_style_is_compressed_for_everybody_and_kept_for_good_under_a_name_made_of_its_content(portal):
    browser = portal.browser()
    page = await browser.look("/sign-in")
    found = STYLE.search(page.text)
    assert found
    answer = await browser.look(found.group(1))
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.num_bytes_downloaded < len(answer.content) / 2
    assert (await browser.look(found.group(1).replace("portal.", "portal.0"))).status_code == 404
