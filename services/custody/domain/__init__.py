"""Rules of custody, pure: admission, licensed places and carers, the way out of the house, leave, incidents (§5).

Custody never moves guardianship: whoever takes a child in for a day or a year, parents stay guardians first, then
grandparents, adult siblings, others with consent (民法典 art. 27; handbook §5). No fact of custody can say otherwise,
and custody reacts to no change of guardian: that is the registry's to record.
"""
