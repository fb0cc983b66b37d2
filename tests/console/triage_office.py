"""A body at work whose console is open: posts come in, and people answer what waits for triage."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlmodel import col, select
from starlette.testclient import TestClient

from console.app import create_app
from console.desk import Desk
from evidence.vault import Vault
from records.audit import AuditEntry
from records.database import reading
from records.organisation import IT
from records.roster import StaffMember
from tests.console.conftest import let_in
from tests.workflows.conftest import BOB, BODY, Office
from workflows.joining import Joining

DOUBTFUL = "Fenella Auchterbrae was on the ferry."


class TriageOffice:
    """An office with a console; Bob looks after the machine."""

    def __init__(self, folder: Path) -> None:
        self.work = Office(folder)
        self.work.change(organisation=BODY.model_copy(update={"roles": {**BODY.roles, IT: (BOB,)}}))
        self.mails: list[str] = []
        self._folder = folder

    def desk(self, **changes: object) -> Desk:
        held = self.work.services
        desk = Desk(
            database=held.database,
            organisation=held.organisation,
            roster=held.roster,
            pack=held.pack,
            open_key=Vault(self._folder / "keys").open_record_key,
            send_note=self._send,
            console_url="http://127.0.0.1",
            now=lambda: self.work.time,
            joining=Joining(held, self.work.engine),  # type: ignore[arg-type]
        )
        return replace(desk, **changes)  # type: ignore[arg-type]

    def visit(self, staff_id: str = "", desk: Desk | None = None) -> TestClient:
        """A browser, signed in as `staff_id` if one is given."""
        desk = desk or self.desk()
        browser = TestClient(
            create_app(desk, refusals_take=0),
            base_url="http://127.0.0.1",
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=False,
        )
        if staff_id:
            let_in(browser, desk, staff_id)
        return browser

    def later(self, **span: float) -> None:
        self.work.time += timedelta(**span)

    def trail(self, action: str) -> list[AuditEntry]:
        with reading(self.work.services.database) as session:
            found = select(AuditEntry).where(AuditEntry.action == action)
            return list(session.exec(found.order_by(col(AuditEntry.id))))

    def _send(self, _to: StaffMember, _subject: str, text: str) -> None:
        self.mails.append(text)
