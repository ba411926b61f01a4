#!/bin/sh
# On the first start: the owner of Monthline's schemas, who may make the services' roles, and Temporal's own role.
set -eu
psql -v ON_ERROR_STOP=1 -v owner="$MONTHLINE_OWNER_PASSWORD" -v temporal="$TEMPORAL_PASSWORD" \
    --username "$POSTGRES_USER" --dbname postgres << 'SQL'
create role monthline_owner login createrole password :'owner';
create database monthline owner monthline_owner;
create role temporal login createdb password :'temporal';
\connect monthline
revoke all on database monthline from public;
grant connect on database monthline to public;
revoke all on schema public from public;
SQL
