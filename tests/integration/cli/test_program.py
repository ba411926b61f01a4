"""The program works where the servers for trial are not installed, as in the image."""

import subprocess
import sys

WITHOUT = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "aiosmtpd":
            raise ModuleNotFoundError(f"No module named {name}", name="aiosmtpd")
sys.meta_path.insert(0, Absent())
from monthline.__main__ import app
app()
"""


def without_trial_servers(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", WITHOUT, *arguments], capture_output=True, text=True, check=False, timeout=60
    )


def test_help_lists_the_commands_that_can_run() -> None:
    asked = without_trial_servers("--help")
    assert asked.returncode == 0, asked.stderr
    assert "migrate" in asked.stdout
    assert "demo" not in asked.stdout


def test_a_command_without_its_packages_says_what_to_install() -> None:
    asked = without_trial_servers("demo")
    assert asked.returncode == 2
    assert asked.stderr.strip() == "demo needs aiosmtpd: pip install 'monthline[embedded]'"


WITH_THE_SDK = """
import atexit, sys
from monthline.__main__ import app
import temporalio.client
atexit.register(lambda: print("taken apart"))
app()
"""


def test_with_the_temporal_sdk_loaded_it_ends_before_the_interpreter_is_taken_apart() -> None:
    """The SDK's runtime may abort there, and a migration that was done would count as failed."""
    asked = subprocess.run(
        [sys.executable, "-c", WITH_THE_SDK, "--help"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert asked.returncode == 0, asked.stderr
    assert "migrate" in asked.stdout
    assert "taken apart" not in asked.stdout
