"""Directory: organisations, the accounts of their staff, their API clients; issues access tokens (docs/access.md).

Owns no child and records no fact about a case; consumes nothing, emits nothing. What it changes is told in its own
append-only table `audit`. Everybody asks it for tokens; an administrator of a federation sets up a region with it, and
the manager of an organisation keeps its accounts. A site with its own OpenID Connect provider runs without its tokens.
"""
