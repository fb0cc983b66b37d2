"""The durable engine: what is enqueued in a transaction is carried out, restarts or not."""

import json
import logging
from typing import Any

from dbos import DBOS, DBOSClient, DBOSConfig, Serializer
from sqlalchemy import Engine as Database
from sqlmodel import Session

APPLICATION_VERSION = "1"
"""Pinned: pending work of one version is never picked up by another, so change it never lightly."""

ALERTS = "alerts"
PRESERVING = "preserving"
RECORDING = "recording"
RECHECKING = "rechecking"
READING = "reading"
REPORTS = "reports"
STAMPING = "stamping"
_SOON, _LATER = 0.1, 0.5
"""Seconds between two looks into a queue; each look costs some milliseconds, also an idle one."""
_MAX_THREADS = 32


class JsonReferences(Serializer):
    """Keeps references as JSON; of an error it keeps the kind and never the words."""

    def serialize(self, data: Any) -> str:
        """Write ids and codes; anything else is a fault of ours and shows as its kind."""
        return json.dumps(data, default=lambda fault: {"fault": type(fault).__name__})

    def deserialize(self, serialized_data: str) -> Any:  # noqa: D102
        return json.loads(serialized_data)

    def name(self) -> str:  # noqa: D102
        return "namewatch_json"


class Engine:
    """Starts the engine on our own database, so that its rows commit with ours."""

    def __init__(self, database: Database) -> None:
        """`database` must have been migrated."""
        # What it logs of a fault may hold the words of the fault; ours are told by us.
        logging.getLogger("dbos").setLevel(logging.CRITICAL)
        serializer = JsonReferences()
        DBOS(
            config=DBOSConfig(
                name="namewatch",
                system_database_engine=database,
                system_database_url=database.url.render_as_string(hide_password=False),
                application_version=APPLICATION_VERSION,
                executor_id="local",
                serializer=serializer,
                log_level="CRITICAL",
                max_executor_threads=_MAX_THREADS,
            )
        )
        DBOS.launch()
        DBOS.register_queue(ALERTS, worker_concurrency=8, polling_interval_sec=_SOON)
        for queue in (RECORDING, PRESERVING):
            DBOS.register_queue(queue, worker_concurrency=2, polling_interval_sec=_LATER)
        for queue in (RECHECKING, READING, REPORTS, STAMPING):
            DBOS.register_queue(queue, worker_concurrency=1, polling_interval_sec=_LATER)
        self._client = DBOSClient(system_database_engine=database, serializer=serializer)

    def enqueue(
        self, session: Session, queue: str, workflow: str, workflow_id: str, *references: int
    ) -> None:
        """Have `workflow` run once `session` commits, and once only for this `workflow_id`."""
        self._client.enqueue_in_transaction(
            session,
            {"queue_name": queue, "workflow_name": workflow, "workflow_id": workflow_id},
            *references,
        )

    def stop(self, within_seconds: int = 5) -> None:
        """Let running steps end; what is still pending goes on at the next start."""
        self._client.destroy()
        DBOS.destroy(workflow_completion_timeout_sec=within_seconds)
