#!/bin/sh
# Writes .env for docker-compose.yml, with fresh passwords, readable by you alone: sh deploy/compose/env.sh [FILE]
# Keep what it writes: the servers take the passwords of their first start. With - it is printed.
set -eu

password() { # a letter first, then hexadecimal digits: safe in a URL, in SQL and in the configuration of NATS
    printf 'p%s' "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
}

settings() {
    cat << HEAD
# Made by deploy/compose/env.sh. Name your issuer, then: docker compose up -d
# Any setting of .env.example may be added, but for addresses and logins, which docker-compose.yml gives.
OIDC_ISSUER=
OIDC_JWKS_URL=
COMPANY=company
COMPANY_ZONE=Asia/Shanghai
COMPANY_COUNTRY=CN
# Token subjects that may configure and read payloads, as a JSON list: ["ops"]
ADMINS=[]
# smtp://user:password@host:port; empty for no mail
SMTP_URL=
MAIL_FROM=monthline@localhost

HEAD
    for name in POSTGRES_PASSWORD OWNER_DATABASE_PASSWORD TEMPORAL_DATABASE_PASSWORD; do
        echo "$name=$(password)"
    done
    for service in DIRECTORY PLANS REVIEW SCORING NOTIFY; do
        echo "${service}_DATABASE_PASSWORD=$(password)"
        echo "NATS_${service}_PASSWORD=$(password)"
    done
    echo "NATS_OPERATOR_PASSWORD=$(password)"
    # Payloads in Temporal are encrypted with it; without it histories cannot be read
    echo "PAYLOAD_KEYS=$(date -u +%Y%m%d):$(head -c 32 /dev/urandom | base64)"
}

file="${1:-.env}"
if [ "$file" = - ]; then
    settings
    exit
fi
if [ -e "$file" ]; then
    echo "$file is there already, and servers may have its passwords: move it away, or name another file" >&2
    exit 1
fi
umask 077
set -C
settings > "$file"
echo "$file: name your issuer (OIDC_ISSUER, OIDC_JWKS_URL) and ADMINS in it" >&2
