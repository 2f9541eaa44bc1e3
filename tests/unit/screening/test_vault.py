"""Identity at rest: under the child's own key, bound to its case and field; numbers found without being stored."""

from dataclasses import replace
from uuid import UUID

import pytest
from cryptography.exceptions import InvalidTag

from services.screening.domain.registry import Identity
from services.screening.vault import FIELDS, Vault
from shared.contracts.events.screening import IdentifierKind

SECRETS = ("wrapping " * 8, "looking up " * 8)
CASE, OTHER = UUID(int=7), UUID(int=8)
IDENTITY = Identity("童一一", "童大一", "000 0000 0000", "虚构路一号", resident_number="379999202103150019")
NUMBER = IdentifierKind.RESIDENT_NUMBER, "379999202103150019"


@pytest.fixture
def vault() -> Vault:
    return Vault.of(*SECRETS)


def test_what_was_sealed_is_opened_again_also_after_a_restart(vault):
    opened = Vault.of(*SECRETS).open(CASE, vault.seal(CASE, IDENTITY))
    assert Identity(**opened) == IDENTITY
    assert opened["birth_certificate"] is None


def test_nothing_of_an_identity_shows_in_what_is_stored(vault):
    sealed = vault.seal(CASE, IDENTITY)
    stored = b"".join([sealed.wrapped_key, *(text for text in sealed.fields.values() if text)])
    for name in FIELDS:
        text = getattr(IDENTITY, name)
        assert text is None or text.encode() not in stored


def test_the_same_identity_is_never_sealed_alike(vault):
    first, second = (vault.seal(CASE, IDENTITY) for _ in "12")
    assert first.wrapped_key != second.wrapped_key
    assert all(first.fields[name] != second.fields[name] for name in FIELDS if first.fields[name])


def test_an_identity_cannot_be_moved_to_another_child(vault):
    with pytest.raises(InvalidTag):
        vault.open(OTHER, vault.seal(CASE, IDENTITY))


def test_a_field_cannot_be_moved_to_another_place(vault):
    sealed = vault.seal(CASE, IDENTITY)
    swapped = replace(sealed, fields={**sealed.fields, "name": sealed.fields["guardian_name"]})
    with pytest.raises(InvalidTag):
        vault.open(CASE, swapped)


@pytest.mark.parametrize("at", [0, 11, 12, -1])
def test_a_changed_byte_is_noticed(vault, at):
    sealed = vault.seal(CASE, IDENTITY)
    name = bytearray(sealed.fields["name"])
    name[at] ^= 1
    with pytest.raises(InvalidTag):
        vault.open(CASE, replace(sealed, fields={"name": bytes(name)}))


def test_another_secret_opens_nothing(vault):
    with pytest.raises(InvalidTag):
        Vault.of("another secret " * 4, SECRETS[1]).open(CASE, vault.seal(CASE, IDENTITY))


def test_a_number_has_one_blind_index_per_key_and_kind(vault):
    blind = vault.blind(*NUMBER)
    assert blind == Vault.of("another secret " * 4, SECRETS[1]).blind(*NUMBER)
    assert len(blind) == 32
    assert blind != Vault.of(SECRETS[0], "another secret " * 4).blind(*NUMBER)
    assert blind != vault.blind(IdentifierKind.BIRTH_CERTIFICATE, NUMBER[1])
    assert blind != vault.blind(NUMBER[0], "379999202103150018")


def test_the_wrapping_key_is_named_so_that_a_later_one_can_take_over(vault):
    other = Vault.of("another secret " * 4, SECRETS[1])
    assert vault.seal(CASE, IDENTITY).wrapped_with == vault.keys.name
    assert other.keys.name != vault.keys.name


@pytest.mark.parametrize("secrets", [("short", SECRETS[1]), (SECRETS[0], ""), (SECRETS[0], "x" * 31)])
def test_a_secret_too_short_to_be_one_stops_the_service(secrets):
    with pytest.raises(ValueError, match="at least 32 characters"):
        Vault.of(*secrets)


def test_the_keys_show_in_no_representation(vault):
    assert vault.lookup.hex() not in repr(vault)
    assert repr(vault.lookup) not in repr(vault)
