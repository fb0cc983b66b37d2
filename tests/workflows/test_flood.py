"""Floods: the first alert at once, then one an hour with a count; others hear of theirs as ever."""

from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from casework import incidents
from monitors.source import Received
from records.database import reading, transaction
from records.post import Post
from records.watching import SourceCursor
from tests.workflows.conftest import COMMS, HR, MANAGER, NOW, Office
from workflows.timers import Timers

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."
OTHER = "My complaint was refused, the decision letter is signed Ruaridh McStronach."
THREAT = "Fenella Auchterbrae at the Lighthouse Ombudsman, I'm going to stab you."
THREE = sorted([MANAGER, COMMS, HR])


def flood(office: Office, posts: int, text: str = NAMING) -> None:
    """So many posts, as a stream brings them: in batches."""
    begun = len(office.mentions())
    made = [
        Post(id=f"flood-{number}", source="practice", text=f"{text} {number}")
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
