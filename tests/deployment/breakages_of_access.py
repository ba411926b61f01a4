"""Mistakes that let somebody see or reach what is not for them, or that lock the operator out."""

import json

from monthline.registry import MODULES
from tests.deployment.breaking import Breaking, config, container, drop, one, pod, policy, variable
from tests.support.kustomize import pod_template

ACCESS: list[tuple[str, str, Breaking]] = [
    (
        "no_secret_is_written_down",
        "a DSN in the ConfigMap",
        lambda m: config(m).update(SMTP_HOST="smtp://monthline:hunter2@mail"),
    ),
    (
        "no_secret_is_written_down",
        "an API key in the ConfigMap",
        lambda m: config(m).update(TEMPORAL_API_KEY="abc"),
    ),
    (
        "no_secret_is_written_down",
        "the payload keys in the ConfigMap",
        lambda m: config(m).update(PAYLOAD_KEYS="1:c2VjcmV0"),
    ),
    (
        "no_secret_is_written_down",
        "a password in a pod",
        lambda m: container(m).update(env=[{"name": "DATABASE_URL", "value": "postgresql://u:p@db/x"}]),
    ),
    (
        "no_secret_is_written_down",
        "a Secret in the tree",
        lambda m: m.append({"kind": "Secret", "metadata": {"name": "monthline-plans"}}),
    ),
    (
        "keys_are_given_to_those_who_use_them",
        "notify can read payloads",
        lambda m: pod(m, "notify")["volumes"].append(
            {"name": "payload", "secret": {"secretName": "monthline-payload"}}
        ),
    ),
    (
        "keys_are_given_to_those_who_use_them",
        "the codec server is Temporal's client",
        lambda m: pod(m, "codec")["volumes"].append(
            {"name": "temporal-client", "secret": {"secretName": "monthline-temporal-client"}}
        ),
    ),
    (
        "an_operator_s_commands_see_everything",
        "they cannot be run",
        lambda m: drop(m, "CronJob"),
    ),
    (
        "an_operator_s_commands_see_everything",
        "they run every year",
        lambda m: one(m, "CronJob")["spec"].update(suspend=False),
    ),
    (
        "an_operator_s_commands_see_everything",
        "they do not know where the processes are",
        lambda m: pod_template(one(m, "CronJob"))["spec"]["containers"][0].pop("env"),
    ),
    (
        "an_operator_s_commands_see_everything",
        "doctor does not ask the codec server",
        lambda m: variable(pod_template(one(m, "CronJob")), "PROCESS_URLS").update(
            value=json.dumps({name: f"http://{name}" for name in MODULES})
        ),
    ),
    (
        "an_operator_s_commands_see_everything",
        "a process that nobody can call",
        lambda m: drop(m, "Service", "workflows"),
    ),
    (
        "policies_are_the_documented_connections",
        "the processes do not let doctor in",
        lambda m: drop(m, "NetworkPolicy", "processes-from-operate"),
    ),
    (
        "policies_are_the_documented_connections",
        "tokens' issuers may be private addresses, and so may webhooks",
        lambda m: policy(m, "to-issuer")["egress"][0]["to"][0]["ipBlock"].pop("except"),
    ),
    (
        "policies_are_the_documented_connections",
        "the way to NATS is missing",
        lambda m: drop(m, "NetworkPolicy", "to-nats"),
    ),
    (
        "policies_are_the_documented_connections",
        "the workflow worker may speak to PostgreSQL",
        lambda m: policy(m, "to-postgres")["podSelector"]["matchExpressions"][0]["values"].append(
            "workflows"
        ),
    ),
    (
        "policies_are_the_documented_connections",
        "anybody may call",
        lambda m: policy(m, "from-callers")["ingress"][0].pop("from"),
    ),
    (
        "policies_are_the_documented_connections",
        "webhooks may reach private addresses",
        lambda m: policy(m, "to-webhooks")["egress"][0]["to"][0]["ipBlock"].pop("except"),
    ),
    (
        "what_is_not_allowed_is_denied",
        "no default",
        lambda m: drop(m, "NetworkPolicy", "deny-all"),
    ),
    (
        "containers_are_confined",
        "a root that can be written to",
        lambda m: container(m)["securityContext"].update(readOnlyRootFilesystem=False),
    ),
    ("containers_are_confined", "root", lambda m: pod(m)["securityContext"].pop("runAsNonRoot")),
    ("containers_are_confined", "no seccomp", lambda m: pod(m)["securityContext"].pop("seccompProfile")),
    (
        "containers_are_confined",
        "a token of the cluster",
        lambda m: pod(m).update(automountServiceAccountToken=True),
    ),
    (
        "containers_are_confined",
        "a namespace that lets anything in",
        lambda m: one(m, "Namespace")["metadata"]["labels"].pop("pod-security.kubernetes.io/enforce"),
    ),
]
