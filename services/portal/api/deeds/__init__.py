"""What people record in one form each: deeds of clinics and hospitals, of schools and their authority, of houses."""

from collections.abc import Mapping

from services.portal.api.deeds import of_certificate, of_child, of_house, of_identity, of_school, of_suspicion
from services.portal.domain.deed import Deed

ALL = (
    *of_suspicion.DEEDS, *of_child.DEEDS, *of_identity.DEEDS, *of_certificate.DEEDS, *of_house.DEEDS, *of_school.DEEDS,
)  # fmt: skip
DEEDS: Mapping[str, Deed] = {deed.key: deed for deed in ALL}
