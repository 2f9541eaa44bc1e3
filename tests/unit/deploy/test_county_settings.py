"""A county's own figures reach the services of an embedded run, each its own."""

from deploy.local.stack import told_by_county


def test_a_key_reaches_the_service_whose_name_it_begins_with_and_no_other():
    environment = {"REHAB_RULES__ENROL_WITHIN_DAYS": "45", "CUSTODY_RULES__BOARDING_AGE": "4", "PATH": "/bin"}
    assert told_by_county("rehab", environment) == {"REHAB_RULES__ENROL_WITHIN_DAYS": "45"}
    assert told_by_county("timeline", environment) == {}
