"""Floods: the first alert at once, then one an hour with a count; others hear of theirs as ever."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from sqlmodel import select

from casework import incidents
from evidence.flood import LATER
from monitors.source import Received
from records.capture import Recheck
from records.database import reading, transaction
from records.finding import Finding
from records.incident import MentionRevision
from records.post import Post
from records.watching import SourceCursor
from tests.workflows.conftest import ALICE, BOB, COMMS, HR, MANAGER, NOW, Office
from workflows.preserve import ONE_OF_MANY, PAGE_FOLLOWS
from workflows.timers import Timers

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."
OTHER = "My complaint was refused, the decision letter is signed Ruaridh McStronach."
THREAT = "Fenella Auchterbrae at the Lighthouse Ombudsman, I'm going to stab you."
THREE = sorted([MANAGER, COMMS, HR])


def flood(office: Office, posts: int, text: str = NAMING, url: str | None = None) -> None:
    """So many posts, as a stream brings them: in batches."""
    begun = len(office.mentions())
    made = [
        Post(id=f"flood-{number}", source="practice", text=f"{text} {number}", url=url)
        for number in range(begun, begun + posts)
    ]
    for start in range(0, posts, 100):
        batch = [
            Received(post, post.model_dump_json().encode(), post.id)
            for post in made[start : start + 100]
        ]
        office.watch.take("practice", batch)


def look(office: Office) -> None:
    Timers(office.services, office.engine).once()  # type: ignore[arg-type]
    office.send_all()


def acknowledged(office: Office) -> None:
    with transaction(office.services.database) as session:
        incident = incidents.by_reference(session, office.incidents()[0].reference)
        incidents.acknowledge(
            session, incident, actor=MANAGER, via="page", employed=True, now=office.time
        )


def alerts(office: Office) -> Counter[str]:
    """How many of each kind went to each person, who all get the same."""
    told = Counter(message.kind.value for staff_id, message in office.channel.taken)
    assert not any(number % len(THREE) for number in told.values())
    return Counter({kind: number // len(THREE) for kind, number in told.items()})


def test_a_flood_is_one_incident_and_one_alert_and_an_hour_later_one_more_with_a_count(
    office: Office,
) -> None:
    flood(office, 120)
    office.send_all()
    acknowledged(office)
    assert len(office.incidents()) == 1
    assert alerts(office) == {"first": 1}
    office.wait(minutes=59)
    look(office)
    assert alerts(office) == {"first": 1}
    office.wait(minutes=1)
    look(office)
    assert alerts(office) == {"first": 1, "more": 1}
    assert office.channel.taken[-1][1].count == 120
    for _ in range(5):
        office.wait(hours=1)
        look(office)
    assert alerts(office) == {"first": 1, "more": 1}, "no post has come since"


def test_while_it_goes_on_there_is_at_most_one_alert_an_hour(office: Office) -> None:
    told_at: list[datetime] = []
    flood(office, 1)
    office.send_all()
    acknowledged(office)
    office.channel.taken.clear()
    for _ in range(5 * 6):
        office.wait(minutes=10)
        flood(office, 2)
        look(office)
        told_at += [office.time] * bool(office.channel.taken)
        office.channel.taken.clear()
    assert len(told_at) == 5
    gaps = [later - before for before, later in pairwise(told_at)]
    assert min(gaps) >= timedelta(hours=1)


def test_others_hear_of_theirs_in_the_midst_of_it(office: Office) -> None:
    flood(office, 30)
    office.see(OTHER)
    flood(office, 30)
    office.send_all()
    references = {message.reference for _, message in office.channel.taken}
    assert len(references) == 2
    assert alerts(office) == {"first": 2}


@pytest.mark.clause("SPSO 24")
@pytest.mark.clause("WICS Active ¶2")
def test_a_threat_in_the_midst_of_it_is_told_at_once(office: Office) -> None:
    flood(office, 15)
    office.send_all()
    acknowledged(office)
    flood(office, 1, THREAT)
    flood(office, 15)
    office.send_all()
    assert alerts(office) == {"first": 1, "worse": 1}


def test_what_is_not_urgent_is_told_when_the_body_works_again(office: Office) -> None:
    office.time = NOW.replace(hour=16, minute=30)
    flood(office, 1)
    office.send_all()
    acknowledged(office)
    flood(office, 20)
    office.wait(hours=8)
    look(office)
    assert alerts(office) == {"first": 1}
    office.time = NOW.replace(hour=9) + timedelta(days=1)
    look(office)
    assert alerts(office) == {"first": 1, "more": 1}


@pytest.mark.clause("SPSO 24")
def test_of_a_threat_further_posts_are_told_at_any_hour(office: Office) -> None:
    office.time = NOW.replace(hour=22)
    flood(office, 1, THREAT)
    office.send_all()
    acknowledged(office)
    flood(office, 20)
    office.wait(hours=1)
    look(office)
    assert alerts(office) == {"first": 1, "more": 1}


def test_the_count_survives_a_restart(office: Office) -> None:
    flood(office, 10)
    office.send_all()
    acknowledged(office)
    office.change()
    office.wait(hours=1)
    look(office)
    assert office.channel.taken[-1][1].count == 10


def test_a_batch_full_of_hits_is_kept_a_few_at_a_time(office: Office) -> None:
    sessions: list[object] = []
    keep = office.watch.keep

    def counted(session: object, hit: object) -> None:
        if not any(one is session for one in sessions):
            sessions.append(session)
        keep(session, hit)  # type: ignore[arg-type]

    office.watch.keep = counted  # type: ignore[method-assign]
    flood(office, 45)
    assert len(sessions) == 3
    assert [one.mention_count for one in office.incidents()] == [45]
    with reading(office.services.database) as session:
        cursor = session.get_one(SourceCursor, "practice").cursor
    assert cursor == "flood-44"


def received(number: int, text: str) -> Received:
    post = Post(id=f"post-{number}", source="practice", text=f"{text} {number}")
    return Received(post, post.model_dump_json().encode(), post.id)


def test_who_is_named_behind_a_flood_in_one_batch_hears_before_its_end(office: Office) -> None:
    office.knows_names()
    batch = [received(number, NAMING) for number in range(60)]
    office.watch.take("practice", [*batch, received(60, OTHER), received(61, "A fine evening.")])
    (about_other,) = [one for one in office.mentions() if one.staff_ids == [BOB]]
    assert about_other.id == 1
    assert len(office.mentions()) == 61
    with reading(office.services.database) as session:
        assert session.get_one(SourceCursor, "practice").cursor == "post-61"


def test_who_is_named_while_a_flood_is_being_taken_hears_before_its_end(office: Office) -> None:
    office.knows_names()
    flooded = [received(number, NAMING) for number in range(90)]
    taken = office.watch.take_some("practice", flooded)
    rest = [*flooded[taken:], received(90, OTHER)]
    taken = office.watch.take_some("practice", rest)
    assert [one.staff_ids for one in office.mentions()].index([BOB]) < 25
    assert len(office.mentions()) < 60, "the flood is not over"
    office.watch.take("practice", rest[taken:])
    assert len(office.mentions()) == 91


def test_what_was_taken_before_its_turn_is_screened_once(office: Office) -> None:
    office.knows_names()
    screen, read = office.watch.screen, Counter[str]()

    def counted(post: Post) -> Finding:
        read[post.id] += 1
        return screen(post)

    office.watch.screen = counted
    flooded = [received(number, NAMING) for number in range(60)]
    office.watch.take("practice", [*flooded, received(60, OTHER), received(61, NAMING)])
    assert set(read.values()) == {1}


def test_a_power_cut_in_the_midst_of_a_flood_loses_none_of_it_and_keeps_nothing_twice(
    office: Office,
) -> None:
    office.knows_names()
    batch = [*(received(number, NAMING) for number in range(90)), received(90, OTHER)]
    screen, left = office.watch.screen, iter(range(50))

    def until_the_cut(post: Post) -> Finding:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return screen(post)

    office.watch.screen = until_the_cut
    with pytest.raises(KeyboardInterrupt):
        office.watch.take("practice", batch)
    assert 0 < len(office.mentions()) < 91
    with reading(office.services.database) as session:
        place = session.get_one(SourceCursor, "practice").cursor
    office.watch.screen = screen
    after = [one.cursor for one in batch].index(place) + 1
    office.watch.take("practice", batch[after:])
    assert len(office.mentions()) == 91
    assert sorted(one.mention_count for one in office.incidents()) == [1, 90]


def test_an_edit_in_a_flood_is_taken_after_the_wording_before_it(office: Office) -> None:
    office.knows_names()
    edited = replace(received(7, f"{NAMING} {OTHER}"), edited=True)
    office.watch.take("practice", [*(received(number, NAMING) for number in range(60)), edited])
    (first,) = [one for one in office.mentions() if one.id == 8]
    with reading(office.services.database) as session:
        (wording,) = session.exec(select(MentionRevision))
    assert wording.mention_id == first.id
    assert first.staff_ids == [ALICE, BOB], "the mention holds what was seen last"


PAGE = "https://social.example/posts/1"


def looks(office: Office) -> list[Recheck]:
    with reading(office.services.database) as session:
        return list(session.exec(select(Recheck)))


def kinds(office: Office) -> Counter[str]:
    return Counter(one.kind for one in office.captures())


def test_every_record_of_a_flood_is_sealed_and_of_many_pages_one_in_fifty(office: Office) -> None:
    flood(office, 120, url=PAGE)
    assert kinds(office) == {"record": 120, "page": 20 + 2}
    looked_for = len(looks(office))
    assert looked_for == 22
    begun = [one for one in office.captures() if one.turns]
    assert len(begun) == 2 * 22, "the records of the others wait for their turns"
    due = sorted(one.due_at for one in office.captures() if not one.turns if one.due_at)
    assert len(due) == 98
    assert due[0] == office.time + LATER
    assert max(later - before for before, later in pairwise(due)) == timedelta(seconds=0.2)
    office.wait(minutes=12)
    for _ in range(20):
        look(office)
    records = [one for one in office.captures() if one.kind == "record"]
    assert all(one.turns for one in records)


@pytest.mark.clause("SPSO 24")
def test_what_makes_a_flood_graver_is_captured_with_its_page_at_once(office: Office) -> None:
    flood(office, 40, url=PAGE)
    office.engine.enqueued.clear()
    flood(office, 1, THREAT, url=PAGE)
    flood(office, 1, f"{THREAT} Tonight.", url=PAGE)
    begun = [name for name, _, _ in office.engine.enqueued if name == "capture"]
    assert len(begun) == 4, "record and page of each threat, though 40 others came within the hour"


def test_posts_that_come_slowly_are_all_pictured_however_many_they_are(office: Office) -> None:
    for _ in range(45):
        flood(office, 1, url=PAGE)
        office.wait(minutes=3)
    assert kinds(office) == {"record": 45, "page": 45}


def test_the_record_of_one_of_many_says_why_its_page_is_missing(office: Office) -> None:
    flood(office, 22, url="http://127.0.0.1:1/post")
    office.wait(minutes=12)
    office.engine.enqueued.clear()
    look(office)
    look(office)
    assert set(office.capture_all()) == {"partial"}
    said = {one.mention_id: one.missing for one in office.exhibits() if one.kind == "record"}
    assert said == {
        number: [PAGE_FOLLOWS if number <= 20 else ONE_OF_MANY] for number in range(1, 23)
    }
