"""Golden and property tests of `shared.identifiers` (handbook §2.2, §2.3). Every number of a child is invented."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.codes import Sex
from shared.identifiers import (
    CREDIT_ALPHABET,
    CreditCode,
    DisabilityCertificate,
    Flaw,
    InvalidIdentifier,
    ResidentNumber,
    credit_check,
    resident_check,
)

INVENTED = "379999202103150019"


@pytest.mark.parametrize(
    ("number", "region", "born", "sex"),
    [
        ("11010519491231002X", "110105", date(1949, 12, 31), Sex.FEMALE),
        ("440524188001010014", "440524", date(1880, 1, 1), Sex.MALE),
        (INVENTED, "379999", date(2021, 3, 15), Sex.MALE),
    ],
)
def test_published_resident_numbers_tell_region_birth_and_sex(number, region, born, sex):
    read = ResidentNumber.parse(number)
    assert (read.region, read.born, read.sex) == (region, born, sex)


def test_a_resident_number_is_read_as_people_type_it():
    assert ResidentNumber.parse(" 11010519491231002x\n").text == "11010519491231002X"


def test_a_leap_day_birth_is_a_birth():
    first17 = "37999920200229" + "002"
    assert ResidentNumber.parse(first17 + resident_check(first17)).born == date(2020, 2, 29)


@pytest.mark.parametrize(
    ("number", "flaw"),
    [
        ("", Flaw.FORM),
        ("37999920210315001", Flaw.FORM),
        ("3799992021031500199", Flaw.FORM),
        ("37999920210315001A", Flaw.FORM),
        ("X79999202103150019", Flaw.FORM),
        ("３７９９９９２０２１０３１５００１９", Flaw.FORM),
        ("379999202102290019", Flaw.BIRTH_DATE),
        ("379999202113010019", Flaw.BIRTH_DATE),
        ("379999000003150019", Flaw.BIRTH_DATE),
        ("379999202103150018", Flaw.CHECK_CHARACTER),
        ("110105194912310020", Flaw.CHECK_CHARACTER),
    ],
)
def test_what_is_no_resident_number_is_named_without_repeating_it(number, flaw):
    with pytest.raises(InvalidIdentifier) as verdict:
        ResidentNumber.parse(number)
    assert verdict.value.flaw is flaw
    assert str(verdict.value) == flaw.value
    assert verdict.value.__cause__ is None


@given(
    first17=st.builds(
        lambda born, order: f"379999{born:%Y%m%d}{order:03d}", st.dates(date(1900, 1, 1)), st.integers(0, 999)
    ),
    at=st.integers(0, 17),
    replacement=st.sampled_from("0123456789"),
)
def test_every_single_wrong_digit_is_noticed(first17, at, replacement):
    number = first17 + resident_check(first17)
    assert ResidentNumber.parse(number).text == number
    mistyped = number[:at] + replacement + number[at + 1 :]
    if mistyped != number:
        with pytest.raises(InvalidIdentifier):
            ResidentNumber.parse(mistyped)


@pytest.mark.parametrize("suffix", ["", "B1", "b2"])
def test_a_certificate_is_resident_number_category_and_grade(suffix):
    read = DisabilityCertificate.parse(f"{INVENTED}62{suffix}")
    assert (read.resident.text, read.category, read.grade) == (INVENTED, 6, 2)
    assert read.reissue == (suffix.upper() or None)


@pytest.mark.parametrize(
    ("number", "flaw"),
    [
        (INVENTED, Flaw.FORM),
        (f"{INVENTED}02", Flaw.FORM),
        (f"{INVENTED}82", Flaw.FORM),
        (f"{INVENTED}60", Flaw.FORM),
        (f"{INVENTED}65", Flaw.FORM),
        (f"{INVENTED}62B", Flaw.FORM),
        ("37999920210315001862", Flaw.CHECK_CHARACTER),
        ("37999920210230001962", Flaw.BIRTH_DATE),
    ],
)
def test_what_is_no_certificate_number_is_refused(number, flaw):
    with pytest.raises(InvalidIdentifier) as verdict:
        DisabilityCertificate.parse(number)
    assert verdict.value.flaw is flaw


def test_the_published_credit_code_holds():
    assert CreditCode.parse("91350100m000100y43").text == "91350100M000100Y43"


@pytest.mark.parametrize(
    ("code", "flaw"),
    [
        ("91350100M000100Y4", Flaw.FORM),
        ("91350100I000100Y43", Flaw.FORM),
        ("91350100M000100Y44", Flaw.CHECK_CHARACTER),
        ("91350100M000010Y43", Flaw.CHECK_CHARACTER),
    ],
)
def test_what_is_no_credit_code_is_refused(code, flaw):
    with pytest.raises(InvalidIdentifier) as verdict:
        CreditCode.parse(code)
    assert verdict.value.flaw is flaw


@given(st.text(CREDIT_ALPHABET, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(CREDIT_ALPHABET))
def test_every_single_wrong_character_of_a_credit_code_is_noticed(first17, at, replacement):
    code = first17 + credit_check(first17)
    assert CreditCode.parse(code).text == code
    mistyped = code[:at] + replacement + code[at + 1 :]
    if mistyped != code:
        with pytest.raises(InvalidIdentifier):
            CreditCode.parse(mistyped)


def test_no_number_of_a_person_shows_in_a_representation():
    certificate = DisabilityCertificate.parse(f"{INVENTED}62B1")
    assert INVENTED not in repr(certificate)
    assert "20210315" not in repr(certificate)
