"""Every table, gathered so that migrations see them all."""

from sqlmodel import SQLModel

from records.alarm import OperationsAlarm
from records.alert import Delivery
from records.audit import AuditEntry, AuditLink
from records.capture import Capture, Recheck, Rechecked
from records.custody import CustodyEntry, CustodyStamp, LegalHold
from records.day_total import DayTotal
from records.digest import Digest
from records.emergency import EmergencyAccess
from records.erasing import ErasureRequest
from records.exhibit import Exhibit
from records.incident import (
    Acknowledgement,
    Incident,
    IncidentAccess,
    IncidentCounter,
    Mention,
    MentionRevision,
)
from records.own_page import OwnPage
from records.record_key import RecordKey
from records.release import Release
from records.report import MentionReport, TakenReport
from records.retention import RetentionClock, RetentionDecision
from records.sign_in import ConsoleSession, SignInCode
from records.step import Step
from records.sweep_place import SweepPlace
from records.triage import TriageAnswer
from records.trial import Trial
from records.verdict import Verdict
from records.waiting import WaitingPost
from records.watching import CoverageGap, Quarantined, SourceCursor, SourceHour, SourceWatch
from records.ways_in import (
    CodePassword,
    LinkedIdentity,
    OwnPassword,
    Passkey,
    RecoveryCode,
    SignInChallenge,
)

TABLES: tuple[type[SQLModel], ...] = (
    RecordKey,
    Incident,
    IncidentAccess,
    IncidentCounter,
    Mention,
    MentionRevision,
    Acknowledgement,
    Step,
    OwnPage,
    Capture,
    Recheck,
    Rechecked,
    Exhibit,
    Delivery,
    AuditEntry,
    AuditLink,
    SourceCursor,
    SignInCode,
    ConsoleSession,
    Verdict,
    WaitingPost,
    TakenReport,
    MentionReport,
    TriageAnswer,
    SourceWatch,
    SourceHour,
    CoverageGap,
    Quarantined,
    SweepPlace,
    DayTotal,
    CustodyEntry,
    CustodyStamp,
    LegalHold,
    Digest,
    RetentionClock,
    RetentionDecision,
    ErasureRequest,
    Release,
    OperationsAlarm,
    SignInChallenge,
    Passkey,
    LinkedIdentity,
    OwnPassword,
    CodePassword,
    RecoveryCode,
    EmergencyAccess,
    Trial,
)

metadata = SQLModel.metadata
