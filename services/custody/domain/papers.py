"""What an admission needs, and who may take the child out (handbook §5).

What names a person or says something in words never leaves custody's own tables, where it is sealed under the child's
key: no fact, log or refusal holds it, only the house that took the child in can read it, and erasure destroys it. The
key is custody's own: the people at the door must read it at any hour, whatever runs beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shared.rulebook.registry import rule


class AdmissionPaper(StrEnum):
    """What an admission needs (handbook §5)."""

    GUARDIAN_CONTRACT = "guardian_contract"
    HEALTH_CHECK = "health_check"
    ALLERGY_AND_MEDICATION_LIST = "allergy_and_medication_list"
    EMERGENCY_CONTACTS = "emergency_contacts"
    PICK_UP_LIST = "pick_up_list"


class ContactKind(StrEnum):
    """What a person of the child's list is there for."""

    EMERGENCY = "emergency"
    PICK_UP = "pick_up"


@dataclass(frozen=True, slots=True)
class Contact:
    """A person of the child's list, in words; stays with the house."""

    kind: ContactKind
    name: str
    relation: str
    phone: str


@dataclass(frozen=True, slots=True)
class CareSheet:
    """The papers in their parts; `None` is "not asked", an empty text "asked, none"."""

    contract_signed_on: date | None = None
    health_checked_on: date | None = None
    allergies: str | None = None
    medication: str | None = None
    contacts: tuple[Contact, ...] = ()

    @property
    def papers(self) -> frozenset[AdmissionPaper]:
        """The papers that its parts make up."""
        kinds = {contact.kind for contact in self.contacts}
        held = {
            AdmissionPaper.GUARDIAN_CONTRACT: self.contract_signed_on is not None,
            AdmissionPaper.HEALTH_CHECK: self.health_checked_on is not None,
            AdmissionPaper.ALLERGY_AND_MEDICATION_LIST: None not in {self.allergies, self.medication},
            AdmissionPaper.EMERGENCY_CONTACTS: ContactKind.EMERGENCY in kinds,
            AdmissionPaper.PICK_UP_LIST: ContactKind.PICK_UP in kinds,
        }
        return frozenset(paper for paper, there in held.items() if there)


@rule("custody.admission-papers", "assumed", zh="入托前须备齐合同、体检、过敏与用药、紧急联系人、接送人名单")
def missing_papers(
    needed: Iterable[AdmissionPaper], said: frozenset[AdmissionPaper], sheet: CareSheet, *, parts_required: bool
) -> list[AdmissionPaper]:
    """Tell which papers an admission still lacks (handbook §5)."""
    held = sheet.papers if parts_required else said | sheet.papers
    return sorted(frozenset(needed) - held)
