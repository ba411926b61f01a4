#!/bin/sh
# Prints alerts.yaml as a PrometheusRule: sh deploy/prometheus/rule.sh > deploy/k8s/components/prometheus/rules.yaml
set -eu
cat << 'HEAD'
# Made from deploy/prometheus/alerts.yaml by deploy/prometheus/rule.sh.
apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata:
  name: monthline
  labels:
    app.kubernetes.io/name: monthline
    app.kubernetes.io/component: shared
    app.kubernetes.io/part-of: monthline
spec:
HEAD
grep -v '^#' "$(dirname "$0")/alerts.yaml" | sed 's/^\(.\)/  \1/'
