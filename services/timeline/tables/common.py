"""What the tables of the timeline share."""

from shared.journal.tables import new_metadata

metadata = new_metadata()
