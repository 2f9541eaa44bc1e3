"""Signing keys and their rotation; password hashes."""

import asyncio
import json
import time
from base64 import urlsafe_b64encode
from datetime import UTC, datetime
from hashlib import sha256
from threading import Lock
from types import SimpleNamespace
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from services.directory.domain.members import Subject
from services.directory.passwords import Passwords
from services.directory.settings import Settings
from services.directory.tokens import TokenKeys, claims_of
from shared import clock
from shared.access.tokens import TokenVerifier
from shared.contracts.codes import OrgType
from shared.errors import NotAuthenticated

SOMEBODY = Subject(uuid4(), uuid4(), OrgType.CLINIC, "371602", frozenset({"staff"}))


def private_file(folder, key=None):
    file = folder / f"{uuid4()}.pem"
    made = key or Ed25519PrivateKey.generate()
    file.write_bytes(made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return file, made


def public_file(folder, private):
    file = folder / f"{uuid4()}.pub"
    file.write_bytes(private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return file


def settings(folder, **changes) -> Settings:
    secret = folder / "secret"
    secret.write_text("only-for-tests")
    needed = dict.fromkeys(
        ("database_password_file", "signing_key_file", "client_secret_file", "token_key_file"), secret
    )
    return Settings(
        database_url="postgresql://nobody@nowhere/none", kafka="nowhere:1", directory_url="http://directory.test",
        **needed | {"argon2_memory_kib": 8, "argon2_time_cost": 1, "argon2_parallelism": 1} | changes,
    )  # fmt: skip


async def verified(keys: TokenKeys, token: str):
    return await TokenVerifier("tongkang-directory", "tongkang", keys.fetch).actor(token)


def a_token(keys: TokenKeys, folder) -> str:
    return keys.sign(claims_of(SOMEBODY, "care", settings(folder), clock.now()))


async def test_the_services_verifier_reads_a_token_as_it_was_meant(tmp_path):
    keys = TokenKeys(private_file(tmp_path)[0])
    actor = await verified(keys, a_token(keys, tmp_path))
    assert (actor.person, actor.organisation, actor.org_type) == (
        SOMEBODY.person,
        SOMEBODY.organisation,
        OrgType.CLINIC,
    )
    assert (actor.region, actor.roles, actor.purpose) == ("371602", {"staff"}, "care")


async def test_after_a_rotation_tokens_of_both_keys_are_read_until_the_older_one_goes(tmp_path):
    old_file, old = private_file(tmp_path)
    token = a_token(TokenKeys(old_file), tmp_path)
    new_file, _ = private_file(tmp_path)
    both = TokenKeys(new_file, [public_file(tmp_path, old)])
    assert (await verified(both, token)).person == SOMEBODY.person
    assert (await verified(both, a_token(both, tmp_path))).person == SOMEBODY.person
    with pytest.raises(NotAuthenticated):
        await verified(TokenKeys(new_file), token)


def test_the_key_set_shows_public_keys_only_each_under_its_thumbprint(tmp_path):
    old = private_file(tmp_path)[1]
    keys = TokenKeys(private_file(tmp_path)[0], [public_file(tmp_path, old)]).jwks["keys"]
    assert len({key["kid"] for key in keys}) == 2
    for key in keys:
        assert set(key) == {"kty", "crv", "x", "kid", "use", "alg"}
        # RFC 7638: the required members in lexicographic order, without blanks.
        members = json.dumps({name: key[name] for name in ("crv", "kty", "x")}, separators=(",", ":"))
        assert key["kid"] == urlsafe_b64encode(sha256(members.encode()).digest()).rstrip(b"=").decode()


@pytest.mark.parametrize("make", [X25519PrivateKey.generate, lambda: generate_private_key(SECP256R1())])
def test_another_kind_of_key_does_not_start(tmp_path, make):
    file, _ = private_file(tmp_path, make())
    with pytest.raises(RuntimeError):
        TokenKeys(file)


def test_a_file_that_holds_no_key_does_not_start(tmp_path):
    file = tmp_path / "junk.pem"
    file.write_text("junk")
    with pytest.raises(RuntimeError):
        TokenKeys(file)


def test_a_public_key_cannot_sign_and_does_not_start(tmp_path):
    with pytest.raises(RuntimeError):
        TokenKeys(public_file(tmp_path, Ed25519PrivateKey.generate()))


def test_a_token_lives_as_long_as_it_is_set_to(tmp_path):
    at = datetime(2026, 3, 1, 8, tzinfo=UTC)
    claims = claims_of(SOMEBODY, "care", settings(tmp_path, token_seconds=60), at)
    assert (claims["iat"], claims["nbf"], claims["exp"]) == (at.timestamp(), at.timestamp(), at.timestamp() + 60)


def test_the_defaults_are_those_of_owasp_and_of_the_handbook(tmp_path):
    fields = Settings.model_fields
    assert [fields[name].default for name in ("argon2_memory_kib", "argon2_time_cost", "argon2_parallelism")] == [
        19 * 1024, 2, 1,
    ]  # fmt: skip
    assert fields["hashing_threads"].default == 2
    assert (fields["login_tries"].default, fields["login_lock_minutes"].default) == (5, 15)
    assert (fields["shortest_password"].default, fields["token_seconds"].default) == (12, 300)


async def test_a_password_fits_its_own_hash_and_none_fits_nobodys(tmp_path):
    passwords = Passwords(settings(tmp_path))
    stored = await passwords.hash("a long invented password")
    assert stored.startswith("$argon2id$")
    assert await passwords.fits(stored, "a long invented password")
    assert not await passwords.fits(stored, "a long invented passworD")
    assert not await passwords.fits(None, "a long invented password")
    assert not await passwords.fits("no hash at all", "a long invented password")


async def test_two_hashes_at_once_and_the_others_wait(tmp_path):
    passwords, at_once, most = Passwords(settings(tmp_path)), 0, 0
    hash_one, door = passwords._hasher.hash, Lock()

    def counting(password: str) -> str:
        nonlocal at_once, most
        with door:
            at_once += 1
            most = max(most, at_once)
        try:
            time.sleep(0.01)
            return hash_one(password)
        finally:
            with door:
                at_once -= 1

    passwords._hasher = SimpleNamespace(hash=counting)
    await asyncio.gather(*(passwords.hash(f"a long invented password {number}") for number in range(8)))
    assert most == 2


async def test_a_hash_of_other_parameters_still_fits_and_is_outdated(tmp_path):
    before, now = Passwords(settings(tmp_path, argon2_time_cost=2)), Passwords(settings(tmp_path))
    stored = await before.hash("a long invented password")
    assert await now.fits(stored, "a long invented password")
    assert (before.outdated(stored), now.outdated(stored)) == (False, True)
