"""Imports are law: the contracts of pyproject.toml, as `make check` runs them."""

import subprocess
import sys
from pathlib import Path

from shared.blueprint import ROOT

LINT = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]


def test_every_import_contract_is_kept():
    checked = subprocess.run(LINT, cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_a_service_that_imports_another_is_caught(tmp_path: Path):
    """The wildcards of the contracts must really reach the services: a silent mismatch would keep every contract."""
    for service, line in (("one", "import services.two.domain"), ("two", ""), ("three", "import sqlalchemy")):
        for name in ("__init__", "app", "domain"):
            file = tmp_path / "services" / service / f"{name}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(line if name == "domain" else "")
    contracts = (ROOT / "pyproject.toml").read_text().partition("[tool.importlinter]")[2]
    kept = [part for part in contracts.split("[[tool.importlinter.contracts]]") if "islands" in part or "pure" in part]
    settings = '[tool.importlinter]\nroot_packages = ["services"]\ninclude_external_packages = true\n'
    config = settings + "".join(f"[[tool.importlinter.contracts]]{part}" for part in kept)
    (tmp_path / "pyproject.toml").write_text(config.replace("shared.contracts", "services.*.domain.contracts"))
    checked = subprocess.run(
        [*LINT, "--config", "pyproject.toml"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 1
    assert "services.one.domain -> services.two.domain" in checked.stdout
    assert "services.three.domain -> sqlalchemy" in checked.stdout
