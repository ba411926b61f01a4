"""What the engine has counted of a workflow."""

from temporalio.client import Client


async def history(client: Client, workflow_id: str) -> tuple[int, int]:
    """Events and bytes of a workflow's history."""
    described = await client.get_workflow_handle(workflow_id).describe()
    info = described.raw_description.workflow_execution_info
    return int(info.history_length), int(info.history_size_bytes)
