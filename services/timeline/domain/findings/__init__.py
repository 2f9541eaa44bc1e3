"""Findings: the 24 rules of handbook §3.7 over the facts of every stage. The system flags, a person decides."""

from services.timeline.domain.findings import (
    category,
    claims,
    entitlement,
    provider,
    provisions,
    records,
    whereabouts,
    workload,
)
from services.timeline.domain.findings.catalogue import JUDGES, explained, judge, table

__all__ = [
    "JUDGES",
    "category",
    "claims",
    "entitlement",
    "explained",
    "judge",
    "provider",
    "provisions",
    "records",
    "table",
    "whereabouts",
    "workload",
]
