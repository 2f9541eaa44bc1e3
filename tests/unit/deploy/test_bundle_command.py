"""`tongkang verify --bundle`: a file that somebody took along, with nothing running."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from typer.testing import CliRunner

from deploy.cli.bundle import NotReadable
from deploy.cli.main import app
from shared.journal.bundle import Bundle
from tests.support.bundles import a_bundle
from tests.support.children import a_whole_way


@pytest.fixture
def bundle(tmp_path: Path) -> Bundle:
    return a_bundle(a_whole_way(uuid4(), uuid4(), uuid4()), tmp_path)


def verified(bundle: Bundle, folder: Path, *more: str):
    path = folder / "file.zip"
    path.write_bytes(bundle.packed())
    return CliRunner().invoke(app, ["verify", "--bundle", str(path), *more])


def test_a_sound_bundle_ends_well_and_says_so_for_each_service(bundle, tmp_path):
    told = verified(bundle, tmp_path)
    assert (told.exit_code, told.output.count("sound")) == (0, 5), told.output


def test_a_changed_byte_ends_with_one_and_names_the_place(bundle, tmp_path, monkeypatch):
    monkeypatch.setattr("deploy.cli.console.console.width", 240)
    first = bundle.facts["rehab"][0].replace(b'"role"', b'"rule"')
    told = verified(replace(bundle, facts={**bundle.facts, "rehab": [first, *bundle.facts["rehab"][1:]]}), tmp_path)
    assert told.exit_code == 1
    assert "chain at" in told.output
    assert "number 2" in told.output


def test_keys_of_another_installation_do_not_fit(bundle, tmp_path):
    (tmp_path / "other").mkdir()
    keys = tmp_path / "keys.json"
    keys.write_bytes(orjson.dumps(a_bundle(a_whole_way(uuid4(), uuid4(), uuid4()), tmp_path / "other").keys))
    assert verified(bundle, tmp_path, "--keys", str(keys)).output.count("BROKEN") == 5
    keys.write_bytes(orjson.dumps(dict(bundle.keys)))
    assert verified(bundle, tmp_path, "--keys", str(keys)).exit_code == 0


@pytest.mark.parametrize("left", [[], ["screening", "education", "custody", "timeline"]], ids=["none", "without rehab"])
def test_a_service_that_was_left_out_as_a_whole_is_missed(bundle, tmp_path, left):
    told = verified(replace(bundle, heads=[one for one in bundle.heads if one.producer in left]), tmp_path)
    assert isinstance(told.exception, NotReadable)
    assert "rehab" in str(told.exception)


def test_keys_without_a_bundle_and_a_bundle_with_a_service_are_refused(bundle, tmp_path):
    assert verified(bundle, tmp_path, "rehab").exit_code == 2
    assert CliRunner().invoke(app, ["verify", "--keys", str(tmp_path / "keys.json")]).exit_code == 2


@pytest.mark.parametrize("content", [b"no bundle", None])
def test_what_cannot_be_read_is_told_in_a_sentence(tmp_path, content):
    path = tmp_path / "x.zip"
    if content is not None:
        path.write_bytes(content)
    told = CliRunner().invoke(app, ["verify", "--bundle", str(path)])
    assert isinstance(told.exception, NotReadable)


def test_keys_that_are_none_are_told_in_a_sentence(bundle, tmp_path):
    keys = tmp_path / "keys.json"
    keys.write_text("[]")
    assert isinstance(verified(bundle, tmp_path, "--keys", str(keys)).exception, NotReadable)
