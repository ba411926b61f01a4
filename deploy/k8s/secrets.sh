#!/bin/sh
# Prints the Secrets that the manifests refer to, with fresh passwords; each service gets its own login and no other's:
#   POSTGRES=postgres.data.svc:5432/monthline OWNER=monthline_owner:PASSWORD NATS=nats.data.svc:4222 TLS=1 \
#       sh deploy/k8s/secrets.sh | kubectl apply -n monthline -f -
# Run it once: what it prints is what the servers are told. nats-users is for the NATS server's own environment.
set -eu
umask 077
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
