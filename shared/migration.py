"""Write a migration of a service: the difference between its `tables.py` and what its migrations make so far.

Needs a scratch database: `python -m shared.migration <service> <number> "<message>" postgresql://... <password>`.
"""

import shutil
import sys
from importlib.resources import files
from pathlib import Path

from alembic import command

from shared.db import alembic_config


def main() -> None:
    """Bring the scratch database to head, compare, and write `services/<service>/migrations/versions/<n>_<message>.py`."""
    service, number, message, url, password = sys.argv[1:]
    config = alembic_config(service)
    config.attributes.update(url=url, password=password)
    # Alembic looks for its template beside the scripts; the house has one for all services.
    template = Path(str(config.get_main_option("script_location"))) / "script.py.mako"
    shutil.copy(str(files("shared") / template.name), template)
    try:
        command.upgrade(config, "head")
        command.revision(config, message, autogenerate=True, rev_id=number)
    finally:
        template.unlink()


if __name__ == "__main__":
    main()
