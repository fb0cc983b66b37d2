"""What leaves the register: who may, in which form, with whom taken out, and noted before."""

import io
import json
import re
import zipfile
from dataclasses import replace

import pytest
from sqlmodel import Session, select

from casework.errors import NotAllowedError
from casework.exports import Form, NobodyMeantError
from casework.exports_page import page
from casework.incidents import by_reference
from casework.office import Office as Rules
from casework.reading import Reader
from evidence.vault import Vault
from monitors.source import Received
from records.audit import AuditEntry
from records.custody import CustodyEntry
from records.database import reading, transaction
from records.post import Author, Context, Media, Post
from records.record_key import RecordKey
from records.release import Release
from records.sealing import unseal
from records.step import Step
from tests.workflows.conftest import ALICE, BOB, COMMS, HR, MANAGER, NOW, Office
from tests.workflows.test_erase import home, rules
from workflows.exports import (
    READ_FIRST,
    Gathered,
    Packed,
    gather,
    note_release,
    pack,
    release_place,
)
from workflows.exports_people import Asked, Exporter

SECRETS = re.compile(
    r"fenella|auchterbrae|ruaridh|mcstronach|isobel|fairweather|devika|struan|angry|dougal"
    r"|slo\.example|social\.example|0131|s00\d",
    re.IGNORECASE,
)
TEXT = (
    "My complaint was refused. The decision letter is signed Fenella Auchterbrae, who is an idiot."
    " Her boss Isobel Fairweather knows, ring 0131 496 0000 or write to"
    " fenella@slo.example. @fenella_a https://social.example/@angry"
)


@pytest.fixture
def reference(office: Office) -> str:
    """A record of one post by somebody who calls themselves Dougal."""
    post = Post(
        id="1", source="practice", text=TEXT, url="https://social.example/@angry/1",
        author=Author(id="did:plc:angry", handle="angry.social.example", name="Dougal Angry"),
        context=Context(title="About Fenella"),
        media=(Media(kind="image", url="https://social.example/fenella.jpg", alt="Fenella"),),
    )  # fmt: skip
    office.watch.take("practice", [Received(post, post.model_dump_json().encode(), "1")])
    office.capture_all()
    return office.incidents()[0].reference


def exporter(office: Office, actor: str = COMMS) -> Exporter:
    services = office.services
    rules = Rules(services.pack, services.organisation, services.roster)
    vault = Vault(home(office) / "keys")
    return Exporter(rules, Reader(actor, True, vault.open_record_key, rules), b"pepper")  # noqa: FBT003


def asked(reference: str, form: Form, subject: str = "") -> Asked:
    return Asked(reference, form, "Dr Morag Innes", "to ask what helps", subject)


def gathered(
    office: Office, reference: str, form: Form, *, actor: str = COMMS, subject: str = ""
) -> Gathered:
    with transaction(office.services.database) as session:
        incident = by_reference(session, reference)
        wanted = asked(reference, form, subject)
        return gather(session, incident, wanted, exporter(office, actor), now=NOW)


def everything(made: Gathered) -> str:
    packed = pack(made, page(made.sheet).encode(), {})
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        return packed.name + "".join(
            name + archive.read(name).decode() for name in archive.namelist()
        )


def names(packed: Packed) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        return archive.namelist()


@pytest.mark.clause("SPSO 19")
def test_advisers_get_codes_for_people_and_no_name_handle_address_or_picture(
    office: Office, reference: str
) -> None:
    made = gathered(office, reference, Form.ADVISERS)
    whole = everything(made)
    assert SECRETS.findall(whole) == []
    assert "who is an idiot" in whole
    assert len(set(re.findall(r"\[staff [A-Z2-7]{5}\]", whole))) > 2
    assert len(set(re.findall(r"\[author [A-Z2-7]{5}\]", whole))) == 1
    assert "Read it through" in whole
    again = everything(gathered(office, reference, Form.ADVISERS))
    codes = re.compile(r"(?:staff|author) [A-Z2-7]{5}")
    assert set(codes.findall(again)) == set(codes.findall(whole))


@pytest.mark.clause("WICS Limitations")
def test_whoever_asks_for_their_own_data_gets_it_and_nobody_elses(
    office: Office, reference: str
) -> None:
    hers = everything(gathered(office, reference, Form.SUBJECT_ACCESS, subject=ALICE))
    assert "Fenella Auchterbrae" in hers
    assert not re.search(r"isobel|fairweather|dougal|angry|s003", hers, re.IGNORECASE)
    assert "[taken out: another person]" in hers
    his = everything(gathered(office, reference, Form.SUBJECT_ACCESS, subject="author"))
    assert "Dougal" in his
    assert not re.search(r"fenella|auchterbrae|isobel|fairweather|s00\d", his, re.IGNORECASE)
    for nobody in ("", BOB, "author-2", "s099"):
        with pytest.raises(NobodyMeantError):
            gathered(office, reference, Form.SUBJECT_ACCESS, subject=nobody)


