"""What is switched off is not loaded: every process starts with it."""

import subprocess
import sys

ENTRIES = "services.plans.__main__, services.notify.__main__, workflows.__main__"
HEAVY = (
    "opentelemetry.sdk",
    "opentelemetry.exporter",
    "opentelemetry.instrumentation",
    "shared.telemetry.otel",
    "alembic",
)


def test_processes_start_without_the_libraries_that_few_of_them_need() -> None:
    program = f"import sys, {ENTRIES}; print([name for name in sys.modules if name.startswith({HEAVY!r})])"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"
