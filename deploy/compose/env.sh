#!/bin/sh
# Prints a .env for docker-compose.yml with fresh passwords: sh deploy/compose/env.sh > .env
# Keep what it prints: the servers take the passwords of their first start.
set -eu
umask 077

password() { # a letter first, then hexadecimal digits: safe in a URL, in SQL and in the configuration of NATS
    printf 'p%s' "$(od -An -N24 -tx1 /dev/urandom | tr -d ' \n')"
}

cat << HEAD
# Made by deploy/compose/env.sh. Name your issuer, then: docker compose up -d
OIDC_ISSUER=
OIDC_JWKS_URL=
COMPANY=company
COMPANY_ZONE=Asia/Shanghai
COMPANY_COUNTRY=CN
# Token subjects that may configure
ADMINS=["ops"]
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
