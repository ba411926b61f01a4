"""Lists the services, each as its own package declares it, and the processes of a deployment.

Deployment files, settings, the command line, drills and tests take their lists of services from here.
"""

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator, Mapping
from typing import Final

import services
from shared.contracts.declaration import ServiceDeclaration
from shared.contracts.ids import LIFECYCLE_QUEUE

WORKFLOWS: Final = "workflows"
WORKFLOWS_PORT: Final = 8106
CODEC: Final = "codec"
CODEC_PORT: Final = 8107


def _found() -> Iterator[ServiceDeclaration]:
    for package in pkgutil.iter_modules(services.__path__):
        module = importlib.import_module(f"services.{package.name}.declaration")
        declared: ServiceDeclaration = module.DECLARATION
        yield declared


DECLARATIONS: Final[Mapping[str, ServiceDeclaration]] = {
    one.name: one for one in sorted(_found(), key=lambda declared: declared.port)
}
SERVICES: Final[tuple[str, ...]] = tuple(DECLARATIONS)
PORTS: Final[Mapping[str, int]] = {
    **{name: one.port for name, one in DECLARATIONS.items()},
    WORKFLOWS: WORKFLOWS_PORT,
}
MODULES: Final[Mapping[str, str]] = {
    **{service: f"services.{service}" for service in SERVICES},
    WORKFLOWS: WORKFLOWS,
}


def has_module(service: str, module: str) -> bool:
    """Whether the service has a module of this name, such as ``reactions``."""
    return importlib.util.find_spec(f"services.{service}.{module}") is not None


ACTIVE: Final = tuple(service for service in SERVICES if has_module(service, "activities"))
"""The services that workflows ask for activities, each on the task queue of its name."""
ENGAGED: Final = tuple(service for service, one in DECLARATIONS.items() if one.engine)
"""The services that talk to Temporal."""
QUEUES: Final = (*ACTIVE, LIFECYCLE_QUEUE)
