"""Sentences for people say the words of the field; programs read the codes."""

from collections import defaultdict
from enum import StrEnum
from importlib import import_module
from pkgutil import walk_packages

import pytest

import services
from services.rehab.domain import assistance
from services.rehab.errors import MaterialsMissing, NotOpen
from shared import contracts
from shared.contracts.events.rehab import Material
from shared.rulebook.explanation import step
from shared.words import WORDS


def lists() -> dict[str, set[type[StrEnum]]]:
    """Return the lists of codes of the contracts and of all domains by name: two of them may bear the same one."""
    found = defaultdict(set)
    for package in (contracts, services):
        for module in walk_packages(package.__path__, f"{package.__name__}."):
            if package is contracts or ".domain" in module.name:
                for kind in vars(import_module(module.name)).values():
                    if isinstance(kind, type) and issubclass(kind, StrEnum):
                        found[kind.__name__].add(kind)
    return found


LISTS = lists()


@pytest.mark.parametrize("name", sorted(WORDS.keys() & LISTS.keys()))
def test_a_list_of_codes_has_a_word_for_each_of_its_own(name):
    # Two services may call a list by the same name: then the words of both stand together.
    assert WORDS[name].keys() >= {code.value for kind in LISTS[name] for code in kind}
    # Some instruments bear one name the world over.
    named = [word for word in WORDS[name].values() if word["zh"] != word["en"]]
    assert all(any("一" <= sign <= "鿿" for sign in word["zh"]) for word in named)


def test_a_refusal_names_what_is_missing_in_the_readers_language():
    missing = MaterialsMissing(missing=[Material.DIAGNOSIS, Material.RESIDENCE])
    assert missing.words("zh") == "缺少材料：诊断证明、户籍或居住证明。"
    assert missing.words("en") == "Materials are missing: diagnosis, residence."
    assert missing.details == {"missing": ["diagnosis", "residence"]}, "programs read codes"
    assert "待补正" in NotOpen(state=assistance.ApplicationState.RETURNED).words("zh")


def test_a_step_of_an_explanation_does_so_too():
    said = step("papers", "has {had}, on {basis}", "已有 {had}，依据 {basis}", had=[], basis=Material.CERTIFICATE)
    assert (said.en, said.zh) == ("has -, on certificate", "已有 -，依据 残疾人证")
