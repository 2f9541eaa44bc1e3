"""Write a migration of a service: the difference between its `tables.py` and what its migrations make so far.

Needs a scratch database: `python -m shared.migration <service> "<message>" <postgresql://...> <password>`.
"""

import sys

from alembic import command

from shared.db import alembic_config


def main() -> None:
    """Bring the scratch database to head, compare, and write `services/<service>/migrations/versions/<n>_<message>.py`."""
    service, message, url, password = sys.argv[1:5]
    config = alembic_config(service)
    config.attributes.update(url=url, password=password)
    command.upgrade(config, "head")
    command.revision(config, message, autogenerate=True, rev_id=sys.argv[5] if len(sys.argv) > 5 else None)  # noqa: PLR2004


if __name__ == "__main__":
    main()