@pytest.mark.clause("WICS Limitations")
def test_a_freedom_of_information_pack_has_no_post_no_name_and_no_words_of_anybodys(
    office: Office, reference: str
) -> None:
    made = gathered(office, reference, Form.FOI)
    whole = everything(made)
    assert SECRETS.findall(whole) == []
    assert "idiot" not in whole
    assert "incident opened" in whole
    assert not made.sheet.distressing
    assert pack(made, b"", {}).name == f"{reference}_foi.zip"


@pytest.mark.clause("SPSO 64")
def test_distressing_content_is_told_in_every_name_and_on_the_cover_before_it_is_seen(
    office: Office, reference: str
) -> None:
    made = gathered(office, reference, Form.RECORD)
    packed = pack(made, b"%PDF", {"DISTRESSING-CONTENT_x.tar.age": b"sealed"})
    assert packed.name.startswith("DISTRESSING-CONTENT_do-not-open-without-need_NW-")
    first, *others = names(packed)
    assert first == READ_FIRST
    assert all(one.startswith("DISTRESSING-CONTENT_") for one in others)
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        cover = archive.read(READ_FIRST).decode()
    assert "CONTENT MAY BE DISTRESSING" in cover
    printed = page(made.sheet)
    assert "Dougal Angry" in printed
    assert printed.index("CONTENT MAY BE DISTRESSING") < printed.index("who is an idiot")
    assert printed.count("CONTENT MAY BE DISTRESSING") == 2


@pytest.mark.clause("SPSO 68")
def test_who_may_not_gets_nothing_in_any_form(office: Office, reference: str) -> None:
    """The person named, a manager named alongside, a colleague, and nobody on the staff."""
    for actor in (ALICE, MANAGER, BOB, "s099"):
        for form in Form:
            with pytest.raises(NotAllowedError):
                gathered(office, reference, form, actor=actor, subject=ALICE)


@pytest.mark.clause("SPSO 66")
def test_each_release_is_noted_with_whom_and_why_and_those_words_stand_sealed(
    office: Office, reference: str
) -> None:
    packed = pack(gathered(office, reference, Form.ADVISERS, actor=HR), b"%PDF", {})
    with transaction(office.services.database) as session:
        incident = by_reference(session, reference)
        note_release(
            session, incident, asked(reference, Form.ADVISERS), packed,
            actor=HR, office=rules(office), now=NOW,
        )  # fmt: skip
    with reading(office.services.database) as session:
        (kept,) = session.exec(select(Release)).all()
        assert (kept.form, kept.actor, kept.sha256) == ("advisers", HR, packed.sha256)
        said = json.loads(opened(office, session, kept, reference))
        assert said == {"to": "Dr Morag Innes", "why": "to ask what helps", "subject": ""}
        trail = session.exec(select(AuditEntry).where(AuditEntry.action == "released")).one()
        assert (trail.actor, trail.about["form"]) == (HR, "advisers")
        assert "Morag" not in str(trail.about)
        last = session.exec(select(CustodyEntry)).all()[-1]
        assert (last.act, last.actor, last.why) == ("exported", HR, "advisers")
        noted = [one.action for one in session.exec(select(AuditEntry)) if one.actor == HR]
    assert noted == ["post revealed", "steps read", "released", "step recorded"]


@pytest.mark.clause("SPSO 66")
@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("SPSO 19")
@pytest.mark.parametrize(
    ("form", "to"),
    [
        (Form.ADVISERS, "outside-adviser"),
        (Form.RECORD, "police"),
        (Form.SUBJECT_ACCESS, ""),
        (Form.FOI, ""),
    ],
)
def test_what_goes_to_others_outside_is_a_step_of_the_record(
    office: Office, reference: str, form: Form, to: str
) -> None:
    wanted = replace(asked(reference, form, ALICE), to="police")
    with transaction(office.services.database) as session:
        incident = by_reference(session, reference)
        note_release(
            session, incident, wanted, Packed("x.zip", b"x"),
            actor=HR, office=rules(office), now=NOW,
        )  # fmt: skip
    with reading(office.services.database) as session:
        steps = [one.about for one in session.exec(select(Step)) if one.kind == "shared"]
    assert [one["to"] for one in steps] == ([to] if to else [])
    assert [one.get("pseudonymised") for one in steps] == (
        [True] if to == "outside-adviser" else [None] if to else []
    )


def opened(office: Office, session: Session, kept: Release, reference: str) -> bytes:
    key = session.get_one(RecordKey, by_reference(session, reference).key_id)
    assert key.wrapped
    identity = Vault(home(office) / "keys").open_record_key(key.wrapped)
    return unseal(kept.sealed, place=release_place(reference), identity=identity)


def test_the_same_record_packs_to_the_same_bytes(office: Office, reference: str) -> None:
    made = gathered(office, reference, Form.FOI)
    assert pack(made, b"x", {}).sha256 == pack(made, b"x", {}).sha256


def test_whoever_is_on_the_list_may_export(office: Office, reference: str) -> None:
    assert gathered(office, reference, Form.RECORD, actor=HR).sheet.reference == reference
