"""Our own rules for the manifests: each takes what was rendered and says what is wrong with it."""

from collections.abc import Callable, Sequence

from tests.support.connection_table import documented
from tests.support.kustomize import Manifest
from tests.support.manifests import (
    COMPONENT,
    RUN_TO_THEIR_END,
    connections,
    of_kind,
    runners,
    selected,
)
from tests.support.rules_for_pods import (
    containers_are_confined,
    every_file_is_mounted,
    pods_of_one_kind_are_spread,
    probes_ask_pages_that_exist,
    resources_are_stated,
    there_is_one_image_with_a_tag,
    there_is_time_to_stop,
    traffic_ends_before_the_process_does,
)
from tests.support.rules_for_settings import (
    an_operator_s_commands_see_everything,
    each_service_has_its_own_secret,
    every_required_setting_is_given,
    every_role_runs_once_as_api_and_once_as_worker,
    every_variable_is_a_setting,
    keys_are_given_to_those_who_use_them,
    no_secret_is_written_down,
    temporal_is_the_same_everywhere,
)

Rule = Callable[[Sequence[Manifest]], list[str]]
LABELS = ("app.kubernetes.io/name", COMPONENT, "app.kubernetes.io/part-of")


def everything_is_labelled(manifests: Sequence[Manifest]) -> list[str]:
    bare = [
        f"{one['kind']} {one['metadata']['name']} has no label {label}"
        for one in manifests
        for label in LABELS
        if label not in one["metadata"].get("labels", {})
    ]
    return bare + [
        f"pods of {one.name} have no label {label}"
        for one in runners(manifests)
        for label in LABELS
        if label not in one.labels
    ]


def selectors_select_their_own_pods_alone(manifests: Sequence[Manifest]) -> list[str]:
    pods = [one for one in runners(manifests) if one.kind not in RUN_TO_THEIR_END]
    wrong = []
    for one in of_kind(manifests, "Deployment", "Service", "PodDisruptionBudget"):
        name = one["metadata"]["name"]
        selector = one["spec"]["selector"]
        selector = {"matchLabels": selector} if one["kind"] == "Service" else selector
        found = [pod.name for pod in pods if selected(selector, pod.labels)]
        if found != [name]:
            wrong.append(f"{one['kind']} {name} selects the pods of {found}")
    return wrong


def policies_are_the_documented_connections(manifests: Sequence[Manifest]) -> list[str]:
    here = {one.labels[COMPONENT] for one in runners(manifests)}
    servers = {"callers", "prometheus"}
    ours = {whence for whence, _, _ in documented()} - servers
    wanted = {
        (whence, where, port)
        for whence, where, port in documented()
        if (whence in here or whence in servers) and (where in here or (whence in here and where not in ours))
    }
    traced = any("OTEL_EXPORTER_OTLP_ENDPOINT" in one["data"] for one in of_kind(manifests, "ConfigMap"))
    wanted = {one for one in wanted if traced or one[1] != "otel-collector"}
    allowed = connections(manifests)
    return [f"documented and not allowed: {one}" for one in sorted(wanted - allowed)] + [
        f"allowed and not documented: {one}" for one in sorted(allowed - wanted)
    ]


def what_is_not_allowed_is_denied(manifests: Sequence[Manifest]) -> list[str]:
    total = [
        one
        for one in of_kind(manifests, "NetworkPolicy")
        if one["spec"]["podSelector"] == {}
        and sorted(one["spec"]["policyTypes"]) == ["Egress", "Ingress"]
        and not one["spec"].get("egress")
        and not one["spec"].get("ingress")
    ]
    return [] if total else ["no policy denies what no other allows"]


def each_deployment_is_scaled_by_one(manifests: Sequence[Manifest]) -> list[str]:
    names = [one["metadata"]["name"] for one in of_kind(manifests, "Deployment")]
    targets = [
        one["spec"]["scaleTargetRef"]["name"]
        for one in of_kind(manifests, "HorizontalPodAutoscaler", "ScaledObject")
    ]
    wrong = [f"{name} is scaled twice" for name in set(targets) if targets.count(name) > 1]
    wrong += [f"{name} is scaled and not there" for name in targets if name not in names]
    fixed = [one["metadata"]["name"] for one in of_kind(manifests, "Deployment") if "replicas" in one["spec"]]
    wrong += [f"{name} is scaled and has a fixed number" for name in targets if name in fixed]
    return wrong + [f"{name} is neither scaled nor fixed" for name in names if name not in [*targets, *fixed]]


def what_is_scaled_can_be_drained(manifests: Sequence[Manifest]) -> list[str]:
    budgets = {one["metadata"]["name"]: one["spec"] for one in of_kind(manifests, "PodDisruptionBudget")}
    scaled = of_kind(manifests, "HorizontalPodAutoscaler", "ScaledObject")
    wrong = [
        f"{one['metadata']['name']} has no budget"
        for one in scaled
        if one["spec"]["scaleTargetRef"]["name"] not in budgets
    ]
    return wrong + [
        f"{name} forbids every eviction" for name, spec in budgets.items() if not spec.get("maxUnavailable")
    ]


def the_migration_comes_first(manifests: Sequence[Manifest]) -> list[str]:
    jobs = of_kind(manifests, "Job")
    wrong = [] if len(jobs) == 1 else [f"{len(jobs)} jobs"]
    for one in jobs:
        if one["metadata"].get("annotations", {}).get("argocd.argoproj.io/hook") != "PreSync":
            wrong.append("Argo CD would not run it first")
        if one["spec"]["template"]["spec"]["containers"][0]["command"] != ["monthline", "migrate"]:
            wrong.append("it does not migrate")
    return wrong


def metrics_are_scraped_from_every_pod(manifests: Sequence[Manifest]) -> list[str]:
    wrong = []
    for monitor in of_kind(manifests, "PodMonitor"):
        missed = [
            one.name
            for one in runners(manifests)
            if one.kind not in RUN_TO_THEIR_END and not selected(monitor["spec"]["selector"], one.labels)
        ]
        wrong += [f"{name} is not scraped" for name in missed]
        ports = {port["name"] for one in runners(manifests) for port in one.container.get("ports", [])}
        wrong += [
            f"no port {each['port']}"
            for each in monitor["spec"]["podMetricsEndpoints"]
            if each["port"] not in ports
        ]
    return wrong


RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        everything_is_labelled,
        selectors_select_their_own_pods_alone,
        there_is_time_to_stop,
        traffic_ends_before_the_process_does,
        there_is_one_image_with_a_tag,
        no_secret_is_written_down,
        every_variable_is_a_setting,
        every_required_setting_is_given,
        every_file_is_mounted,
        each_service_has_its_own_secret,
        keys_are_given_to_those_who_use_them,
        an_operator_s_commands_see_everything,
        probes_ask_pages_that_exist,
        policies_are_the_documented_connections,
        what_is_not_allowed_is_denied,
        containers_are_confined,
        resources_are_stated,
        pods_of_one_kind_are_spread,
        each_deployment_is_scaled_by_one,
        what_is_scaled_can_be_drained,
        temporal_is_the_same_everywhere,
        every_role_runs_once_as_api_and_once_as_worker,
        the_migration_comes_first,
        metrics_are_scraped_from_every_pod,
    )
}
