"""``python -m faults.child MODULE [ARGUMENT…]``: a process of Monthline, quicker, with places and gaps.

``FAULTS_VERSION=next`` makes it one of the next version (see ``faults.next_version``).
``FAULTS_UNPROTECTED`` names protections to be taken out, separated by commas (see ``faults.unprotected``).
"""

import os
import runpy
import sys

from faults import next_version, pace, points, unprotected


def main() -> None:
    """Prepare this interpreter, then run the module as ``python -m`` would."""
    module = sys.argv[1]
    if os.environ.get(next_version.VERSION) == next_version.NEXT:
        next_version.become()
    pace.quicken(module)
    points.install(module)
    for name in filter(None, os.environ.get("FAULTS_UNPROTECTED", "").split(",")):
        unprotected.remove(name, module)
    sys.argv = [module, *sys.argv[2:]]
    runpy.run_module(f"{module}.__main__", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
