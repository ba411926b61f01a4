"""Fills .venv with the locked packages and this project: `python3 requirements/install.py embedded|dev`.

Uses uv when there is one, else fetches it by pip, else does without. An old Python 3 gets as far as the plain
words that refuse it.
"""

import ast
import os
import shutil
import subprocess
import sys
import time

VENV = ".venv"
PYTHON = os.path.join(VENV, "bin", "python")
PIP_INSTALL = [PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
OLDEST = (3, 11)
SILENCE = 4
UV_OPTIONS = {
    "index-url": "--default-index",
    "extra-index-url": "--index",
    "find-links": "--find-links",
    "trusted-host": "--allow-insecure-host",
}


def main(group):
    if sys.version_info < OLDEST:
        needed, found = ".".join(map(str, OLDEST)), sys.version.split()[0]
        return f"Monthline needs Python {needed} or newer; {sys.executable} is {found}. Try make PYTHON=..."
    print(f"Setting up {VENV} with the locked packages ({group}); this happens once.", flush=True)
    uv = shutil.which("uv") or existing(os.path.join(VENV, "bin", "uv"))
    if not os.path.exists(PYTHON) and not make_venv(uv):
        return f"Could not make {VENV}: does {sys.executable} have its venv module (Debian: python3-venv)?"
    uv = uv or fetch_uv()
    locked = ["--require-hashes", "-r", "requirements/build.txt", "-r", f"requirements/{group}.txt"]
    project = ["--no-deps", "--no-build-isolation", "--editable", "."]
    if not (install(uv, locked) and install(uv, project)):
        return "Could not install the packages; the lines above say why. Is a package index in reach?"
    return None


def existing(path):
    return path if os.path.exists(path) else None


def make_venv(uv):
    if uv and run([uv, "venv", "--quiet", "--allow-existing", "--python", sys.executable, VENV]):
        return True
    return run([sys.executable, "-m", "venv", "--clear", VENV])


def fetch_uv():
    run([*PIP_INSTALL, "--require-hashes", "-r", "requirements/uv.txt"])
    return existing(os.path.join(VENV, "bin", "uv"))


def install(uv, what):
    if uv and run(
        [uv, "pip", "install", "--quiet", "--compile-bytecode", "--python", PYTHON, *uv_indexes(), *what]
    ):
        return True
    return bool(output([PYTHON, "-m", "pip", "--version"])) and run([*PIP_INSTALL, *what])


def uv_indexes():
    """What the user told pip about indexes, in uv's words; what was told to uv itself wins."""
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")
    told = [name for name in os.environ if name.startswith("UV_") and "INDEX" in name]
    if told or os.path.exists(os.path.join(home, "uv", "uv.toml")) or os.path.exists("/etc/uv/uv.toml"):
        return []
    # The locks are hashed, so that it does not matter which index a file comes from.
    options = ["--index-strategy", "unsafe-best-match"]
    for key, value in pip_settings().items():
        for part in value.split() if key in UV_OPTIONS else []:
            if "://" in part or key == "trusted-host" or os.path.exists(part):
                options += [UV_OPTIONS[key], part]
    return options


def pip_settings():
    """pip's settings by name; of its sections the environment wins over `install`, and that over `global`."""
    found = {}
    for python in (PYTHON, sys.executable):
        lines = output([python, "-m", "pip", "config", "list"]).splitlines()
        for section in ("global.", "install.", ":env:."):
            for line in lines:
                if line.startswith(section) and "=" in line:
                    key, value = line[len(section) :].split("=", 1)
                    found[key] = str(ast.literal_eval(value))
        if lines:
            break
    return found


def run(command):
    """Whether a command succeeds; a line every few seconds says that it is still running."""
    began = time.time()
    process = subprocess.Popen(command)
    while True:
        try:
            return process.wait(SILENCE) == 0
        except subprocess.TimeoutExpired:
            print(f"Still installing after {time.time() - began:.0f} s.", flush=True)


def output(command):
    try:
        return subprocess.check_output(command, stderr=subprocess.DEVNULL, universal_newlines=True)
    except (OSError, subprocess.CalledProcessError):
        return ""


if __name__ == "__main__":
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), os.pardir))
    sys.exit(main(sys.argv[1]))
