"""Agreements with institutions (handbook §3.4)."""

from sqlalchemy import ARRAY, CheckConstraint, Column, Date, Integer, Table, Text, Uuid

from services.rehab.tables.common import metadata

designation = Table(
    "designation",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("institution", Uuid, nullable=False, index=True),
    Column("county", Text, nullable=False),
    Column("categories", ARRAY(Text), nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_until", Date, nullable=False),
    Column("capacity", Integer, nullable=False),
    Column("suspended_on", Date),
    CheckConstraint("capacity > 0", name="capacity"),
    CheckConstraint("valid_from <= valid_until", name="period"),
    CheckConstraint("suspended_on BETWEEN valid_from AND valid_until", name="suspended_inside"),
)
