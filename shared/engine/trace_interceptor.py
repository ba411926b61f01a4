"""A trace's way through Temporal: from the caller's update by the lifecycle to the owners' activities.

Updates decide and ``run`` acts: an activity belongs to the command that it carries out, not to the
workflow's first caller. Its header is made of nothing but what the history has, so a replay makes the same.
"""

import hashlib
import time
from collections.abc import Mapping
from typing import Any

from temporalio import activity, workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import (
    Interceptor,
    OutboundInterceptor,
    StartWorkflowInput,
    StartWorkflowUpdateInput,
    WorkflowHandle,
    WorkflowUpdateHandle,
)
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    ExecuteWorkflowInput,
    HandleUpdateInput,
    StartActivityInput,
    StartChildWorkflowInput,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
    WorkflowOutboundInterceptor,
)
from temporalio.worker import Interceptor as WorkerInterceptor

from shared.telemetry import tracing
from shared.telemetry.tracing import traceparent

HEADER = "traceparent"
Headers = Mapping[str, Payload]


def given(headers: Headers) -> str | None:
    """The trace context that came along."""
    payload = headers.get(HEADER)
    return payload.data.decode("ascii", "replace") if payload else None


def along(headers: Headers, context: str | None) -> Headers:
    """The headers with a trace context to go along."""
    if context is None:
        return headers
    return {**headers, HEADER: Payload(metadata={"encoding": b"binary/plain"}, data=context.encode())}


class TraceInterceptor(Interceptor, WorkerInterceptor):
    """For clients, and by them for their workers."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """What this process asks of the engine."""
        return _Outbound(next)

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        """What the engine asks of this process."""
        return _Activity(next)

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor]:
        """What a workflow is asked, and asks."""
        return _Workflow


class _Outbound(OutboundInterceptor):
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        with tracing.child(f"start {input.workflow}", kind="client", parent=traceparent.get()) as span:
            input.headers = along(input.headers, span.traceparent if span else None)
            return await super().start_workflow(input)

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:
        with tracing.child(
            f"update {input.update}", kind="client", parent=traceparent.get(), workflow=input.id
        ) as span:
            input.headers = along(input.headers, span.traceparent if span else None)
            return await super().start_workflow_update(input)


class _Activity(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        info = activity.info()
        with tracing.span(
            f"activity {info.activity_type}",
            kind="server",
            parent=given(input.headers),
            workflow=info.workflow_id or "",
            attempt=info.attempt,
        ):
            return await super().execute_activity(input)


class _Workflow(WorkflowInboundInterceptor):
    """Remembers under which trace each command came."""

    def __init__(self, next: WorkflowInboundInterceptor) -> None:
        super().__init__(next)
        self._start: str | None = None
        self._last: str | None = None
        self._commands: dict[str, str] = {}

    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        super().init(_WorkflowOutbound(outbound, self))

    async def execute_workflow(self, input: ExecuteWorkflowInput) -> Any:
        self._start = given(input.headers)
        return await super().execute_workflow(input)

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:
        parent = given(input.headers)
        if parent is None:
            return await super().handle_update_handler(input)
        span_id, begun = _span_id(parent, input.id), workflow.time_ns()
        self._last = self._commands[input.id] = _under(parent, span_id)
        try:
            return await super().handle_update_handler(input)
        finally:
            if not workflow.unsafe.is_replaying():
                tracing.record(
                    f"workflow {input.update}",
                    parent=parent,
                    span_id=span_id,
                    times=(begun, max(begun, time.time_ns())),
                    workflow=workflow.info().workflow_id,
                )

    def of(self, request: object) -> str | None:
        """The trace that what the workflow asks for belongs to.

        That of the command it carries out; a deadline's own doing belongs to none.
        """
        command = getattr(request, "command", request)
        command_id = getattr(command, "command_id", None)
        if command_id is None:
            return self._last or self._start
        known = self._commands.get(command_id.removesuffix(":score"))
        return known or (None if self._commands else self._start)

    @property
    def start(self) -> str | None:
        """The trace in which the workflow was started."""
        return self._start


class _WorkflowOutbound(WorkflowOutboundInterceptor):
    def __init__(self, next: WorkflowOutboundInterceptor, inbound: _Workflow) -> None:
        super().__init__(next)
        self._inbound = inbound

    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:
        request = input.args[0] if input.args else None
        input.headers = along(input.headers, self._inbound.of(request))
        return super().start_activity(input)

    async def start_child_workflow(
        self, input: StartChildWorkflowInput
    ) -> workflow.ChildWorkflowHandle[Any, Any]:
        input.headers = along(input.headers, self._inbound.start)
        return await super().start_child_workflow(input)


def _span_id(parent: str, update_id: str) -> int:
    """An id that a replay finds again."""
    digest = hashlib.sha256(f"{parent} {update_id}".encode()).digest()
    return int.from_bytes(digest[:8]) or 1


def _under(parent: str, span_id: int) -> str:
    parts = parent.split("-")
    return f"{parts[0]}-{parts[1]}-{span_id:016x}-{parts[-1]}"
