"""Sign in at the body's own identity provider (OpenID Connect, code flow with PKCE).

What comes back is checked word for word: state and nonce against the browser's own token, the id
token's signature against the provider's keys, its issuer, audience, tenant and times. People are
known by issuer and subject, never by their address: addresses are given to others.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from sqlmodel import select

from casework.audit import note
from console.challenges import Challenges, Purpose, still_asked, take
from console.codes import SOMEBODY
from console.desk import Desk
from console.door_rules import ProviderAccess
from console.errors import ProviderError, TooManyTriesError
from console.limits import Limiter
from console.own_ways import own_ways
from console.sessions import RECENT, Way
from console.tokens import drawn_from
from records.database import reading, transaction
from records.outgoing import hosts_of, vouched
from records.roster import StaffMember
from records.ways_in import LinkedIdentity

BACK = "/sign-in/elsewhere/back"
"""Where the provider sends people back to; it has to be told this address."""
_ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
_LEEWAY_SECONDS = 60
_SECONDS = 10
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
_GOOGLE = "https://accounts.google.com"
"""Knows no `prompt=login`."""
_FAULTS = (requests.RequestException, AuthlibBaseError, JoseError, ValueError, KeyError, TypeError)


class Provider:
    """Sends people there, and checks who comes back."""

    def __init__(
        self, desk: Desk, challenges: Challenges, access: ProviderAccess, asked_all: Limiter
    ) -> None:
        self._desk = desk
        self._challenges = challenges
        self._access = access
        self._asked_all = asked_all
        self._back = desk.console_url.rstrip("/") + BACK
        self.title = access.title

    def ask(self, purpose: Purpose, staff_id: str | None = None) -> tuple[str, str]:
        """The browser's token, and the provider's address to go to; raises ProviderError."""
        if not self._asked_all.allow("all", self._desk.now()):
            raise TooManyTriesError
        told = described(self._access)
        token = self._challenges.ask(purpose, staff_id)
        anew = purpose is Purpose.PROVE_ELSEWHERE
        login = anew and self._access.issuer != _GOOGLE
        address, _ = self._client().create_authorization_url(
            told["authorization_endpoint"],
            state=_text(token, "state"),
            nonce=_text(token, "nonce"),
            code_verifier=_text(token, "verifier"),
            prompt="login" if login else "select_account",
            **({"max_age": "0"} if anew else {}),
        )
        return token, str(address)

    def take(self, token: str, answer: Mapping[str, str]) -> tuple[str, Way] | None:
        """Whose linked account this is, and how they entered; None when it is nobody's."""
        now = self._desk.now()
        with reading(self._desk.database) as session:
            anew = still_asked(session, token, Purpose.PROVE_ELSEWHERE, now)
        purpose = Purpose.PROVE_ELSEWHERE if anew else Purpose.ENTER_ELSEWHERE
        subject, claims = self._subject(token, answer, purpose, None)
        with transaction(self._desk.database) as session:
            kept = session.exec(
                select(LinkedIdentity).where(LinkedIdentity.subject_hash == subject)
            ).first()
            if not subject or kept is None or not self._desk.employed(kept.staff_id):
                actor = kept.staff_id if kept else SOMEBODY
                about = {"way": "elsewhere"}
                note(session, "sign-in refused", actor=actor, now=now, about=about)
                return None
            kept.used_at = now
            session.add(kept)
            return kept.staff_id, self._way(claims, anew=anew)

    def link(
        self, member: StaffMember, token: str, answer: Mapping[str, str], *, first: bool = False
    ) -> bool:
        """Link the account that comes back to whoever is signed in; whether that was done.

        As the `first` way of somebody's own only if they have none yet.
        """
        subject, _ = self._subject(token, answer, Purpose.LINK_ELSEWHERE, member.staff_id)
        now, own = self._desk.now(), member.staff_id
        with transaction(self._desk.database) as session:
            query = select(LinkedIdentity).where(LinkedIdentity.subject_hash == subject)
            taken = session.exec(query).first()
            late = first and not own_ways(session, own).none_yet
            if not subject or late or (taken is not None and taken.staff_id != own):
                note(session, "account not linked", actor=own, now=now)
                return False
            kept = session.get(LinkedIdentity, own)
            if kept is None:
                kept = LinkedIdentity(staff_id=own, subject_hash=subject, linked_at=now)
            kept.subject_hash, kept.linked_at = subject, now
            session.add(kept)
            note(session, "account linked", actor=own, now=now)
            return True

    def unlink(self, member: StaffMember) -> None:
        """Forget the account that this person has linked."""
        with transaction(self._desk.database) as session:
            kept = session.get(LinkedIdentity, member.staff_id)
            if kept is not None:
                session.delete(kept)
                note(session, "account unlinked", actor=member.staff_id, now=self._desk.now())

    def _subject(
        self, token: str, answer: Mapping[str, str], purpose: Purpose, staff_id: str | None
    ) -> tuple[str, Mapping[str, Any]]:
        """A hash of issuer and subject, and all claims; empty when anything is wrong with them."""
        now = self._desk.now()
        with transaction(self._desk.database) as session:
            good = take(session, token, purpose, now, staff_id)
        state = answer.get("state", "").encode()
        if not good or not hmac.compare_digest(state, _text(token, "state").encode()):
            return "", {}
        if not answer.get("code") or answer.get("iss", self._access.issuer) != self._access.issuer:
            return "", {}
        try:
            claims = self._claims(token, answer["code"])
            return self._hash_of(claims), claims
        except ProviderError:
            raise
        except _FAULTS:
            return "", {}

    def _claims(self, token: str, code: str) -> Mapping[str, Any]:
        told = described(self._access)
        answer = self._client().fetch_token(
            told["token_endpoint"],
            grant_type="authorization_code",
            code=code,
            code_verifier=_text(token, "verifier"),
            timeout=_SECONDS,
            allow_redirects=False,
        )
        keys = KeySet.import_key_set(_read(told["jwks_uri"]))  # type: ignore[arg-type]
        found = jwt.decode(answer["id_token"], keys, algorithms=_ALGORITHMS).claims
        self._check(found, _text(token, "nonce"))
        return found

    def _check(self, claims: Mapping[str, Any], nonce: str) -> None:
        """Raise JoseError or ValueError unless this was said now, by them, to us, about this."""
        rules = jwt.JWTClaimsRegistry(
            now=int(self._desk.now().timestamp()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self._access.issuer},
            aud={"essential": True, "value": self._access.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        )
        rules.validate(dict(claims))
        if claims.get("azp", self._access.client_id) != self._access.client_id:
            raise ValueError
        if not isinstance(claims.get("auth_time", 0), int | float):
            raise ValueError  # noqa: TRY004 - a wrong answer like the others
        if self._access.tenant and claims.get("tid") != self._access.tenant:
            raise ValueError

    def _way(self, claims: Mapping[str, Any], *, anew: bool) -> Way:
        """Whether they have just proved to the provider who they are, by the time that it tells.

        Of one that tells no time it is taken on trust that it had them prove it when asked to.
        """
        told = claims.get("auth_time")
        if told is None:
            return Way.PROVED_ELSEWHERE if anew else Way.ELSEWHERE
        ago = self._desk.now().timestamp() - told
        proved = -_LEEWAY_SECONDS <= ago <= RECENT.total_seconds()
        return Way.PROVED_ELSEWHERE if proved else Way.ELSEWHERE

    def _hash_of(self, claims: Mapping[str, Any]) -> str:
        """Of Entra `oid`, which is the person's in the tenant; its `sub` is each application's."""
        subject = str(claims["oid" if self._access.tenant else "sub"])
        return hashlib.sha256(f"{self._access.issuer}\0{subject}".encode()).hexdigest()

    def _client(self) -> OAuth2Session:
        return OAuth2Session(
            self._access.client_id,
            self._access.client_secret,
            scope="openid",
            redirect_uri=self._back,
            code_challenge_method="S256",
            default_timeout=_SECONDS,
        )


def described(access: ProviderAccess) -> Mapping[str, Any]:
    """What the provider says of itself; raises ProviderError unless it is who it should be."""
    try:
        found = _read(f"{access.issuer.rstrip('/')}/.well-known/openid-configuration")
        if found["issuer"] != access.issuer:
            raise ProviderError
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            _check_safe(str(found[name]))
    except _FAULTS:
        raise ProviderError from None
    vouched(hosts_of(str(found["token_endpoint"]), str(found["jwks_uri"])))
    return found


def _read(address: str) -> Mapping[str, Any]:
    _check_safe(address)
    answer = requests.get(address, timeout=_SECONDS, allow_redirects=False)
    if answer.status_code != requests.codes.ok:
        raise ValueError
    found = answer.json()
    if not isinstance(found, dict):
        raise TypeError
    return found


def _check_safe(address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and parts.hostname not in _LOOPBACK:
        raise ValueError


def _text(token: str, what: str) -> str:
    return urlsafe_b64encode(drawn_from(token, what)).rstrip(b"=").decode()
