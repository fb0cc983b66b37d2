"""Every address of the console, asked by every role that stands in every way to the incident.

An address without a row in WHO_MAY fails here: nobody may see it until somebody says who may.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx2 import Response

import console
from tests.console.everybody import SIGNED_IN, Role, Stands, World, watched, world_in

NOBODY: frozenset[Role] = frozenset()
ANYBODY = frozenset(Role)
"""Signed in or not."""
EMPLOYED = frozenset(SIGNED_IN)
KEEPERS = frozenset({Role.CUSTODIAN, Role.DIRECTOR})
LEADERS = frozenset({Role.CUSTODIAN, Role.DIRECTOR, Role.HEAD, Role.LEADER})
RETAINERS = frozenset({Role.CUSTODIAN, Role.DIRECTOR, Role.HEAD})
SETTERS = frozenset({Role.CUSTODIAN, Role.DIRECTOR, Role.IT})
LISTED = frozenset({Stands.LISTED, Stands.COVERING})
KEEPER = frozenset({Stands.KEEPER})
READERS = LISTED | KEEPER
BRINGERS = frozenset({Role.LINE_MANAGER, Role.CUSTODIAN})
TELLERS = frozenset({Role.LINE_MANAGER, Role.HR_OFFICER, Role.CUSTODIAN, Role.DIRECTOR, Role.HEAD})
"""Who tells the person named, by either policy."""
TELL_NOBODY = {"spso": NOBODY, "wics": frozenset({Role.HR_OFFICER, Role.CUSTODIAN})}
"""Who of them does not, by the policy of this body (SPSO 69, WICS Named ¶3)."""
POLICIES = tuple(TELL_NOBODY)

HALF_IN = frozenset({Role.HALF})
JSON = frozenset(
    {
        "POST /sign-in/passkey/begin",
        "POST /sign-in/second/passkey/begin",
        "POST /account/passkeys/begin",
    }
)
"""The only addresses that answer JSON; tests/console/test_json.py tries each of them."""
OUTSIDE = (Stands.LISTED, Stands.NAMED)
"""Enough for whoever is not let in at all."""
MONTH = {"year": "2026", "part": "11"}


@dataclass(frozen=True, slots=True)
class Row:
    """Who may, and with what it is asked; `answers` are what whoever may is answered with."""

    who: frozenset[Role] | frozenset[Stands]
    answers: tuple[int, ...] = (200,)
    form: Mapping[str, str] = field(default_factory=dict)
    path: Mapping[str, str] = field(default_factory=dict)
    only: frozenset[Role] = EMPLOYED
    """Of those who stand so, these roles."""
    also: frozenset[Stands] = frozenset()
    """Whoever stands so, in any role."""
    ends: bool = False
    """Whether the session may be over after it."""


WHO_MAY = {
    "GET /": Row(ANYBODY, (200, 303)),
    "GET /inbox": Row(EMPLOYED),
    # Nothing waits for triage here, so that there is no finding for anybody.
    "GET /triage": Row(KEEPERS),
    "GET /triage/{number}": Row(NOBODY),
    "POST /triage/{number}": Row(NOBODY, form={"said": "ours"}),
    "POST /triage/{number}/reveal": Row(NOBODY),
    "POST /triage/{number}/undo": Row(NOBODY),
    "GET /status": Row(KEEPERS | {Role.IT}),
    "POST /status/check": Row(KEEPERS | {Role.IT}, (303,)),
    "GET /sign-in": Row(ANYBODY),
    "POST /sign-in": Row(ANYBODY, (303,), {"address": "{role}@elsewhere.example"}),
    "GET /sign-in/code": Row(ANYBODY),
    "POST /sign-in/code": Row(ANYBODY, (400,), {"code": "000000"}, ends=True),
    "GET /sign-in/again": Row(ANYBODY),
    "POST /sign-in/elsewhere": Row(ANYBODY, (400,)),
    "GET /sign-in/elsewhere/back": Row(ANYBODY, (400,)),
    "POST /sign-in/passkey/begin": Row(ANYBODY),
    "POST /sign-in/passkey": Row(ANYBODY, (400,), {"answer": "{{}}"}),
    "GET /sign-in/password": Row(ANYBODY),
    "POST /sign-in/password": Row(ANYBODY, (400,)),
    # Whoever is wholly in is led on from there.
    "GET /sign-in/second": Row(HALF_IN | EMPLOYED, (200, 303)),
    "GET /sign-in/second/password": Row(HALF_IN | EMPLOYED, (200, 303)),
    "POST /sign-in/second/password": Row(HALF_IN, (400,)),
    "POST /sign-in/second/passkey/begin": Row(HALF_IN),
    "POST /sign-in/second/passkey": Row(HALF_IN, (400,)),
    "POST /sign-in/second/elsewhere": Row(HALF_IN, (400,)),
    "POST /account/elsewhere": Row(EMPLOYED, (502,)),
    "POST /account/elsewhere/remove": Row(EMPLOYED, (303,)),
    "POST /sign-out": Row(ANYBODY, (303,), ends=True),
    "GET /r/{reference}": Row(READERS),
    "POST /r/{reference}/seen": Row(LISTED, (303,)),
    "POST /r/{reference}/said": Row(READERS, (303,), {"said": "someone-else"}),
    "POST /r/{reference}/reveal": Row(READERS),
    "GET /r/{reference}/evidence/{number}/preview": Row(READERS),
    "POST /r/{reference}/evidence/{number}/open": Row(READERS, form={"why": "for the police"}),
    "POST /r/{reference}/evidence/{number}/download": Row(READERS, form={"why": "for the police"}),
    "GET /r/{reference}/evidence/{number}/picture/{name}": Row(
        READERS, (303,), path={"name": "page-as-loaded.png"}
    ),
    "GET /r/{reference}/steps": Row(READERS),
    "GET /r/{reference}/steps/{kind}": Row(READERS, path={"kind": "note"}),
    "POST /r/{reference}/steps/{kind}": Row(
        READERS, (303,), {"fact": "It rained."}, path={"kind": "note"}
    ),
    "GET /r/{reference}/timeline": Row(READERS),
    "POST /r/{reference}/timeline": Row(READERS),
    "GET /r/{reference}/talk": Row(READERS),
    # Nothing is restricted yet, so that there are no words for it.
    "GET /r/{reference}/words/{number}": Row(READERS, (404,)),
    # Nothing is decided yet, so that it can be neither closed nor opened again.
    "GET /r/{reference}/close": Row(READERS),
    "POST /r/{reference}/close": Row(READERS, (400,)),
    "GET /r/{reference}/reopen": Row(READERS),
    "POST /r/{reference}/reopen": Row(READERS, (400,), {"why": "more-found"}),
    "GET /r/{reference}/bring-in": Row(LISTED, only=BRINGERS, also=KEEPER),
    "POST /r/{reference}/bring-in": Row(
        LISTED, (303,), {"who": "s003", "why": "advice"}, only=BRINGERS, also=KEEPER
    ),
    "GET /r/{reference}/conflict": Row(READERS),
    "POST /r/{reference}/conflict": Row(READERS, form={"why": "involved"}),
    # The engine that asks the next person doesn't run here.
    "GET /r/{reference}/pass-on": Row(LISTED),
    "POST /r/{reference}/pass-on": Row(LISTED, (400,)),
    "GET /report": Row(EMPLOYED),
    "POST /report": Row(EMPLOYED, (400,)),
    "GET /report/done": Row(EMPLOYED),
    # Nobody was told in private yet, so that no page is made.
    "GET /r/{reference}/say": Row(READERS, only=TELLERS),
    "POST /r/{reference}/say": Row(READERS, (303,), only=TELLERS),
    "POST /r/{reference}/say/withdraw": Row(READERS, (303,), only=TELLERS),
    # Without its code a page of one's own is open to nobody.
    "GET /say": Row(ANYBODY),
    "POST /say": Row(ANYBODY, (400,), {"code": "K7QD M4XW"}),
    "GET /say/code": Row(ANYBODY),
    "POST /say/code": Row(ANYBODY, (400,), {"code": "000000"}),
    "POST /say/leave": Row(ANYBODY, (303,)),
    "GET /say/page": Row(ANYBODY, (303,)),
    "POST /say/page/words": Row(ANYBODY, (303,)),
    "GET /say/page/wish": Row(ANYBODY, (303,)),
    "POST /say/page/wish": Row(ANYBODY, (303,), {"wants": "nothing"}),
    "GET /say/page/who": Row(ANYBODY, (303,)),
    "GET /say/page/{address}": Row(ANYBODY, (303,), path={"address": "file"}),
    "POST /say/page/{address}": Row(
        ANYBODY, (303,), {"answer": "record"}, path={"address": "file"}
    ),
    "GET /say/{code}": Row(ANYBODY, path={"code": "K7QDM4XW"}),
    "GET /account": Row(EMPLOYED),
    "POST /account/sessions/end": Row(EMPLOYED, (303,), {"handle": "x"}),
    "POST /account/sessions/end-others": Row(EMPLOYED, (303,), ends=True),
    # None of them has such a password.
    "GET /account/code-password": Row(EMPLOYED, (303,)),
    "POST /account/code-password": Row(EMPLOYED, (303,)),
    "GET /account/passkeys/new": Row(EMPLOYED),
    "POST /account/passkeys/begin": Row(EMPLOYED),
    "POST /account/passkeys": Row(EMPLOYED, (400,)),
    "POST /account/passkeys/{number}/remove": Row(EMPLOYED, (303,)),
    "GET /account/password": Row(EMPLOYED),
    "POST /account/password/begin": Row(EMPLOYED),
    "POST /account/password": Row(EMPLOYED, (400,)),
    "POST /account/password/codes": Row(EMPLOYED, (303,)),
    "POST /account/password/remove": Row(EMPLOYED, (303,)),
    # Nobody asks for access, and no alert is tried, so that nobody has anything to answer.
    "GET /break-glass": Row(EMPLOYED),
    "GET /break-glass/ask": Row(EMPLOYED),
    "POST /break-glass/ask": Row(EMPLOYED, (400,)),
    "GET /break-glass/{number}": Row(EMPLOYED, (404,)),
    "POST /break-glass/{number}/allow": Row(EMPLOYED, (404,)),
    "POST /break-glass/{number}/refuse": Row(EMPLOYED, (404,)),
    "POST /r/{reference}/evidence/{number}/verify": Row(READERS),
    "GET /r/{reference}/export": Row(READERS),
    "POST /r/{reference}/export": Row(READERS, (303,), {"purpose": "police"}),
    "GET /r/{reference}/export/{purpose}": Row(READERS, path={"purpose": "police"}),
    "POST /r/{reference}/export/{purpose}": Row(READERS, (400,), path={"purpose": "police"}),
    "GET /test-alert": Row(EMPLOYED),
    # No test went to any of them.
    "POST /test-alert/{number}/got-it": Row(EMPLOYED, (404,)),
    # There is no digest of this month.
    "GET /digest": Row(LEADERS),
    "GET /digest/{year}": Row(LEADERS, (404,), path={"year": "2026"}),
    "GET /digest/{year}/{part}": Row(LEADERS, (404,), path=MONTH),
    "POST /digest/draft": Row(frozenset({Role.CUSTODIAN}), (303,)),
    "POST /digest/{year}/{part}/release": Row(LEADERS, (404,), path=MONTH),
    "GET /registers": Row(KEEPERS),
    "GET /registers/{name}": Row(KEEPERS, path={"name": "restrictions"}),
    "POST /registers/{name}/export": Row(KEEPERS, path={"name": "restrictions"}),
    # Nothing falls due yet, so that there is nothing to decide.
    "GET /retention": Row(RETAINERS),
    "GET /retention/{number}": Row(RETAINERS, (404,)),
    "POST /retention/{number}": Row(RETAINERS, (404,)),
    "GET /retention/{number}/keep": Row(RETAINERS, (404,)),
    "POST /retention/{number}/keep": Row(RETAINERS, (404,)),
    "GET /retention/{number}/hold": Row(RETAINERS, (404,)),
    "POST /retention/{number}/hold": Row(RETAINERS, (404,)),
    "GET /retention/{number}/erase": Row(RETAINERS, (404,)),
    "POST /retention/{number}/erase": Row(RETAINERS, (404,)),
    "GET /retention/asked/{number}": Row(RETAINERS, (404,)),
    "POST /retention/asked/{number}": Row(RETAINERS, (404,)),
    "GET /set-up": Row(SETTERS),
    "GET /set-up/people": Row(SETTERS),
    "POST /set-up/people": Row(SETTERS, (400,)),
    "POST /set-up/people/withdraw": Row(SETTERS, (303,)),
    "GET /set-up/people/template.csv": Row(SETTERS),
    "GET /set-up/people/list.csv": Row(SETTERS),
    "POST /set-up/people/fetch": Row(SETTERS, (400,)),
    "POST /set-up/people/confirm": Row(SETTERS, (400,)),
    "GET /set-up/roles": Row(SETTERS),
    "POST /set-up/roles": Row(SETTERS, (400,)),
    "GET /set-up/kept": Row(SETTERS),
    "GET /set-up/absences": Row(SETTERS),
    "POST /set-up/absences": Row(SETTERS, (400,)),
    "POST /set-up/absences/remove": Row(SETTERS, (303,)),
    "GET /set-up/channels": Row(SETTERS),
    "POST /set-up/channels/try": Row(SETTERS),
    "POST /set-up/channels/test": Row(SETTERS, (303,)),
    "GET /set-up/channels/sent": Row(SETTERS),
    "GET /set-up/dry-run": Row(SETTERS),
    "POST /set-up/dry-run": Row(SETTERS, (303,)),
    "GET /set-up/papers": Row(SETTERS),
    "GET /set-up/papers/{name}": Row(SETTERS, path={"name": "staff"}),
    # Only while practising: here there are no such pages, for anybody.
    **{
        name: Row(ANYBODY, (404,), path={"question": "body"})
        for name in (
            "GET /set-up/new",
            "POST /set-up/new/code",
            "POST /set-up/new/another-code",
            "GET /set-up/new/people",
            "POST /set-up/new/people",
            "POST /set-up/new/people/confirm",
            "POST /set-up/new/people/withdraw",
            "GET /set-up/new/people/template.csv",
            "GET /set-up/new/roles",
            "POST /set-up/new/roles",
            "GET /set-up/new/check",
            "POST /set-up/new/check",
            "GET /set-up/new/done",
            "GET /set-up/new/recovery-key.txt",
            "POST /set-up/new/key-is-safe",
            "POST /set-up/new/begin",
            "GET /set-up/new/{question}",
            "POST /set-up/new/{question}",
            "GET /practice",
            "POST /practice/as",
            "GET /practice/mails",
            "GET /practice/mails/{number}",
        )
    },
    # These only lead back, whoever asks and whether there is a record or not.
    "GET /say/page/words": Row(ANYBODY, (303,)),
    "GET /status/check": Row(ANYBODY, (303,)),
    "GET /triage/{number}/{step}": Row(ANYBODY, (303,), path={"step": "reveal"}),
    "GET /r/{reference}/say/withdraw": Row(ANYBODY, (303,)),
    "GET /digest/{year}/{part}/release": Row(ANYBODY, (303,), path=MONTH),
    "GET /registers/{name}/export": Row(ANYBODY, (303,), path={"name": "restrictions"}),
    "GET /r/{reference}/{step}": Row(ANYBODY, (303,), path={"step": "seen"}),
    "GET /r/{reference}/evidence/{number}/{step}": Row(ANYBODY, (303,), path={"step": "open"}),
}
"""Each address with its method; no other may be served."""

NOTED = frozenset({"audit_entry", "custody_entry", "audit_link", "console_session"})
"""Where it is kept that somebody looked; a GET, and a refusal, write nowhere else."""
NO_SUCH = "NW-2026-9999"


def addresses(app: FastAPI) -> list[str]:
    """Every address that the console answers, with its method; the files under /static aside."""
    return [
        f"{method} {one.path}"
        for one in iter_route_contexts(app.routes)
        if one.path != "/static"
        for method in sorted(one.methods or {"ANY"})
    ]


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, World]]:
    """For each policy a body that keeps to it."""
    with ExitStack() as stack:

        def world(policy: str) -> World:
            return stack.enter_context(world_in(tmp_path_factory.mktemp(policy), policy=policy))

        yield {policy: world(policy) for policy in POLICIES}


@pytest.fixture(scope="module", params=POLICIES)
def world(request: pytest.FixtureRequest, worlds: dict[str, World]) -> World:
    made: World = worlds[request.param]
    return made


def test_every_address_has_a_row_and_every_row_an_address(world: World) -> None:
    assert sorted(addresses(world.app)) == sorted(WHO_MAY)


def test_every_address_that_the_views_write_down_is_served_here(world: World) -> None:
    folder = Path(console.__file__).parent / "views"
    written = sum(
        file.read_text(encoding="utf-8").count("@router.") for file in folder.glob("*.py")
    )
    assert len(addresses(world.app)) == written


@dataclass(frozen=True, slots=True)
class Asked:
    """One address as it is asked of the console, about one incident or none."""

    name: str
    row: Row

    @property
    def about_an_incident(self) -> bool:
        return "{reference}" in self.name

    @property
    def reads(self) -> bool:
        return self.name.startswith("GET")

    def of(self, world: World, role: Role, reference: str = "") -> Response:
        method, path = self.name.split()
        given = {"reference": reference, "number": "1", **self.row.path}
        filled = re.sub(r"\{(\w+)(:\w+)?\}", lambda part: given[part[1]], path)
        typed = {part: words.format(role=role.name) for part, words in self.row.form.items()}
        form = typed if method == "POST" else None
        return world.browsers[role].request(method, filled, data=form)

    def allowed(self, world: World, role: Role, stands: Stands | None) -> bool:
        if self.row.only is TELLERS and role in TELL_NOBODY[world.office.policy]:
            return False
        stands_so = (stands in self.row.who and role in self.row.only) or stands in self.row.also
        return role in self.row.who or (stands_so and role in EMPLOYED)


def seen(answer: Response, reference: str) -> tuple[int, str, str]:
    """What a person is told, the reference that they asked for aside."""
    place = answer.headers.get("location", "")
    return answer.status_code, place.replace(reference, "*"), answer.text.replace(reference, "*")


@cache
def standing_so(world: World, role: Role, stands: Stands) -> str | None:
    """An incident for all that changes nothing of it."""
    reference = world.open_so(role, stands)
    if reference:
        world.keep_evidence(reference)
    return reference


def incidents_for(world: World, asked: Asked, role: Role) -> Iterator[tuple[Stands, str]]:
    """One for each way to stand; a new one where something of it may be changed."""
    for stands in Stands if role in EMPLOYED else OUTSIDE:
        if asked.reads or not asked.allowed(world, role, stands):
            reference = standing_so(world, role, stands)
        else:
            reference = world.open_so(role, stands)
            if reference and "/evidence/" in asked.name:
                world.keep_evidence(reference)
        if reference:
            yield stands, reference


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("WICS Named ¶2")
@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("WICS Named ¶3")
@pytest.mark.parametrize("name", WHO_MAY)
def test_each_address_is_for_exactly_those_in_its_row(world: World, name: str) -> None:
    for role in Role:
        ask_as(world, Asked(name, WHO_MAY[name]), role)


def ask_as(world: World, asked: Asked, role: Role) -> None:
    if not asked.about_an_incident:
        check(world, asked, role, None, "")
        if asked.row.ends:
            world.sign_in_again(role)
        return
    nothing = seen(asked.of(world, role, NO_SUCH), NO_SUCH)
    for stands, reference in incidents_for(world, asked, role):
        answer = seen(check(world, asked, role, stands, reference), reference)
        assert asked.allowed(world, role, stands) or answer == nothing, (asked.name, role, stands)


def check(
    world: World, asked: Asked, role: Role, stands: Stands | None, reference: str
) -> Response:
    case = f"{asked.name}: {role}, {stands}"
    with watched(world.office.database) as work:
        answer = asked.of(world, role, reference)
    if asked.allowed(world, role, stands):
        assert answer.status_code in asked.row.answers, case
        assert not to_the_door(answer) or role not in EMPLOYED, case
    elif role in EMPLOYED:
        assert answer.status_code == 404, case
    else:
        assert to_the_door(answer), case
    if asked.reads or not asked.allowed(world, role, stands):
        assert work.written <= NOTED, case
    if answer.headers.get("content-type", "").startswith("application/json"):
        assert asked.name in JSON, case
    return answer


def to_the_door(answer: Response) -> bool:
    place = answer.headers.get("location", "")
    doors = ("/sign-in", "/sign-in/second")
    back = tuple(f"{one}{asked}" for one in doors for asked in ("?r=", "?back="))
    return (answer.status_code == 303 and place.startswith(back)) or place in doors
