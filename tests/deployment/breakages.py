"""One mistake or more for every rule about the manifests, each as an operator might make it."""

from collections.abc import Callable
from typing import Any

Manifests = list[Any]
Breaking = Callable[[Manifests], object]


def _one(manifests: Manifests, kind: str, name: str = "") -> Any:
    return next(one for one in manifests if one["kind"] == kind and one["metadata"]["name"].startswith(name))


def _pod(manifests: Manifests, name: str = "plans") -> Any:
    return _one(manifests, "Deployment", name)["spec"]["template"]["spec"]


def _container(manifests: Manifests, name: str = "plans") -> Any:
    return _pod(manifests, name)["containers"][0]


def _config(manifests: Manifests) -> Any:
    return _one(manifests, "ConfigMap")["data"]


def _policy(manifests: Manifests, name: str) -> Any:
    return _one(manifests, "NetworkPolicy", name)["spec"]


def _drop(manifests: Manifests, kind: str, name: str = "") -> None:
    manifests.remove(_one(manifests, kind, name))


BREAKAGES: list[tuple[str, str, Breaking]] = [
    (
        "everything_is_labelled",
        "a Service without part-of",
        lambda m: _one(m, "Service")["metadata"]["labels"].pop("app.kubernetes.io/part-of"),
    ),
    (
        "everything_is_labelled",
        "pods without a component",
        lambda m: _one(m, "Job")["spec"]["template"]["metadata"]["labels"].pop("app.kubernetes.io/component"),
    ),
    (
        "selectors_select_their_own_pods_alone",
        "a budget for another role's pods",
        lambda m: _one(m, "PodDisruptionBudget", "plans")["spec"]["selector"]["matchLabels"].update(
            {"app.kubernetes.io/component": "review"}
        ),
    ),
    (
        "selectors_select_their_own_pods_alone",
        "a Service over all pods",
        lambda m: _one(m, "Service", "plans")["spec"].update(
            selector={"app.kubernetes.io/name": "monthline"}
        ),
    ),
    (
        "there_is_time_to_stop",
        "as long as the worker takes alone",
        lambda m: _pod(m).update(terminationGracePeriodSeconds=35),
    ),
    (
        "there_is_time_to_stop",
        "the default of 30 s",
        lambda m: _pod(m).pop("terminationGracePeriodSeconds"),
    ),
    (
        "traffic_ends_before_the_process_does",
        "no preStop",
        lambda m: _container(m).pop("lifecycle"),
    ),
    (
        "there_is_one_image_with_a_tag",
        "one role left behind",
        lambda m: _container(m).update(image="registry.example.com/monthline:0.0.9"),
    ),
    (
        "there_is_one_image_with_a_tag",
        "the tag that moves",
        lambda m: [
            one["spec"]["template"]["spec"]["containers"][0].update(image="monthline:latest")
            for one in m
            if one["kind"] in ("Deployment", "Job", "WorkerDeployment")
        ],
    ),
    (
        "no_secret_is_written_down",
        "a DSN in the ConfigMap",
        lambda m: _config(m).update(SMTP_HOST="smtp://monthline:hunter2@mail"),
    ),
    (
        "no_secret_is_written_down",
        "an API key in the ConfigMap",
        lambda m: _config(m).update(TEMPORAL_API_KEY="abc"),
    ),
    (
        "no_secret_is_written_down",
        "the payload keys in the ConfigMap",
        lambda m: _config(m).update(PAYLOAD_KEYS="1:c2VjcmV0"),
    ),
    (
        "no_secret_is_written_down",
        "a password in a pod",
        lambda m: _container(m).update(env=[{"name": "DATABASE_URL", "value": "postgresql://u:p@db/x"}]),
    ),
    (
        "no_secret_is_written_down",
        "a Secret in the tree",
        lambda m: m.append({"kind": "Secret", "metadata": {"name": "monthline-plans"}}),
    ),
    (
        "every_variable_is_a_setting",
        "a misspelt variable",
        lambda m: _config(m).update(TEMPORAL_ADRESS="temporal:7233"),
    ),
    (
        "every_required_setting_is_given",
        "no issuer",
        lambda m: _config(m).pop("OIDC_ISSUER"),
    ),
    (
        "every_required_setting_is_given",
        "no Secret",
        lambda m: _container(m)["envFrom"].pop(),
    ),
    (
        "every_file_is_mounted",
        "the authority is not mounted",
        lambda m: _container(m).update(volumeMounts=[]),
    ),
    (
        "every_file_is_mounted",
        "a mount of no volume",
        lambda m: _pod(m).update(volumes=[]),
    ),
    (
        "each_service_has_its_own_secret",
        "another service's Secret",
        lambda m: _container(m)["envFrom"][1]["secretRef"].update(name="monthline-migrate"),
    ),
    (
        "probes_ask_pages_that_exist",
        "a page that is not there",
        lambda m: _container(m)["readinessProbe"]["httpGet"].update(path="/healthz"),
    ),
    (
        "probes_ask_pages_that_exist",
        "a port that nobody listens on",
        lambda m: _container(m)["ports"][0].update(containerPort=8080),
    ),
    (
        "probes_ask_pages_that_exist",
        "killed while PostgreSQL is away",
        lambda m: _container(m)["livenessProbe"]["httpGet"].update(path="/readyz"),
    ),
    (
        "policies_are_the_documented_connections",
        "the way to NATS is missing",
        lambda m: _drop(m, "NetworkPolicy", "to-nats"),
    ),
    (
        "policies_are_the_documented_connections",
        "the workflow worker may speak to PostgreSQL",
        lambda m: _policy(m, "to-postgres")["podSelector"]["matchExpressions"][0]["values"].append(
            "workflows"
        ),
    ),
    (
        "policies_are_the_documented_connections",
        "anybody may call",
        lambda m: _policy(m, "from-callers")["ingress"][0].pop("from"),
    ),
    (
        "policies_are_the_documented_connections",
        "webhooks may reach private addresses",
        lambda m: _policy(m, "to-mail")["egress"][0]["to"][0]["ipBlock"].pop("except"),
    ),
    (
        "what_is_not_allowed_is_denied",
        "no default",
        lambda m: _drop(m, "NetworkPolicy", "deny-all"),
    ),
    (
        "containers_are_confined",
        "a root that can be written to",
        lambda m: _container(m)["securityContext"].update(readOnlyRootFilesystem=False),
    ),
    ("containers_are_confined", "root", lambda m: _pod(m)["securityContext"].pop("runAsNonRoot")),
    ("containers_are_confined", "no seccomp", lambda m: _pod(m)["securityContext"].pop("seccompProfile")),
    (
        "containers_are_confined",
        "a token of the cluster",
        lambda m: _pod(m).update(automountServiceAccountToken=True),
    ),
    (
        "containers_are_confined",
        "a namespace that lets anything in",
        lambda m: _one(m, "Namespace")["metadata"]["labels"].pop("pod-security.kubernetes.io/enforce"),
    ),
    ("resources_are_stated", "no limit", lambda m: _container(m)["resources"].pop("limits")),
    (
        "pods_of_one_kind_are_spread",
        "all kinds counted as one",
        lambda m: _pod(m)["topologySpreadConstraints"][0].pop("matchLabelKeys"),
    ),
    ("pods_of_one_kind_are_spread", "not spread", lambda m: _pod(m).pop("topologySpreadConstraints")),
    (
        "each_deployment_is_scaled_by_one",
        "KEDA and an HPA",
        lambda m: _one(m, "HorizontalPodAutoscaler", "plans")["spec"]["scaleTargetRef"].update(
            name="plans-worker"
        ),
    ),
    (
        "each_deployment_is_scaled_by_one",
        "a target that is not there",
        lambda m: _one(m, "ScaledObject")["spec"]["scaleTargetRef"].update(name="nobody"),
    ),
    (
        "each_deployment_is_scaled_by_one",
        "a fixed number beside the HPA",
        lambda m: _one(m, "Deployment", "plans")["spec"].update(replicas=3),
    ),
    (
        "what_is_scaled_can_be_drained",
        "no budget",
        lambda m: _drop(m, "PodDisruptionBudget", "plans"),
    ),
    (
        "what_is_scaled_can_be_drained",
        "a budget that stops a node's drain",
        lambda m: _one(m, "PodDisruptionBudget", "plans")["spec"].update(maxUnavailable=0),
    ),
    (
        "temporal_is_the_same_everywhere",
        "KEDA looks elsewhere",
        lambda m: _config(m).update(TEMPORAL_ADDRESS="temporal.example.com:7233"),
    ),
    (
        "temporal_is_the_same_everywhere",
        "KEDA looks at a queue that is not",
        lambda m: _one(m, "ScaledObject")["spec"]["triggers"][0]["metadata"].update(taskQueue="plan"),
    ),
    (
        "temporal_is_the_same_everywhere",
        "another namespace",
        lambda m: _one(m, "WorkerDeployment")["spec"]["workerOptions"].update(temporalNamespace="default"),
    ),
    (
        "every_role_runs_once_as_api_and_once_as_worker",
        "no worker of plans",
        lambda m: _drop(m, "Deployment", "plans-worker"),
    ),
    (
        "every_role_runs_once_as_api_and_once_as_worker",
        "the API is a worker too",
        lambda m: _container(m).pop("env"),
    ),
    ("the_migration_comes_first", "no migration", lambda m: _drop(m, "Job")),
    (
        "the_migration_comes_first",
        "not before the roll-out",
        lambda m: _one(m, "Job")["metadata"].pop("annotations"),
    ),
    (
        "metrics_are_scraped_from_every_pod",
        "the APIs alone",
        lambda m: _one(m, "PodMonitor")["spec"]["selector"].update(
            matchLabels={"app.kubernetes.io/component": "plans"}
        ),
    ),
]
