"""The metadata of the rehab service's own database, with the journal's tables in it."""

from shared.journal.tables import new_metadata

metadata = new_metadata()
