"""``python -m faults.child MODULE``: a process of Monthline with places, a quicker pace, and gaps at will.

``FAULTS_UNPROTECTED`` names protections to be taken out, separated by commas (see ``faults.unprotected``).
"""

import os
import runpy
import sys

from faults import pace, points, unprotected


def main() -> None:
    """Prepare this interpreter, then run the module as ``python -m`` would."""
    module = sys.argv[1]
    pace.quicken(module)
    points.install(module)
    for name in filter(None, os.environ.get("FAULTS_UNPROTECTED", "").split(",")):
        unprotected.remove(name, module)
    sys.argv = [module]
    runpy.run_module(f"{module}.__main__", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
