"""What a page weighs, and how a browser asks for it."""

import asyncio
import zlib
from collections.abc import AsyncIterator

import pytest

from benchmarks.load import connection
from benchmarks.visitors import COOKIE, LINKED, Weight, asking, weight
from deploy.local.ports import LOOPBACK

PAGE = (
    '<link rel="stylesheet" href="/assets/a.css"><link rel="icon" href="/assets/mark.svg" type="image/svg+xml">'
    '<script src="/assets/a.js" defer></script><img src="/picture.png"><script src="/assets/a.js" defer></script>'
)
FILES = {"/": PAGE.encode(), "/assets/a.css": b"a { color: red }" * 200, "/assets/a.js": b"'use strict';"}


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while head := await reader.readuntil(b"\r\n\r\n"):
        path = head.split()[1].decode()
        body, coding = FILES[path], b""
        if b"gzip" in head and path.endswith(".css"):
            packer = zlib.compressobj(9, zlib.DEFLATED, 31)
            body, coding = packer.compress(body) + packer.flush(), b"Content-Encoding: gzip\r\n"
        status = b"200 OK" if f"{COOKIE}=one".encode() in head else b"303 See Other"
        writer.write(b"HTTP/1.1 %s\r\n%sContent-Length: %d\r\n\r\n%s" % (status, coding, len(body), body))


async def _served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await _answer(reader, writer)
    except asyncio.IncompleteReadError:
        writer.close()


@pytest.fixture
async def site() -> AsyncIterator[str]:
    async with await asyncio.start_server(_served, LOOPBACK) as server:
        yield f"http://{LOOPBACK}:{server.sockets[0].getsockname()[1]}"


def test_style_and_script_belong_to_a_page_and_pictures_do_not():
    assert LINKED.findall(PAGE) == ["/assets/a.css", "/assets/a.js", "/assets/a.js"]


async def test_a_page_weighs_what_is_sent_of_it_and_of_each_of_its_files_once(site):
    weighed = await weight(f"{site}/", "one")
    assert weighed.page == len(PAGE)
    assert weighed.files < 100 + len(FILES["/assets/a.js"])
    assert weighed.unpacked == sum(map(len, FILES.values()))


def test_a_kilobyte_has_a_thousand_bytes():
    assert Weight(page=6_100, files=4_900, unpacked=60_000).kilobytes == 11


async def test_each_person_asks_with_their_own_cookie_and_without_a_token(site):
    mine, other = asking(f"{site}/", ["one", "two"])
    assert b"Authorization" not in mine
    async with connection(site) as line:
        assert [(await line.exchange(one))[0] for one in (mine, other)] == [200, 303]
