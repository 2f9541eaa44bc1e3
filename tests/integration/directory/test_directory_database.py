"""What the database itself holds fast, whatever the code above it does."""

import asyncpg
import pytest

ORGANISATION = "INSERT INTO organisation (id, name, org_type, region, created_at) VALUES (gen_random_uuid(), {}, now())"


@pytest.mark.parametrize("statement", ["UPDATE audit SET reason = ''", "DELETE FROM audit", "TRUNCATE audit"])
async def test_the_audit_cannot_be_changed_by_the_service(directory, statement):
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await directory.running.fetch(statement)


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (ORGANISATION.format("'x', 'service', '37'"), "ck_organisation_org_type"),
        (ORGANISATION.format("'x', 'clinic', '37160'"), "ck_organisation_region"),
        (ORGANISATION.format("'', 'clinic', '371602'"), "ck_organisation_name"),
        ("UPDATE account SET password_hash = 'plain'", "ck_account_argon2id"),
        ("UPDATE account SET user_name = upper(user_name)", "ck_account_user_name"),
        ("UPDATE account SET roles = '{}'", "ck_account_roles"),
        ("UPDATE client_secret SET digest = 'short'", "ck_client_secret_sha256"),
        ("UPDATE api_client SET roles = '{}'", "ck_api_client_roles"),
    ],
)
async def test_a_row_that_cannot_be_is_refused(directory, statement, constraint):
    await directory.machine(await directory.organisation())
    with pytest.raises(asyncpg.CheckViolationError) as error:
        await directory.running.fetch(statement)
    assert error.value.constraint_name == constraint


async def test_a_client_has_one_current_secret(directory):
    machine = await directory.machine(await directory.organisation())
    second = "INSERT INTO client_secret (client_id, digest, created_at) VALUES ($1, $2, now())"
    with pytest.raises(asyncpg.UniqueViolationError):
        await directory.running.fetch(second, machine["id"], bytes(32))
