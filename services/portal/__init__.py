"""Portal: the pages in which clinics, centres, schools, care homes and the federation work (docs/portal.md).

Owns nothing of a child: every page asks the services with the token of whoever reads, so that their rules decide and
their logs of reading tell. Owns who is signed in, what they prefer and, sealed, drafts and files that are
being taken over. Consumes nothing and emits nothing.
"""
