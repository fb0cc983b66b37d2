"""Every table, gathered so that migrations see them all."""

from sqlmodel import SQLModel

from records.alert import Delivery
from records.audit import AuditEntry
from records.exhibit import Exhibit
from records.incident import Acknowledgement, Incident, IncidentAccess, IncidentCounter, Mention
from records.record_key import RecordKey
from records.sign_in import ConsoleSession, SignInCode
from records.verdict import Verdict
from records.waiting import WaitingPost
from records.watching import SourceCursor

TABLES: tuple[type[SQLModel], ...] = (
    RecordKey,
    Incident,
    IncidentAccess,
    IncidentCounter,
    Mention,
    Acknowledgement,
    Exhibit,
    Delivery,
    AuditEntry,
    SourceCursor,
    SignInCode,
    ConsoleSession,
    Verdict,
    WaitingPost,
)

metadata = SQLModel.metadata
