"""Known frauds, planted in the cohort with a seed: what rules of handbook §3.7 should find, and nothing else.

Each is planted as it happens in the field, through the services' own doors: a child registered twice and trained at
two centres, a therapist whom two centres' imports place in two rooms, a death or a hospital stay that is entered weeks
later, a designation that is suspended from a day before sessions that were logged already. What a door rightly refuses
from one centre is never forced: records of two centres, or a late fact of another authority, make it true afterwards.

    planted = await Planting(cohort, city, urls, seed).run(per_rule=3)
    outcome = compare(planted, findings)          # found / planted and false alarms per rule

The cohort itself and its figures are the same with and without frauds until they are asked for.
"""
