#!/bin/sh
# Runs an operator's command in the cluster, prints what it says and ends with its code:
#   sh deploy/k8s/operate.sh doctor
#   NAMESPACE=monthline-demo sh deploy/k8s/operate.sh dead-letters list plans
set -eu
[ $# -gt 0 ] || { echo "which command? for example: sh $0 doctor" >&2; exit 2; }
space="${NAMESPACE:-monthline}"
name="operate-$(date -u +%Y%m%d-%H%M%S)-$$"

words=''
for word in "$@"; do # as a list in JSON
    words="$words${words:+,}\"$(printf '%s' "$word" | sed 's/[\\"]/\\&/g')\""
done

kubectl -n "$space" create job "$name" --from=cronjob/operate --dry-run=client -o json |
    kubectl patch --local -f - -o json --type=json \
        -p "[{\"op\":\"replace\",\"path\":\"/spec/template/spec/containers/0/args\",\"value\":[$words]}]" |
    kubectl -n "$space" create -f - >&2
kubectl -n "$space" logs -f "job/$name" --pod-running-timeout=3m

code=''
while [ -z "$code" ]; do
    code="$(kubectl -n "$space" get pod -l "batch.kubernetes.io/job-name=$name" \
        -o 'jsonpath={.items[0].status.containerStatuses[0].state.terminated.exitCode}')"
    [ -n "$code" ] || sleep 1
done
exit "$code"
