"""What a picture says is judged like a text, later, and once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pyrage import x25519
from sqlmodel import select

from casework.reading import place_of
from evidence.vault import Vault
from monitors.source import Received
from nlp.images import ImageReader, OcrReader
from nlp.pictures import READ
from records.audit import AuditEntry
from records.database import reading, transaction
from records.finding import Disposition, Finding
from records.incident import Incident, Mention
from records.post import Media, Post
from records.record_key import RecordKey
from records.sealing import unseal
from records.waiting import WaitingPost
from tests.servers.screenshots import drawn
from tests.servers.site import Canary, Site
from tests.workflows.conftest import ALICE, BOB, COMMS, HR, MANAGER, Office
from workflows import pictures, waiting
from workflows.pictures import PictureDesk, look
from workflows.watch import Watch

HARMLESS = "The Lighthouse Ombudsman has a new leaflet."
NAMES_ALICE = "My complaint was refused by Fenella Auchterbrae."
THREAT = "Fenella Auchterbrae, I know where you live and I will kill you."
TOLD = sorted([MANAGER, COMMS, HR])


@dataclass
class Says:
    """Reads the same text in every picture, or as told, and counts how often it was asked."""

    texts: list[str | None] = field(default_factory=list)
    asked: int = 0

    def read(self, images: Sequence[bytes]) -> list[str | None]:
        self.asked += 1
        return self.texts * len(images) if len(self.texts) == 1 else self.texts[: len(images)]


class Gallery:
    """An office that reads pictures, and a site that has them."""

    def __init__(self, office: Office, site: Site, folder: Path) -> None:
        self.office, self.site = office, site
        self._keys = folder / "keys"
        site.files["/one.png"] = ("image/png", drawn("A picture"))
        office.change(allow_loopback=True)
        self.reader = Says([THREAT])
        self.open(self.reader)

    def open(self, reader: ImageReader | None) -> None:
        """Start with this reader, or without one."""
        screen = self.office.watch.screen
        self.watch = Watch(
            self.office.services,
            self.office.engine,  # type: ignore[arg-type]
            screen,
            reads_pictures=reader is not None,
        )
        pictures.install(PictureDesk(self.watch, reader))

    def see(
        self, text: str, *, number: str = "1", url: str | None = None, alt: str | None = None
    ) -> None:
        """Let a post with one picture come in."""
        media = (Media(kind="image", url=url or self.site.url("/one.png"), alt=alt),)
        post = Post(id=number, source="practice", text=text, media=media)
        self.watch.take("practice", [Received(post, post.model_dump_json().encode(), number)])

    def waiting(self) -> list[WaitingPost]:
        with reading(self.office.services.database) as session:
            return list(session.exec(select(WaitingPost)))

    def look(self) -> list[str]:
        """Carry out every reading that was enqueued."""
        enqueued = self.office.engine.enqueued
        mine = [one for one in enqueued if one[0] == waiting.WORKFLOW]
        self.office.engine.enqueued = [one for one in enqueued if one not in mine]
        return [look(*references) for _, _, references in mine]

    def look_again(self, **span: float) -> list[str]:
        """Let time pass until the sweep has it read once more."""
        self.office.wait(**span)
        with transaction(self.office.services.database) as session:
            waiting.enqueue_those_waiting(
                session,
                self.office.engine,  # type: ignore[arg-type]
                self.office.services,
            )
        return self.look()

    def told(self) -> list[str]:
        readings = [one for one in self.office.engine.enqueued if one[0] == waiting.WORKFLOW]
        self.office.send_all()
        self.office.engine.enqueued = readings
        return self.office.told()

    def findings(self) -> list[tuple[Finding, Post]]:
        """What is kept, opened as the vault can."""
        vault = Vault(self._keys)
        found = []
        with reading(self.office.services.database) as session:
            for mention in session.exec(select(Mention)):
                key = session.get_one(RecordKey, mention.key_id)
                assert key.wrapped
                identity = vault.open_record_key(key.wrapped)
                found.append(
                    (
                        Finding.model_validate_json(_opened(mention, "finding", identity)),
                        Post.model_validate_json(_opened(mention, "post", identity)),
                    )
                )
        return found

    def noted(self) -> list[str]:
        with reading(self.office.services.database) as session:
            return [one.action for one in session.exec(select(AuditEntry))]


def _opened(mention: Mention, part: str, identity: x25519.Identity) -> bytes:
    sealed = mention.sealed_finding if part == "finding" else mention.sealed_post
    return unseal(sealed, place=place_of(part, mention.post_key), identity=identity)


@pytest.fixture
def canary() -> Iterator[Canary]:
    with Canary() as running:
        yield running


@pytest.fixture
def gallery(office: Office, tmp_path: Path) -> Iterator[Gallery]:
    with Site() as site:
        yield Gallery(office, site, tmp_path)


def one(incidents: list[Incident]) -> Incident:
    [incident] = incidents
    return incident


def test_a_threat_that_stands_only_in_a_screenshot_is_alerted(gallery: Gallery) -> None:
    gallery.open(OcrReader())
    gallery.site.files["/one.png"] = ("image/png", drawn(THREAT.replace(", ", ",\n")))
    gallery.see(HARMLESS)
    assert gallery.told() == []
    assert gallery.look() == ["alert"]
    incident = one(gallery.office.incidents())
    assert (incident.staff_id, incident.severity) == (ALICE, "critical")
    assert set(TOLD) <= set(gallery.told())
    [(finding, post)] = gallery.findings()
    text = post.media[0].text
    [match] = finding.staff
    assert (match.field, text[match.start : match.end]) == ("image", "Fenella Auchterbrae")
    assert READ in match.reasons
    threat = next(one for one in finding.concerns if one.category == "threat")
    assert threat.field == "image"
    assert READ in threat.reasons
    assert "kill you" in text[threat.start : threat.end]
    assert gallery.waiting() == []


def test_an_alert_waits_for_no_picture_and_grows_when_the_picture_is_worse(
    gallery: Gallery,
) -> None:
    gallery.see(NAMES_ALICE)
    before = one(gallery.office.incidents())
    first = gallery.told()
    assert first == TOLD
    assert gallery.look() == ["alert"]
    after = one(gallery.office.incidents())
    assert before.severity != "critical"
    assert (after.severity, after.mention_count) == ("critical", 1)
    assert "threat" in after.categories
    assert len(gallery.office.mentions()) == 1
    assert gallery.told() == TOLD
    assert {one.kind for one in gallery.office.deliveries()} == {"first", "worse"}
    [(finding, post)] = gallery.findings()
    assert finding.severity == "critical"
    assert post.media[0].read_text == THREAT


def test_a_picture_that_adds_nothing_tells_nobody_again(gallery: Gallery) -> None:
    gallery.reader.texts = ["A view of the sea"]
    gallery.see(NAMES_ALICE)
    gallery.told()
    assert gallery.look() == ["alert"]
    assert gallery.told() == []
    assert "pictures read" not in gallery.noted()


def test_of_a_post_that_is_no_concern_nothing_is_left_once_its_picture_was_read(
    gallery: Gallery,
) -> None:
    gallery.reader.texts = ["A view of the sea"]
    gallery.see(HARMLESS)
    assert len(gallery.waiting()) == 1
    assert gallery.look() == ["ignore"]
    assert not gallery.waiting()
    assert not gallery.office.mentions()
    assert not gallery.office.incidents()


def test_while_it_waits_a_post_is_sealed(gallery: Gallery, tmp_path: Path) -> None:
    gallery.see(HARMLESS, alt="A lighthouse in the fog")
    files = [file.read_bytes() for file in tmp_path.glob("namewatch.db*")]
    assert files
    for words in (b"leaflet", b"in the fog", b"one.png"):
        assert not any(words in file for file in files)


def test_nobodys_pictures_are_fetched_unless_the_post_names_the_body_or_its_staff(
    gallery: Gallery,
) -> None:
    gallery.see("Look at this.")
    assert gallery.look() == []
    assert gallery.waiting() == []
    assert gallery.site.visits == []


def test_a_picture_never_makes_a_post_look_harmless(gallery: Gallery) -> None:
    gallery.reader.texts = ["Fenella Auchterbrae the footballer scored a hat-trick in the match."]
    gallery.see(THREAT)
    before = one(gallery.office.incidents())
    gallery.told()
    assert gallery.look() == ["alert"]
    after = one(gallery.office.incidents())
    assert (after.severity, after.state) == (before.severity, before.state)
    assert gallery.told() == []


DOUBTFUL = Finding(post_id="1", organisation=True, severity="low", disposition="review")


@pytest.mark.parametrize("said", ["ignore", "review", "alert"])
def test_a_post_for_triage_is_kept_once_its_picture_was_read_whatever_that_says(
    gallery: Gallery, said: Disposition
) -> None:
    read = Finding(post_id="1", organisation=True, severity="low", disposition=said)
    gallery.watch.screen = lambda post: read if post.media[0].read_text else DOUBTFUL
    gallery.see(HARMLESS)
    assert gallery.office.mentions() == []
    kept = "alert" if said == "alert" else "review"
    assert gallery.look() == [kept]
    assert [mention.disposition for mention in gallery.office.mentions()] == [kept]
    assert len(gallery.office.incidents()) == (said == "alert")


def test_a_milder_reading_leaves_the_finding_of_an_incident_as_it_was(gallery: Gallery) -> None:
    grave = Finding(post_id="1", organisation=True, severity="critical", disposition="alert")
    mild = grave.model_copy(update={"severity": "low"})
    gallery.watch.screen = lambda post: mild if post.media[0].read_text else grave
    gallery.see(HARMLESS)
    assert gallery.look() == ["alert"]
    assert [mention.severity for mention in gallery.office.mentions()] == ["critical"]


def test_somebody_named_in_the_picture_has_an_incident_of_their_own(gallery: Gallery) -> None:
    gallery.reader.texts = ["Ruaridh McStronach of the Lighthouse Ombudsman: I will kill him."]
    gallery.see(NAMES_ALICE)
    gallery.look()
    assert {one.staff_id for one in gallery.office.incidents()} == {ALICE, BOB}


def test_the_same_post_again_is_read_once_and_is_one_incident(gallery: Gallery) -> None:
    gallery.see(HARMLESS)
    gallery.see(HARMLESS)
    assert len(gallery.waiting()) == 1
    gallery.look()
    gallery.see(HARMLESS)
    gallery.look()
    assert gallery.reader.asked == 1
    assert len(gallery.office.incidents()) == len(gallery.office.mentions()) == 1


def test_a_reading_that_is_carried_out_twice_alerts_once(gallery: Gallery) -> None:
    gallery.see(HARMLESS)
    [number] = [one.id for one in gallery.waiting()]
    assert number is not None
    assert [look(number), look(number)] == ["alert", "read before"]
    assert len(gallery.office.incidents()) == 1


def test_a_picture_that_cannot_be_had_is_tried_again_and_then_given_up(gallery: Gallery) -> None:
    gallery.see(HARMLESS, url=gallery.site.url("/fault"))
    assert gallery.look() == ["later"]
    assert gallery.look_again(minutes=1) == ["later"]
    assert gallery.look_again(minutes=10) == ["later"]
    assert gallery.look_again(hours=1) == ["ignore"]
    assert gallery.waiting() == []
    assert gallery.noted() == ["pictures unread"]


def test_a_picture_that_comes_back_is_read(gallery: Gallery) -> None:
    gallery.see(HARMLESS, url=gallery.site.url("/fault"))
    assert gallery.look() == ["later"]
    path = "/fault"
    gallery.site.files[path] = ("image/png", drawn("A picture"))
    assert gallery.look_again(minutes=1) == ["alert"]


def test_a_reading_without_an_end_is_tried_again(gallery: Gallery) -> None:
    gallery.reader.texts = [None]
    gallery.see(HARMLESS)
    assert gallery.look() == ["later"]
    gallery.reader.texts = [THREAT]
    assert gallery.look_again(minutes=1) == ["alert"]


def test_a_reading_that_was_lost_is_enqueued_again(gallery: Gallery) -> None:
    gallery.see(HARMLESS)
    gallery.office.engine.enqueued.clear()
    assert gallery.look_again(minutes=14) == []
    assert gallery.look_again(minutes=1) == ["alert"]


def test_a_picture_on_this_machine_or_in_its_network_is_never_fetched(
    gallery: Gallery, canary: Canary
) -> None:
    gallery.office.change(allow_loopback=False)
    gallery.open(gallery.reader)
    gallery.see(HARMLESS, url=canary.url())
    gallery.look()
    assert canary.hits == 0
    assert gallery.reader.asked <= 1


def test_what_waits_is_judged_by_its_words_when_reading_is_switched_off(gallery: Gallery) -> None:
    gallery.see(HARMLESS)
    gallery.open(None)
    assert gallery.look() == ["ignore"]
    gallery.see(HARMLESS, number="2")
    assert gallery.waiting() == []
    assert gallery.site.visits == []


def test_in_a_flood_posts_are_judged_by_their_words_alone(
    gallery: Gallery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "MOST_WAITING", 2)
    for number in range(4):
        gallery.see(HARMLESS, number=f"flood-{number}")
    assert len(gallery.waiting()) == 2
    gallery.see(NAMES_ALICE, number="told all the same")
    assert one(gallery.office.incidents()).staff_id == ALICE


def test_of_many_pictures_the_first_eight_are_read() -> None:
    media = [Media(kind="image", url=f"https://pictures.example/{n}") for n in range(20)]
    film = Media(kind="video", url="https://pictures.example/film")
    post = Post(id="1", source="practice", text="", media=(film, *media))
    assert list(waiting.pictures_to_read(post)) == list(range(1, 9))
