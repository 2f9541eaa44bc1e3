"""The rule book: whoever is judged by a rule can read it.

Every executable rule, figure, setting and table of a service is registered here: `rule` marks a function of the domain,
a service's `rules.py` lists its policy files, settings and tables as a `Book`. `tongkang rules` prints them all,
`docs/rules.md` is generated from them, and a rule that is not registered fails the build.
"""
