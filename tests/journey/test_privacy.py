"""Names, numbers, phones and addresses of the children are searched for wherever they must not be."""

import io
import json
from collections.abc import Iterator
from uuid import UUID

import asyncpg
import httpx
from aiokafka import AIOKafkaConsumer

from deploy.postgres.databases import role_of
from deploy.services import NAMES
from shared.contracts.topics import topics
from tests.journey.children import CLINIC, OTHER_CENTRE, Plan
from tests.journey.town import Town, Traveller

TOO_LONG, NUL = "长" * 5000, "\x00"


def canaries(town_children: tuple[Plan, ...]) -> Iterator[bytes]:
    """Yield what must not be found, as text and as JSON would escape it."""
    for plan in town_children:
        person = plan.person
        words = (person.name, person.guardian_name, person.guardian_phone, person.address, person.resident_number or "")
        for word in words:
            assert len(word) > 5
            yield word.encode()
            yield json.dumps(word).strip('"').encode()


def found(content: bytes, plans: tuple[Plan, ...]) -> list[str]:
    return sorted({word.decode() for word in canaries(plans) if word in content})


SENT, REFUSED = Plan(number=1), Plan(number=400)
BOTH = (SENT, REFUSED)


async def test_no_record_on_any_topic_holds_identity(town: Town, traveller: Traveller):
    content = await everything_published(town)
    assert traveller.case.encode() in content
    assert found(content, BOTH) == []


async def test_no_database_holds_identity_in_clear_text(town: Town, traveller: Traveller):
    await town.settled(traveller.case)
    for service in NAMES:
        assert found(await everything_stored(town, service), BOTH) == [], service
    assert UUID(traveller.case).bytes in await everything_stored(town, "timeline")


async def test_no_log_and_no_metric_holds_identity_even_after_bad_input(town: Town, traveller: Traveller):
    refused = [await register(town, change) for change in bad_registrations()]
    assert {answer.status_code for answer in refused} <= {400, 422}
    assert [found(answer.content, BOTH) for answer in refused] == [[]] * len(refused)
    known = await register(town, {"resident_number": SENT.person.resident_number})
    assert known.status_code == 409
    logs = sorted((town.stack.home.path / "logs").glob("*.log*"))
    assert {log.name.removesuffix(".log") for log in logs} >= {*NAMES, "postgres"}
    assert {log.name: words for log in logs if (words := found(log.read_bytes(), BOTH))} == {}
    for url in town.stack.urls.values():
        assert found((await town.http.get(f"{url}/metrics")).content, BOTH) == []


async def test_a_service_that_knows_no_names_tells_none(town: Town, traveller: Traveller):
    answer = await town.ask(OTHER_CENTRE, "screening", f"/v1/cases/{traveller.case}")
    assert answer.status_code in {403, 404}
    assert found(answer.content, BOTH) == []


def bad_registrations() -> Iterator[dict[str, object]]:
    """Yield what turns a good registration into one that must be refused, at every depth of the service."""
    number = REFUSED.person.resident_number or ""
    yield {"resident_number": number[:-1] + ("1" if number[-1] != "1" else "2")}
    yield {"name": REFUSED.person.name + NUL}
    yield {"name": REFUSED.person.name + TOO_LONG}
    yield {"guardian_phone": [REFUSED.person.guardian_phone]}
    yield {"unknown_member": REFUSED.person.address}
    yield {"name": REFUSED.person.name + "\ud800"}


async def register(town: Town, changes: dict[str, object]) -> httpx.Response:
    person = REFUSED.person
    identity = {
        "name": person.name,
        "guardian_name": person.guardian_name,
        "guardian_phone": person.guardian_phone,
        "address": person.address,
        "resident_number": person.resident_number,
    }
    body = {
        "sex": person.sex,
        "birth_date": person.birth_date.isoformat(),
        "region": "371602",
        "identity": identity | changes,
    }
    key = f"bad-registration-{abs(hash(str(changes)))}"
    headers = await town._headers(CLINIC) | {"Idempotency-Key": key, "Content-Type": "application/json"}
    # json.dumps escapes a lone surrogate, as a careless client would.
    return await town.http.post(
        f"{town.stack.urls['screening']}/v1/children", headers=headers, content=json.dumps(body)
    )


async def everything_published(town: Town) -> bytes:
    """Return keys, values and headers of every record on every topic."""
    names = [topic.name for topic in topics()]
    consumer = AIOKafkaConsumer(
        *names, bootstrap_servers=town.stack.broker.bootstrap, auto_offset_reset="earliest", max_poll_records=5000
    )
    await consumer.start()
    try:
        return b"\n".join([piece async for piece in _pieces(consumer)])
    finally:
        await consumer.stop()


async def _pieces(consumer: AIOKafkaConsumer):  # type: ignore[no-untyped-def]
    left = {place: end for place, end in (await consumer.end_offsets(list(consumer.assignment()))).items() if end}
    while left:
        for place, records in (await consumer.getmany(*left, timeout_ms=1000)).items():
            for record in records:
                yield (record.key or b"") + b"\n" + (record.value or b"") + str(record.headers).encode()
            if records[-1].offset + 1 >= left[place]:
                del left[place]


async def everything_stored(town: Town, service: str) -> bytes:
    """Return every table of a service as the database would dump it, texts and bytes as they are.

    The superuser reads them: row-level security hides the registry from its owner too.
    """
    connection = await asyncpg.connect(town.stack.postgres.dsn(role_of(service)))
    dump = io.BytesIO()
    try:
        for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"):
            await connection.copy_from_table(row[0], output=dump, format="binary")
    finally:
        await connection.close()
    return dump.getvalue()
