"""One mistake or more for every rule about the manifests, each as an operator might make it."""

from tests.deployment.breakages_of_access import ACCESS
from tests.deployment.breaking import Breaking, config, container, drop, one, pod

BREAKAGES: list[tuple[str, str, Breaking]] = [
    *ACCESS,
    (
        "everything_is_labelled",
        "a Service without part-of",
        lambda m: one(m, "Service")["metadata"]["labels"].pop("app.kubernetes.io/part-of"),
    ),
    (
        "everything_is_labelled",
        "pods without a component",
        lambda m: one(m, "Job")["spec"]["template"]["metadata"]["labels"].pop("app.kubernetes.io/component"),
    ),
    (
        "selectors_select_their_own_pods_alone",
        "a budget for another role's pods",
        lambda m: one(m, "PodDisruptionBudget", "plans")["spec"]["selector"]["matchLabels"].update(
            {"app.kubernetes.io/component": "review"}
        ),
    ),
    (
        "selectors_select_their_own_pods_alone",
        "a Service over all pods",
        lambda m: one(m, "Service", "plans")["spec"].update(selector={"app.kubernetes.io/name": "monthline"}),
    ),
    (
        "there_is_time_to_stop",
        "as long as the worker takes alone",
        lambda m: pod(m).update(terminationGracePeriodSeconds=35),
    ),
    (
        "there_is_time_to_stop",
        "the default of 30 s",
        lambda m: pod(m).pop("terminationGracePeriodSeconds"),
    ),
    (
        "traffic_ends_before_the_process_does",
        "no preStop",
        lambda m: container(m).pop("lifecycle"),
    ),
    (
        "there_is_one_image_with_a_tag",
        "one role left behind",
        lambda m: container(m).update(image="registry.example.com/monthline:0.0.9"),
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
        "every_variable_is_a_setting",
        "a misspelt variable",
        lambda m: config(m).update(TEMPORAL_ADRESS="temporal:7233"),
    ),
    (
        "every_required_setting_is_given",
        "no issuer",
        lambda m: config(m).pop("OIDC_ISSUER"),
    ),
    (
        "every_required_setting_is_given",
        "no Secret",
        lambda m: container(m)["envFrom"].pop(),
    ),
    (
        "every_file_is_mounted",
        "the authority is not mounted",
        lambda m: container(m).update(volumeMounts=[]),
    ),
    (
        "every_file_is_mounted",
        "a mount of no volume",
        lambda m: pod(m).update(volumes=[]),
    ),
    (
        "each_service_has_its_own_secret",
        "another service's Secret",
        lambda m: container(m)["envFrom"][1]["secretRef"].update(name="monthline-migrate"),
    ),
    (
        "probes_ask_pages_that_exist",
        "a page that is not there",
        lambda m: container(m)["readinessProbe"]["httpGet"].update(path="/healthz"),
    ),
    (
        "probes_ask_pages_that_exist",
        "a port that nobody listens on",
        lambda m: container(m)["ports"][0].update(containerPort=8080),
    ),
    (
        "probes_ask_pages_that_exist",
        "killed while PostgreSQL is away",
        lambda m: container(m)["livenessProbe"]["httpGet"].update(path="/readyz"),
    ),
    ("resources_are_stated", "no limit", lambda m: container(m)["resources"].pop("limits")),
    (
        "pods_of_one_kind_are_spread",
        "all kinds counted as one",
        lambda m: pod(m)["topologySpreadConstraints"][0].pop("matchLabelKeys"),
    ),
    ("pods_of_one_kind_are_spread", "not spread", lambda m: pod(m).pop("topologySpreadConstraints")),
    (
        "each_deployment_is_scaled_by_one",
        "KEDA and an HPA",
        lambda m: one(m, "HorizontalPodAutoscaler", "plans")["spec"]["scaleTargetRef"].update(
            name="plans-worker"
        ),
    ),
    (
        "each_deployment_is_scaled_by_one",
        "a target that is not there",
        lambda m: one(m, "ScaledObject")["spec"]["scaleTargetRef"].update(name="nobody"),
    ),
    (
        "each_deployment_is_scaled_by_one",
        "a fixed number beside the HPA",
        lambda m: one(m, "Deployment", "plans")["spec"].update(replicas=3),
    ),
    (
        "what_is_scaled_can_be_drained",
        "no budget",
        lambda m: drop(m, "PodDisruptionBudget", "plans"),
    ),
    (
        "what_is_scaled_can_be_drained",
        "a budget that stops a node's drain",
        lambda m: one(m, "PodDisruptionBudget", "plans")["spec"].update(maxUnavailable=0),
    ),
    (
        "temporal_is_the_same_everywhere",
        "KEDA looks elsewhere",
        lambda m: config(m).update(TEMPORAL_ADDRESS="temporal.example.com:7233"),
    ),
    (
        "temporal_is_the_same_everywhere",
        "KEDA looks at a queue that is not",
        lambda m: one(m, "ScaledObject")["spec"]["triggers"][0]["metadata"].update(taskQueue="plan"),
    ),
    (
        "temporal_is_the_same_everywhere",
        "a value that the Worker Controller refuses",
        lambda m: one(m, "WorkerResourceTemplate")["spec"]["template"]["spec"]["triggers"][0][
            "metadata"
        ].update(namespace="monthline"),
    ),
    (
        "temporal_is_the_same_everywhere",
        "another namespace",
        lambda m: one(m, "WorkerDeployment")["spec"]["workerOptions"].update(temporalNamespace="default"),
    ),
    (
        "every_role_runs_once_as_api_and_once_as_worker",
        "no worker of plans",
        lambda m: drop(m, "Deployment", "plans-worker"),
    ),
    (
        "every_role_runs_once_as_api_and_once_as_worker",
        "the API is a worker too",
        lambda m: container(m).pop("env"),
    ),
    ("the_migration_comes_first", "no migration", lambda m: drop(m, "Job")),
    (
        "the_migration_comes_first",
        "not before the roll-out",
        lambda m: one(m, "Job")["metadata"].pop("annotations"),
    ),
    (
        "metrics_are_scraped_from_every_pod",
        "the APIs alone",
        lambda m: one(m, "PodMonitor")["spec"]["selector"].update(
            matchLabels={"app.kubernetes.io/component": "plans"}
        ),
    ),
]
