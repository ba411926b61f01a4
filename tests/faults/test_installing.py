"""What the drills put around the product, and take out of it, is still there under its name."""

import subprocess
import sys

PROGRAM = """
import os
import re

os.environ["FAULTS_NAME"] = "workflows-2"
from monthline.registry import MODULES
from faults import pace, points, unprotected
from faults.cases import CASES

for module in MODULES.values():
    pace.quicken(module)
    points.install(module)
    for name in unprotected.REMOVALS:
        unprotected.remove(name, module)
named = {name for case in CASES.values() for name in case.without}
assert named <= set(unprotected.REMOVALS), named - set(unprotected.REMOVALS)
assert set(unprotected.CONSTRAINTS) <= set(unprotected.REMOVALS)
assert named == set(unprotected.REMOVALS), set(unprotected.REMOVALS) - named
for case in CASES.values():
    assert case.without, f"{case.code} cannot be run without its protection"
    re.compile(case.breaks)
print(len(CASES), "faults")
"""


def test_places_paces_and_removals_find_what_they_change() -> None:
    # In a process of its own, for the changes stay.
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("faults\n")
