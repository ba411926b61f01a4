#!/bin/sh
# The steps that make the image. The Dockerfile runs them in containers; `make image-steps` runs the same ones in a
# scratch folder where there is no container engine.
set -eu

wheel() { # SOURCE DIST: the project's wheel, built with the locked build tools
    "${PYTHON:-python3}" -m venv "$2/tools"
    "$2/tools/bin/pip" install -qq --disable-pip-version-check --no-cache-dir --require-hashes \
        -r "$1/requirements/build.txt"
    (cd "$1" && "$2/tools/bin/python" -m hatchling build -t wheel -d "$2")
    rm -rf "$2/tools"
}

packages() { # SOURCE TARGET: a virtual environment with the locked packages of production, from wheels alone
    "${PYTHON:-python3}" -m venv "$2"
    "$2/bin/pip" install -qq --disable-pip-version-check --no-cache-dir --no-compile --require-hashes \
        --only-binary :all: -r "$1/requirements/run.txt"
}

project() { # DIST TARGET: the project on top, everything compiled, the installer gone
    "$2/bin/pip" install -qq --disable-pip-version-check --no-cache-dir --no-compile --no-index --no-deps \
        "$1"/monthline-*.whl
    "$2/bin/pip" check
    "$2/bin/python" -m compileall -q -j 0 --invalidation-mode unchecked-hash "$2/lib"
    "$2/bin/pip" uninstall -qq --yes setuptools pip
}

step="$1"
shift
"$step" "$@"
