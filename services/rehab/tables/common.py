"""The metadata of the rehab service's own database, with the journal's tables in it."""

from sqlalchemy import Column, Text

from shared.journal.tables import new_metadata

metadata = new_metadata()

WORDS = "words"


def words(name: str, comment: str | None = None) -> Column[str]:
    """Return a column for free text about a child: it stays here, and goes when the child is erased.

    Its table has a `case_id`. It is plain: professionals write of their work, whom the case id stands for is nowhere
    here, and no door asks for a name or a phone; those would be sealed, as custody's are (`shared/vault.py`).
    """
    return Column(name, Text, info={WORDS: True}, comment=comment)
