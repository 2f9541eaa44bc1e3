"""Numbers of people as rules of the registry; their algorithms are `shared.identifiers`."""

from services.screening.errors import InvalidNumber
from shared.identifiers import DisabilityCertificate, InvalidIdentifier, ResidentNumber
from shared.rulebook.registry import rule


@rule("screening.resident-number", "source", zh="居民身份号码：出生日期与校验码有效；地区码为历史值，不作校验")
def resident_number(text: str, field: str) -> ResidentNumber:
    """Read a resident number: birth date and check character must be right, region digits are history (GB 11643; §2.3).

    Raises InvalidNumber, which names the field and the flaw and never the number.
    """
    try:
        return ResidentNumber.parse(text)
    except InvalidIdentifier as verdict:
        raise InvalidNumber(field=field, flaw=verdict.flaw.value) from None


@rule("screening.certificate-number", "source", zh="残疾人证号：18位身份号码、类别码1—7、等级码1—4，可带补发后缀")
def certificate_number(text: str) -> DisabilityCertificate:
    """Read a certificate number: resident number, category digit 1-7, grade digit 1-4, perhaps a reissue suffix.

    It changes with every regrade, so it is no key (残疾人证办法 art. 5; handbook §2.2). Raises InvalidNumber.
    """
    try:
        return DisabilityCertificate.parse(text)
    except InvalidIdentifier as verdict:
        raise InvalidNumber(field="certificate_number", flaw=verdict.flaw.value) from None
