"""The timeline: one shared, auditable file per child, put together from the facts of every stage.

Owns projections only: entries, case files, who takes part, the figures of the programme; all of it can be made anew
from the producers' facts (`python -m services.timeline.rebuild`). Assesses each child that facts touched: what is owed
to it by when (`domain/duties`). Consumes every producer's topic and its own. Emits `event_waived`, and conclusions:
`duty_opened`, `duty_met`, `duty_missed`. Run by the installation for everybody: institutions see their children,
authorities their region.
"""
