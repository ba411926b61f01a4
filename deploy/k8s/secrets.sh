#!/bin/sh
# Writes the Secrets that the manifests refer to, with fresh passwords, into a file that you alone can read; each
# service gets its own login and no other's:
#   POSTGRES=postgres.data.svc:5432/monthline OWNER=monthline_owner:PASSWORD NATS=nats.data.svc:4222 TLS=1 \
#       sh deploy/k8s/secrets.sh [FILE]          (secrets.yaml without one; with - it is printed)
# Run it once: what it writes is what the servers are told. nats-users is for the NATS server's own environment.
set -eu
: "${POSTGRES:?host:port/database of PostgreSQL}" "${OWNER:?user:password of the schemas owner}" "${NATS:?host:port of NATS}"
if [ "${TLS:-}" = 1 ]; then
    query='?sslmode=verify-full&sslrootcert=/etc/monthline/ca/ca.crt'
    scheme=tls
else
    query=''
    scheme=nats
fi

password() { # a letter first, then hexadecimal digits: safe in a URL, in SQL and in the configuration of NATS
    printf 'p%s' "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
}

secret() { # NAME
    printf -- '---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: %s\n  labels:\n' "$1"
    printf '    app.kubernetes.io/name: monthline\n    app.kubernetes.io/part-of: monthline\ntype: Opaque\nstringData:\n'
}

entry() { # KEY VALUE
    printf '  %s: "%s"\n' "$1" "$2"
}

secrets() {
    operator="$(password)"
    users="$(entry NATS_OPERATOR_PASSWORD "$operator")"
    roles=''
    for service in directory plans review scoring notify; do
        capitals="$(echo "$service" | tr '[:lower:]' '[:upper:]')"
        nats="$(password)"
        dsn="postgresql://monthline_$service:$(password)@$POSTGRES$query"
        users="$users
$(entry "NATS_${capitals}_PASSWORD" "$nats")"
        roles="$roles
$(entry "${capitals}_DATABASE_URL" "$dsn")"
        secret "monthline-$service"
        entry DATABASE_URL "$dsn"
        entry NATS_URL "$scheme://$service:$nats@$NATS"
        if [ "$service" = notify ] && [ -n "${SMTP_URL:-}" ]; then entry SMTP_URL "$SMTP_URL"; fi
    done
    secret monthline-migrate
    entry DATABASE_URL "postgresql://$OWNER@$POSTGRES$query"
    echo "$roles" | sed '/^$/d'
    entry NATS_URL "$scheme://operator:$operator@$NATS"
    secret monthline-payload
    entry keys "$(date -u +%Y%m%d):$(head -c 32 /dev/urandom | base64)"
    secret nats-users
    echo "$users"
}

file="${1:-secrets.yaml}"
if [ "$file" = - ]; then
    secrets
    exit
fi
if [ -e "$file" ]; then
    echo "$file is there already, and servers may have its passwords: move it away, or name another file" >&2
    exit 1
fi
umask 077
set -C
secrets > "$file"
echo "$file: kubectl apply -n monthline -f $file" >&2
