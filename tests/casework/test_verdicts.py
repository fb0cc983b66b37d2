"""Verdicts: given by those who may, kept as examples, gone with the record's key."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from pyrage import x25519
from sqlalchemy import Engine
from sqlmodel import Session, select

from casework import incidents, verdicts
from casework.audit import entries_about
from casework.errors import KeyDestroyedError, NotAllowedError, VerdictUnfitError
from casework.reading import Reader, place_of
from casework.verdicts import Said
from records.database import reading, transaction
from records.example import Example, VerdictKind
from records.finding import Category, Concern, Finding, NameMatch
from records.incident import Incident, Mention
from records.post import Author, Post
from records.record_key import RecordKey
from records.sealing import new_identity, new_record_key, seal, unwrap
from records.verdict import Verdict

NOW = datetime(2026, 11, 21, 22, 40, tzinfo=UTC)
ALICE, BOB, CHARLIE, DONALD = "s001", "s002", "s003", "s004"
REFERENCE = "NW-2026-0001"
ELSE, OFF_WORK, HARMLESS, WORSE = VerdictKind
Open = Callable[..., Incident]

POST = Post(id="1", source="test", text="Canary scored for Alice", author=Author(handle="canary"))
MATCH = NameMatch(
    staff_id=ALICE,
    field="text",
    surface="Alice",
    start=18,
    end=23,
    certainty="likely",
    duties="yes",
    reasons=("The name fits.",),
)


def concern(category: Category) -> Concern:
    return Concern(
        category=category, score=0.9, target="staff", field="text", start=0, end=6, reasons=("So.",)
    )


def finding(*categories: Category, staff: tuple[NameMatch, ...] = (MATCH,)) -> Finding:
    return Finding(post_id="1", staff=staff, concerns=tuple(concern(one) for one in categories))


class Desk:
    """One incident about Alice with sealed posts, and people who say things of it."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.vault = new_identity()
        self.posts = 0
        self.opened = 0

    def seal_key(self, session: Session) -> RecordKey:
        key = session.exec(select(RecordKey)).one()
        made = new_record_key([str(self.vault.to_public())])
        if key.wrapped == b"":
            key.recipient, key.wrapped = made.recipient, made.wrapped
        return key

    def add(self, found: Finding) -> None:
        with transaction(self.engine) as session:
            key, incident = self.seal_key(session), incidents.by_reference(session, REFERENCE)
            self.posts += 1
            post_key = f"key-{self.posts}"

            def sealed(part: str, value: str) -> bytes:
                place = place_of(part, post_key)
                return seal(value.encode(), place=place, recipient=key.recipient)

            assert key.id
            session.add(
                Mention(
                    incident_id=incident.id,
                    key_id=key.id,
                    source="test",
                    post_key=post_key,
                    severity="medium",
                    disposition="alert",
                    found_at=NOW,
                    sealed_post=sealed("post", POST.model_dump_json()),
                    sealed_record=sealed("record", "{}"),
                    sealed_finding=sealed("finding", found.model_dump_json()),
                )
            )

    def open_key(self, wrapped: bytes) -> x25519.Identity:
        self.opened += 1
        return unwrap(wrapped, self.vault)

    def say(self, said: Said, *, by: str = BOB, employed: bool = True, at: datetime = NOW) -> bool:
        with transaction(self.engine) as session:
            return verdicts.give(
                session,
                incidents.by_reference(session, REFERENCE),
                said,
                actor=Reader(by, employed, self.open_key),
                features_of=lambda post, found: (f"{len(post.text)}-{len(found.staff)}",),
                now=at,
            )

    def take_back(self, by: str = BOB) -> bool:
        with transaction(self.engine) as session:
            incident = incidents.by_reference(session, REFERENCE)
            return verdicts.take_back(session, incident, actor=by, employed=True, now=NOW)

    def examples(self) -> tuple[Example, ...]:
        with reading(self.engine) as session:
            return verdicts.examples(session)

    def mark(self) -> tuple[object, ...]:
        with reading(self.engine) as session:
            return verdicts.mark(session)

    def trail(self, action: str) -> list[tuple[str, dict[str, object]]]:
        with reading(self.engine) as session:
            entries = entries_about(session, REFERENCE)
            return [(one.actor, one.about) for one in entries if one.action == action]


@pytest.fixture
def desk(engine: Engine, open_about: Open) -> Desk:
    open_about()
    return Desk(engine)


def test_a_verdict_is_an_example_with_its_audit_entry(desk: Desk) -> None:
    desk.add(finding(Category.INSULT))
    assert desk.say(Said(ELSE))
    assert desk.examples() == (Example(1, ELSE, ALICE, None, frozenset({"23-1"})),)
    about = {"kind": "someone-else", "staff_id": ALICE, "categories": [], "posts": 1}
    assert desk.trail("verdict given") == [(BOB, about)]


def test_it_changes_nothing_about_the_incident(desk: Desk) -> None:
    desk.add(finding(Category.THREAT))
    with reading(desk.engine) as session:
        before = incidents.by_reference(session, REFERENCE).model_dump()
    for kind in VerdictKind:
        desk.say(Said(kind))
    with reading(desk.engine) as session:
        assert incidents.by_reference(session, REFERENCE).model_dump() == before


