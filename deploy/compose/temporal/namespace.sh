#!/bin/sh
# Creates the namespace; a closed month stays readable for RETENTION.
set -eu
temporal operator cluster health --address "$TEMPORAL_ADDRESS"
temporal operator namespace describe --address "$TEMPORAL_ADDRESS" -n "$TEMPORAL_NAMESPACE" > /dev/null 2>&1 ||
    temporal operator namespace create --address "$TEMPORAL_ADDRESS" -n "$TEMPORAL_NAMESPACE" \
        --retention "$RETENTION" --description "Monthly plans"
# The frontend learns of a namespace within some seconds.
until temporal workflow list --address "$TEMPORAL_ADDRESS" -n "$TEMPORAL_NAMESPACE" --limit 1 > /dev/null 2>&1; do
    sleep 1
done
