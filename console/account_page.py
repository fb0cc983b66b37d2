"""What the page of one's own account says."""

from dataclasses import dataclass
from datetime import datetime

from console.auth import Door
from console.desk import Desk
from console.sessions import OpenSession, Way
from console.words import moment_words
from records.roster import StaffMember

_WAY_WORDS = {
    Way.CODE: "with a code by e-mail",
    Way.CODE_AND_PASSWORD: "with a code by e-mail and a password",
    Way.PASSKEY: "with a passkey",
    Way.PASSWORD: "with a password",
}
DONE = {
    "passkey": "Your passkey is set up. Next time, sign in with it.",
    "passkey-removed": "The passkey no longer works here. Delete it on your device as well.",
    "linked": "Your account is linked. Next time, you can sign in with it.",
    "unlinked": "Your account is no longer linked.",
    "password-removed": "Your password, its app and its recovery codes no longer work here.",
    "password-changed": "Your password is changed.",
    "ended": "The session was ended.",
    "others-ended": "All your other sessions were ended.",
}
FAILED = {
    "not-linked": (
        "The account was not linked: it could not be checked, or somebody else has linked it."
    ),
}


@dataclass(frozen=True, slots=True)
class OwnPasskey:
    """A passkey, as its owner sees it."""

    number: int
    title: str
    about: str


@dataclass(frozen=True, slots=True)
class OwnSession:
    """A session, as its owner sees it."""

    handle: str
    device: str
    about: str
    own: bool


@dataclass(frozen=True, slots=True)
class AccountPage:
    """The page, ready to be filled in."""

    passkeys: tuple[OwnPasskey, ...]
    passkeys_possible: bool
    provider: str
    linked: str
    """Since when; empty when nothing is linked."""
    passwords_possible: bool
    password: str
    """Since when; empty when there is none."""
    recovery_codes: int
    sessions: tuple[OwnSession, ...]
    code_only: bool
    """Whether a code by mail is part of each way that they have."""
    beside: str
    """Since when there is a password beside the code; empty when there is none."""


def account_page(desk: Desk, door: Door, member: StaffMember, token: str) -> AccountPage:
    """How `member` signs in, and where they are signed in."""
    ways = door.ways_of(member)

    def when(at: datetime) -> str:
        return moment_words(at, desk.organisation.calendar.zone)

    def used(added: datetime, at: datetime | None) -> str:
        return f"Added on {when(added)}. " + (
            f"Last used on {when(at)}." if at else "Not used yet."
        )

    return AccountPage(
        passkeys=tuple(
            OwnPasskey(one.id or 0, one.title, used(one.added_at, one.used_at))
            for one in ways.passkeys
        ),
        passkeys_possible=door.passkeys.possible,
        provider=door.provider.title if door.provider else "",
        linked=when(ways.linked.linked_at) if ways.linked else "",
        passwords_possible=door.passwords.possible,
        password=when(ways.password.set_at) if ways.password else "",
        recovery_codes=ways.recovery_codes,
        sessions=tuple(
            _session(one, door, when(one.started_at), when(one.last_seen_at))
            for one in door.sessions.all_of(member.staff_id, token)
        ),
        code_only=not ways,
        beside=when(ways.beside.set_at) if ways.beside else "",
    )


def _session(one: OpenSession, door: Door, began: str, seen: str) -> OwnSession:
    elsewhere = f"with {door.provider.title}" if door.provider else "elsewhere"
    how = _WAY_WORDS.get(one.way, elsewhere)
    whole = f"Signed in {how} on {began}. Last used on {seen}."
    half = f"A code by e-mail was entered on {began}. Nothing has been shown there yet."
    return OwnSession(
        handle=one.handle,
        device=one.device,
        about=half if door.sessions.is_half(one.way) else whole,
        own=one.own,
    )