def test_each_post_and_each_category_is_an_example_of_its_own(desk: Desk) -> None:
    desk.add(finding(Category.INSULT, Category.ALLEGATION))
    desk.add(finding(Category.INSULT, Category.NAMING))
    desk.say(Said(HARMLESS))
    found = [one.category for one in desk.examples()]
    assert found == [Category.INSULT, Category.ALLEGATION, Category.INSULT]
    assert {one.record for one in desk.examples()} == {1}


def test_only_the_category_that_was_named_counts(desk: Desk) -> None:
    desk.add(finding(Category.INSULT, Category.ALLEGATION))
    desk.say(Said(HARMLESS, category=Category.INSULT))
    assert [one.category for one in desk.examples()] == [Category.INSULT]


def test_worse_may_name_what_was_not_found_at_all(desk: Desk) -> None:
    desk.add(finding(Category.NAMING))
    desk.say(Said(WORSE))
    desk.say(Said(WORSE, category=Category.THREAT))
    assert [one.category for one in desk.examples()] == [None, Category.THREAT]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (Said(HARMLESS), "Nothing of that kind was found"),
        (Said(HARMLESS, category=Category.THREAT), "Nothing of that kind was found"),
        (Said(HARMLESS, category=Category.NAMING), "Naming is no matter of abuse"),
        (Said(ELSE, staff_id=DONALD), "This person is not named in this incident"),
    ],
    ids=["not abusive, with nothing abusive", "another category", "naming", "somebody else's id"],
)
def test_what_does_not_fit_the_incident_is_refused_in_words(
    desk: Desk, said: Said, sentence: str
) -> None:
    desk.add(finding(Category.NAMING))
    with pytest.raises(VerdictUnfitError, match=sentence):
        desk.say(said)
    assert desk.examples() == ()


def test_nobody_is_somebody_else_where_the_body_alone_is_meant(
    engine: Engine, open_about: Open
) -> None:
    open_about(None)
    desk = Desk(engine)
    desk.add(finding(Category.THREAT, staff=()))
    with pytest.raises(VerdictUnfitError, match="Nobody on the staff is named"):
        desk.say(Said(ELSE))


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize(
    ("who", "employed"), [(ALICE, True), (DONALD, True), (BOB, False)], ids=["named", "off", "left"]
)
def test_whoever_may_not_is_refused_before_anything_is_opened(
    desk: Desk, who: str, employed: bool
) -> None:
    desk.add(finding(Category.INSULT))
    with pytest.raises(NotAllowedError):
        desk.say(Said(HARMLESS), by=who, employed=employed)
    assert (desk.opened, desk.examples()) == (0, ())
    assert desk.trail("verdict given") == []


def test_saying_it_again_is_no_news_but_a_further_post_makes_it_so(desk: Desk) -> None:
    desk.add(finding(Category.INSULT))
    assert desk.say(Said(ELSE))
    assert not desk.say(Said(ELSE))
    assert desk.say(Said(ELSE), by=CHARLIE)
    desk.add(finding(Category.INSULT))
    assert desk.say(Said(ELSE))
    assert len(desk.examples()) == 3
    assert len(desk.trail("verdict given")) == 3


def test_what_was_said_can_be_taken_back_by_whoever_said_it(desk: Desk) -> None:
    desk.add(finding(Category.INSULT))
    desk.say(Said(ELSE))
    desk.say(Said(HARMLESS), by=CHARLIE)
    assert desk.take_back()
    assert not desk.take_back()
    assert [one.kind for one in desk.examples()] == [HARMLESS]
    assert desk.trail("verdict taken back") == [(BOB, {})]
    with pytest.raises(NotAllowedError):
        desk.take_back(ALICE)


def test_the_mark_changes_with_every_change_of_the_examples(desk: Desk) -> None:
    desk.add(finding(Category.INSULT))
    marks = [desk.mark()]
    desk.say(Said(ELSE))
    marks.append(desk.mark())
    assert desk.mark() == marks[-1]
    desk.take_back()
    desk.say(Said(OFF_WORK), at=NOW + timedelta(minutes=1))
    marks.append(desk.mark())
    with transaction(desk.engine) as session:
        desk.seal_key(session).wrapped = None
    marks.append(desk.mark())
    assert len(set(marks)) == 3
    assert marks[0] == marks[-1]


def test_examples_go_with_the_records_key(desk: Desk) -> None:
    desk.add(finding(Category.INSULT))
    desk.say(Said(ELSE))
    with transaction(desk.engine) as session:
        key = desk.seal_key(session)
        key.wrapped = None
        assert key.id
        key_id = key.id
    assert desk.examples() == ()
    with pytest.raises(KeyDestroyedError):
        desk.say(Said(HARMLESS))
    with transaction(desk.engine) as session:
        verdicts.forget(session, key_id)
        assert session.exec(select(Verdict)).all() == []


def test_no_word_or_author_of_the_post_stands_in_the_tables(desk: Desk, engine: Engine) -> None:
    desk.add(finding(Category.INSULT))
    for kind in VerdictKind:
        desk.say(Said(kind))
    with engine.connect() as connection:
        for table in ("verdict", "audit_entry"):
            rows = connection.exec_driver_sql(f"SELECT * FROM {table}").all()
            assert rows
            assert "canary" not in str(rows).lower()
