"""The catalogue: importing this module loads every fact of every service into `envelope.FACTS`."""

from importlib import import_module
from pkgutil import iter_modules

from shared.contracts import events
from shared.contracts.envelope import FACTS, Fact

__all__ = ["FACTS", "fact_type"]

for module in iter_modules(events.__path__, prefix=f"{events.__name__}."):
    import_module(module.name)


def fact_type(name: str) -> type[Fact]:
    """Return the class of a fact type; raises KeyError for one outside the catalogue."""
    return FACTS[name]
