#!/bin/sh
# Creates and upgrades Temporal's two databases; harmless when they are there.
set -eu
for database in temporal temporal_visibility; do
    part="${database#temporal_}"
    tool() {
        temporal-sql-tool --plugin postgres12_pgx --ep "$POSTGRES_SEEDS" -p "$DB_PORT" -u "$POSTGRES_USER" \
            --db "$database" "$@"
    }
    tool create || true
    tool setup-schema -v 0.0 || true
    tool update-schema -d "/etc/temporal/schema/postgresql/v12/$part/versioned"
done
