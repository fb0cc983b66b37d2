"""Passkeys: added by whoever is signed in, and then the way to sign in without typing anything.

The device checks that it is its owner (a finger, a face, a PIN); what it signs is bound to this
service's own address, so that it can't be tricked out of anybody.
"""

import json
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from sqlmodel import Session, col, select
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    CredentialDeviceType,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from casework.audit import note
from console.challenges import LIVES, Challenges, Purpose, take
from console.codes import SOMEBODY
from console.desk import Desk
from console.errors import TooManyTriesError
from console.limits import Limiter
from console.own_ways import own_ways
from console.tokens import drawn_from
from records.database import reading, transaction
from records.roster import StaffMember
from records.ways_in import Passkey

MOST = 10
"""How many passkeys one person may have."""
_MILLISECONDS = int(LIVES.total_seconds() * 1000)
_FAULTS = (WebAuthnException, ValueError, KeyError, TypeError)
"""What the library raises for answers that are wrong or broken."""


class Passkeys:
    """Asks devices, and checks what they answer."""

    def __init__(self, desk: Desk, challenges: Challenges) -> None:
        self._desk = desk
        self._challenges = challenges
        own = urlsplit(desk.console_url)
        self._rp_id = own.hostname or ""
        self._origin = f"{own.scheme}://{own.netloc}"
        self.possible = possible_at(desk.console_url)
        self._asked_all = Limiter(600, timedelta(minutes=10))

    def ask_to_add(self, member: StaffMember) -> tuple[str, str]:
        """The browser's token, and what its script is to ask the device."""
        token = self._ask(Purpose.ADD_PASSKEY, member.staff_id)
        with reading(self._desk.database) as session:
            kept = self._of(session, member.staff_id)
        options = generate_registration_options(
            rp_id=self._rp_id,
            rp_name=f"namewatch at {self._desk.organisation.name}",
            user_id=kept[0].user_handle if kept else drawn_from(token, "user handle"),
            user_name=member.email or member.staff_id,
            user_display_name=member.full_name,
            challenge=drawn_from(token, Purpose.ADD_PASSKEY),
            timeout=_MILLISECONDS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(one.credential_id) for one in kept],
        )
        return token, options_to_json(options)

    def add(
        self, member: StaffMember, token: str, answer: str, title: str, *, first: bool = False
    ) -> bool:
        """Keep the new passkey; whether the device's answer was good.

        As the `first` way of somebody's own only if they have none yet.
        """
        now = self._desk.now()
        with transaction(self._desk.database) as session:
            good = take(session, token, Purpose.ADD_PASSKEY, now, member.staff_id)
            good = good and (not first or own_ways(session, member.staff_id).none_yet)
            kept = self._of(session, member.staff_id)
            made = self._checked(answer, token) if good and len(kept) < MOST else None
            if made is None or not _is_new(session, made):
                note(session, "passkey refused", actor=member.staff_id, now=now)
                return False
            made.staff_id, made.title, made.added_at = member.staff_id, title, now
            made.user_handle = kept[0].user_handle if kept else drawn_from(token, "user handle")
            session.add(made)
            note(session, "passkey added", actor=member.staff_id, now=now)
            return True

    def remove(self, member: StaffMember, passkey_id: int) -> None:
        """Take away one of somebody's own; others' are out of reach."""
        with transaction(self._desk.database) as session:
            kept = session.get(Passkey, passkey_id)
            if kept is not None and kept.staff_id == member.staff_id:
                session.delete(kept)
                now = self._desk.now()
                note(session, "passkey removed", actor=member.staff_id, now=now)

    def ask_to_enter(self) -> tuple[str, str]:
        """The browser's token, and what its script is to ask the device; names nobody."""
        token = self._ask(Purpose.ENTER_BY_PASSKEY)
        options = generate_authentication_options(
            rp_id=self._rp_id,
            challenge=drawn_from(token, Purpose.ENTER_BY_PASSKEY),
            timeout=_MILLISECONDS,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return token, options_to_json(options)

    def take(self, session: Session, token: str, answer: str, now: datetime) -> str | None:
        """Whose passkey answered; None when the answer isn't good."""
        good = take(session, token, Purpose.ENTER_BY_PASSKEY, now)
        kept = _named_in(session, answer)
        if kept is None or not good or not self._signed(kept, token, answer):
            actor = kept.staff_id if kept else SOMEBODY
            note(session, "sign-in refused", actor=actor, now=now, about={"way": "passkey"})
            return None
        if not self._desk.employed(kept.staff_id):
            about = {"way": "passkey"}
            note(session, "sign-in refused", actor=kept.staff_id, now=now, about=about)
            return None
        kept.used_at = now
        session.add(kept)
        return kept.staff_id

    def _ask(self, purpose: Purpose, staff_id: str | None = None) -> str:
        if not self._asked_all.allow("all", self._desk.now()):
            raise TooManyTriesError
        return self._challenges.ask(purpose, staff_id)

    def _of(self, session: Session, staff_id: str) -> list[Passkey]:
        query = select(Passkey).where(Passkey.staff_id == staff_id)
        return list(session.exec(query.order_by(col(Passkey.id))))

    def _checked(self, answer: str, token: str) -> Passkey | None:
        try:
            made = verify_registration_response(
                credential=answer,
                expected_challenge=drawn_from(token, Purpose.ADD_PASSKEY),
                expected_rp_id=self._rp_id,
                expected_origin=self._origin,
                require_user_verification=True,
            )
        except _FAULTS:
            return None
        return Passkey(
            staff_id="",
            title="",
            credential_id=made.credential_id,
            public_key=made.credential_public_key,
            user_handle=b"",
            sign_count=made.sign_count,
            synced=made.credential_device_type is CredentialDeviceType.MULTI_DEVICE,
            backed_up=made.credential_backed_up,
            transports=_transports(answer),
            added_at=self._desk.now(),
        )

    def _signed(self, kept: Passkey, token: str, answer: str) -> bool:
        """Whether this passkey signed what this browser was asked; keeps its new count."""
        try:
            found = verify_authentication_response(
                credential=answer,
                expected_challenge=drawn_from(token, Purpose.ENTER_BY_PASSKEY),
                expected_rp_id=self._rp_id,
                expected_origin=self._origin,
                credential_public_key=kept.public_key,
                credential_current_sign_count=kept.sign_count,
                require_user_verification=True,
            )
        except _FAULTS:
            return False
        if _handle_in(answer) not in {b"", kept.user_handle}:
            return False
        kept.sign_count = found.new_sign_count
        kept.backed_up = found.credential_backed_up
        return True


def possible_at(console_url: str) -> bool:
    """Whether browsers allow passkeys at this address: it takes a name, and TLS."""
    own = urlsplit(console_url)
    host = own.hostname or ""
    return _has_a_name(host) and (own.scheme == "https" or host == "localhost")


def _has_a_name(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return bool(host)
    return False


def _is_new(session: Session, made: Passkey) -> bool:
    """Whether nobody has this passkey yet."""
    query = select(Passkey.id).where(Passkey.credential_id == made.credential_id)
    return session.exec(query).first() is None


def _named_in(session: Session, answer: str) -> Passkey | None:
    """The passkey that an answer says it comes from."""
    try:
        raw = base64url_to_bytes(json.loads(answer)["rawId"])
    except _FAULTS:
        return None
    return session.exec(
        select(Passkey).where(Passkey.credential_id == raw).with_for_update()
    ).first()


def _handle_in(answer: str) -> bytes:
    given = json.loads(answer)["response"].get("userHandle")
    return base64url_to_bytes(given) if given else b""


def _transports(answer: str) -> list[str]:
    """How the device is reached, as far as these are known words."""
    given = json.loads(answer).get("response", {}).get("transports") or ()
    return [one for one in given if one in set(AuthenticatorTransport)]
