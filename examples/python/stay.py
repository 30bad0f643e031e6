"""Starts, signals and queries a stay by name, from Python and with plain JSON (docs/messages.md).

    python -m venv .venv && .venv/bin/pip install -r examples/python/requirements.txt
    .venv/bin/python examples/python/stay.py                  # against "npm run dev"

Where Temporal is, TEMPORAL_ADDRESS says; else it is localhost:7233. Prints the stay's view as JSON.
"""

import asyncio
import json
import os
import sys
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

from temporalio.client import Client, WithStartWorkflowOperation, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

PROPERTY = os.environ.get("STAYLINE_PROPERTY", "simulated-hotel")


def stay_id(property_id: str, reservation_id: str) -> str:
    return f"stay/{encoded(property_id)}/{encoded(reservation_id)}"


def encoded(part: str) -> str:
    """Encodes as JavaScript's encodeURIComponent does: a stay under another spelling of its id is refused."""
    return quote(part, safe="!*'()")


async def apply_reservation(client: Client, snapshot: dict) -> dict:
    """Sends a whole reservation; answers the view once it is recorded, not when keys exist.

    A stay that has ended is started again only by a revision that it did not know: a late copy of an old one would issue
    keys to guests who have left.
    """
    workflow_id = stay_id(snapshot["propertyId"], snapshot["reservationId"])
    handle = client.get_workflow_handle(workflow_id)
    if datetime.fromisoformat(snapshot["window"]["to"]) <= datetime.now(timezone.utc):
        return await handle.execute_update("applyReservation", snapshot)

    async def send(reuse: WorkflowIDReusePolicy) -> dict:
        start = WithStartWorkflowOperation(
            "stay",
            {},
            id=workflow_id,
            task_queue="stays",
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=reuse,
        )
        return await client.execute_update_with_start_workflow(
            "applyReservation", snapshot, start_workflow_operation=start
        )

    try:
        return await send(WorkflowIDReusePolicy.REJECT_DUPLICATE)
    except WorkflowAlreadyStartedError:
        ended = await handle.query("stay")
        if snapshot["revision"] <= ended["revision"]:
            raise
        return await send(WorkflowIDReusePolicy.ALLOW_DUPLICATE)


async def main(reservation_id: str) -> None:
    client = await Client.connect(os.environ.get("TEMPORAL_ADDRESS", "localhost:7233"))
    now = datetime.now(timezone.utc)
    snapshot = {
        "propertyId": PROPERTY,
        "reservationId": reservation_id,
        # What grows with every change of the reservation: here the time, so that the example can run again.
        "revision": int(now.timestamp() * 1000),
        "status": "confirmed",
        "window": {
            "from": (now + timedelta(days=30)).isoformat(),
            "to": (now + timedelta(days=33)).isoformat(),
        },
        "rooms": [],
        "guests": [{"guestId": "g1", "primary": True}],
    }
    await apply_reservation(client, snapshot)
    try:
        await apply_reservation(client, {**snapshot, "revision": snapshot["revision"] - 1})
    except WorkflowUpdateFailedError as refused:
        print(f"an older revision is refused: {refused.cause}", file=sys.stderr)

    stay = client.get_workflow_handle(stay_id(PROPERTY, reservation_id))
    await stay.signal("addGuests", {"guests": [{"guestId": "g2"}], "requestId": "add-g2", "by": "example"})
    # Sent again, as after a timeout: it is done once.
    await stay.signal("addGuests", {"guests": [{"guestId": "g2"}], "requestId": "add-g2", "by": "example"})
    print(json.dumps(await stay.query("stay")))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "R-python"))
