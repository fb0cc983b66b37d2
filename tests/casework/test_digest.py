"""A digest is drafted from the records and tells no small count; the custodian releases it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import delete, select

from casework import digest
from casework.digest import NoDigestError, OvertakenError, ReleasedError, content_of
from casework.digest_figures import about_of, stage_of
from casework.digest_page import page, plain_text
from casework.digest_period import NoSuchPeriodError, NotOverError, last_period, period_called
from casework.digest_reading import Choices, choices, read
from casework.errors import NotAllowedError
from casework.office import Office
from policies.pack_file import read_pack
from records.database import transaction
from records.digest import Digest
from records.incident import Acknowledgement, Incident, IncidentAccess
from records.organisation import Organisation
from records.retention import Kept, RetentionClock
from records.roster import StaffMember, roster_of
from records.step import Step
from records.watching import CoverageGap, GapState, SourceWatch

NAMED, BOB, COMMS, DIRECTOR, HEAD, LEADER = "s001", "s002", "s003", "s004", "s005", "s006"
BODY = Organisation(
    name="Scottish Lighthouse Ombudsman",
    policy="spso",
    roles={
        "hr_officer": (BOB,),
        "communications_manager": (COMMS,),
        "director": (DIRECTOR,),
        "head_of_body": (HEAD,),
        "leadership_team": (HEAD, DIRECTOR, LEADER),
    },
)
ZONE = BODY.calendar.zone
STAFF = [
    StaffMember(one, f"Person {one}", line_manager="" if one == HEAD else HEAD)
    for one in (NAMED, BOB, COMMS, DIRECTOR, HEAD, LEADER)
]
OFFICE = Office(read_pack("spso"), BODY, roster_of(STAFF))
NOW = datetime(2026, 12, 2, 9, tzinfo=UTC)
NOVEMBER = period_called("2026-11", ZONE)
Opens = Callable[..., Incident]


def opened(
    engine: Engine,
    open_about: Opens,
    day: int,
    category: str = "naming",
    state: str = "open",
    *,
    seen_after: timedelta | None = None,
    told_after: timedelta | None = None,
) -> str:
    at = datetime(2026, 11, day, 10, tzinfo=UTC)
    incident = open_about(NAMED, at=at)
    with transaction(engine) as session:
        kept = session.get_one(Incident, incident.id)
        assert kept.id is not None
        kept.categories, kept.state = [category], state
        session.add(kept)
        if seen_after is not None:
            session.add(
                Acknowledgement(incident_id=kept.id, staff_id=BOB, via="page", at=at + seen_after)
            )
        if told_after is not None:
            session.add(
                Step(
                    incident_id=kept.id, kind="told-in-private", actor=BOB, clause="SPSO 69",
                    recorded_at=at + told_after, happened_at=at + told_after, playbook="spso",
                )
            )  # fmt: skip
    return incident.reference


def drafted(engine: Engine, name: str = "2026-11", now: datetime = NOW) -> Digest:
    with transaction(engine) as session:
        return digest.draft(session, period_called(name, ZONE), actor="namewatch", now=now)


def released(engine: Engine, name: str = "2026-11", now: datetime = NOW) -> Digest:
    drafted(engine, name, now)
    with transaction(engine) as session:
        return digest.release(session, name, actor=COMMS, office=OFFICE, now=now)


def shown(one: Digest) -> str:
    content = content_of(one)
    return page(content, BODY.name) + plain_text(content, BODY.name)


@pytest.mark.clause("SPSO 71")
@pytest.mark.clause("SPSO 68")
def test_a_digest_tells_numbers_and_no_count_under_three(engine: Engine, open_about: Opens) -> None:
    references = [opened(engine, open_about, day, "insult") for day in (2, 3, 4, 5)]
    references.append(opened(engine, open_about, 6, "threat"))
    one = drafted(engine)
    text = plain_text(content_of(one), BODY.name)
    assert "  Abuse, an allegation, or an attack on somebody's ability: 4\n" in text
    assert "  A threat, or violence wished for: fewer than 3\n" in text
    assert "  A threat, or violence wished for: 1\n" not in text
    assert "Records opened: 5 to 11." in text
    assert "  Nobody has said yet that they have seen it: 5\n" in text
    for secret in (*references, NAMED, "Person"):
        assert secret not in shown(one)
    assert '"threat": 1' not in str(one.content)


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize(
    ("one_world", "another"),
    [
        ([(3, "threat")], [(3, "threat"), (4, "threat")]),
        ([], [(17, "threat"), (18, "recording")]),
        (
            [(10, "naming")] * 4 + [(11, "threat"), (12, "insult")],
            [(10, "naming")] * 4 + [(11, "self_harm")] * 2,
        ),
    ],
)
def test_digests_of_overlapping_times_are_the_same_whatever_the_small_counts_are(
    open_about: Opens,
    engine: Engine,
    one_world: Sequence[tuple[int, str]],
    another: Sequence[tuple[int, str]],
) -> None:
    """Weeks, then the month that they lie in, then the week across its end."""
    told = []
    for world in (one_world, another):
        with transaction(engine) as session:
            for table in (Digest, IncidentAccess, Incident):
                session.exec(delete(table))
        for day, category in world:
            opened(engine, open_about, day, category)
        pages = [
            shown(released(engine, name, NOW + timedelta(days=10)))
            for name in ("2026-W45", "2026-W46", "2026-11", "2026-W49")
        ]
        told.append(pages)
    assert told[0] == told[1]


@pytest.mark.clause("SPSO 68")
def test_a_month_adds_up_what_its_weeks_told_and_counts_only_the_rest_anew(
    engine: Engine, open_about: Opens
) -> None:
    for day in (2, 3, 4, 5, 9):  # four in one week, one in the next
        opened(engine, open_about, day)
    released(engine, "2026-W45")
    released(engine, "2026-W46")
    month = content_of(released(engine))
    assert "Records opened: 4 to" in plain_text(month, BODY.name)
    assert month.parts[-1].spans == (
        (NOVEMBER.begins_at, datetime(2026, 11, 2, tzinfo=UTC)),
        (datetime(2026, 11, 16, tzinfo=UTC), NOVEMBER.ends_at),
    )
    week_across = content_of(released(engine, "2026-W49", NOW + timedelta(days=9)))
    assert week_across.left_out == ("November 2026",)
    assert week_across.parts[-1].spans[0][0] == NOVEMBER.ends_at


@pytest.mark.clause("SPSO 71")
def test_only_who_shares_with_the_leadership_releases_and_only_once(
    engine: Engine, open_about: Opens
) -> None:
    opened(engine, open_about, 2)
    with transaction(engine) as session, pytest.raises(NoDigestError):
        digest.release(session, "2026-11", actor=COMMS, office=OFFICE, now=NOW)
    drafted(engine)
    for nobody in (BOB, DIRECTOR, HEAD, NAMED, "s099"):
        with transaction(engine) as session, pytest.raises(NotAllowedError, match="SPSO 71"):
            digest.release(session, "2026-11", actor=nobody, office=OFFICE, now=NOW)
    with transaction(engine) as session:
        kept = digest.release(session, "2026-11", actor=COMMS, office=OFFICE, now=NOW)
        assert (kept.released_by, kept.released_at) == (COMMS, NOW)
    for again in (released, drafted):
        with pytest.raises(ReleasedError):
            again(engine)


def test_a_draft_that_was_overtaken_is_drafted_again(engine: Engine, open_about: Opens) -> None:
    opened(engine, open_about, 4)
    drafted(engine)
    released(engine, "2026-W45")
    with transaction(engine) as session, pytest.raises(OvertakenError):
        digest.release(session, "2026-11", actor=COMMS, office=OFFICE, now=NOW)
    released(engine)


def test_a_time_that_is_not_over_has_no_digest(engine: Engine) -> None:
    with pytest.raises(NotOverError):
        drafted(engine, "2026-12")


@pytest.mark.clause("SPSO 71")
def test_times_to_see_and_to_tell_are_given_in_coarse_steps_and_not_of_a_few(
    engine: Engine, open_about: Opens
) -> None:
    for day, minutes in ((2, 9), (3, 20), (4, 400)):
        opened(
            engine, open_about, day, "naming", "closed",
            seen_after=timedelta(minutes=minutes), told_after=timedelta(hours=minutes / 9),
        )  # fmt: skip
    text = plain_text(content_of(drafted(engine)), BODY.name)
    assert "Half of them were seen by somebody within 30 minutes." in text
    assert "Half of the people named were told in private within 4 hours." in text


def test_times_of_fewer_than_three_are_not_given(engine: Engine, open_about: Opens) -> None:
    for day in (2, 3):
        opened(engine, open_about, day, "naming", "closed", seen_after=timedelta(minutes=9))
    text = plain_text(content_of(drafted(engine)), BODY.name)
    assert "There are too few to say how soon they were seen." in text


@pytest.mark.clause("SPSO 71")
def test_open_actions_and_coverage_are_told(engine: Engine, open_about: Opens) -> None:
    for day in (2, 3, 4):
        opened(engine, open_about, day)
    with transaction(engine) as session:
        for source, doubt in (("bluesky", "Far less came."), ("reddit", "")):
            session.add(
                SourceWatch(
                    source=source, sentence="", doubt=doubt, state="watching", alive_at=NOW,
                    first_watched_at=NOVEMBER.begins_at,
                )
            )  # fmt: skip
        began = datetime(2026, 11, 30, 20, tzinfo=UTC)
        session.add(
            CoverageGap(
                source="bluesky", began_at=began, ended_at=began + timedelta(hours=8),
                state=GapState.LOST.value, reason="",
            )
        )  # fmt: skip
        for number in range(3):
            session.add(
                RetentionClock(
                    kind=Kept.RECORD.value, subject=f"NW-2024-{number:04d}", since=NOW,
                    due_at=NOW, rule="",
                )
            )  # fmt: skip
    text = plain_text(content_of(drafted(engine)), BODY.name)
    hours = "not watched once, 4.0 hours in all; 4.0 hours can't be read back"
    assert f"bluesky: {hours}. Far less came." in text
    assert "reddit: watched all the time." in text
    assert "Decisions on erasing or keeping that are due: 3 or more." in text
    assert "Records from before this time that are still open: fewer than 3." in text
    december = plain_text(content_of(drafted(engine, "2026-W49", NOW + timedelta(days=9))), "")
    assert "Records from before this time that are still open: 3 or more." in december


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (datetime(2026, 12, 2, tzinfo=UTC), NOW, "not watched yet"),
        (datetime(2026, 11, 22, 9, tzinfo=UTC), NOW, "watched from 22 November on"),
        (datetime(2026, 9, 1, tzinfo=UTC), datetime(2026, 10, 3, tzinfo=UTC), "no longer watched"),
        (
            datetime(2026, 9, 1, tzinfo=UTC),
            datetime(2026, 11, 12, 8, tzinfo=UTC),
            "watched until 12 November",
        ),
        (datetime(2026, 9, 1, tzinfo=UTC), NOW, "watched all the time"),
    ],
    ids=["not yet", "from a day on", "no longer", "until a day", "all the time"],
)
def test_nothing_is_called_watched_before_its_first_look_or_after_its_last(
    engine: Engine, first: datetime, last: datetime, words: str
) -> None:
    with transaction(engine) as session:
        session.add(
            SourceWatch(
                source="river", sentence="", state="watching", first_watched_at=first, alive_at=last
            )
        )
    assert f"river: {words}." in plain_text(content_of(drafted(engine)), BODY.name)


def test_that_something_is_overdue_is_told_only_beside_enough_open_records(
    engine: Engine, open_about: Opens
) -> None:
    """Three late records that a digest doesn't tell of would give away where they stand."""
    references = [opened(engine, open_about, day, state="open") for day in (3, 4)]
    references.append(opened(engine, open_about, 5, state="acknowledged"))
    with transaction(engine) as session:
        for one in session.exec(select(Incident)):
            one.duty_level, one.duty_at = 1, None
            session.add(one)
    few = "something is overdue: fewer than 3, or too few to say"
    assert few in plain_text(content_of(drafted(engine)), BODY.name)
    references.append(opened(engine, open_about, 6, state="open"))
    assert "something is overdue: 3 or more" in plain_text(content_of(drafted(engine)), BODY.name)
    with transaction(engine) as session:
        for one in session.exec(select(Incident)):
            one.duty_level, one.duty_at = 0, NOW + timedelta(days=1)
            session.add(one)
    assert few in plain_text(content_of(drafted(engine)), BODY.name)


def test_a_quarter_and_a_year_add_up_what_was_released_and_count_nothing_anew(
    engine: Engine, open_about: Opens
) -> None:
    for day in (3, 4, 5, 6):
        opened(engine, open_about, day)
    with transaction(engine) as session:
        assert choices(session, ZONE) == Choices((), (), ())
        assert read(session, "2026-Q4", ZONE) is None
    draft_alone = drafted(engine)
    with transaction(engine) as session:
        assert read(session, draft_alone.period, ZONE) is None
    released(engine)
    opened(engine, open_about, 7)  # and not counted by anything that was released
    with transaction(engine) as session:
        found = choices(session, ZONE)
        assert [one.name for one in found.released] == ["2026-11"]
        assert [one.name for one in found.quarters] == ["2026-Q4"]
        assert [one.name for one in found.years] == ["2026"]
        month, quarter = read(session, "2026-11", ZONE), read(session, "2026-Q4", ZONE)
        assert month
        assert quarter
        assert (month.added_up, quarter.added_up) == (False, True)
        assert quarter.content.parts == month.content.parts
        assert quarter.untold == (
            (datetime(2026, 9, 30, 23, tzinfo=UTC), NOVEMBER.begins_at),
            (NOVEMBER.ends_at, datetime(2027, 1, 1, tzinfo=UTC)),
        )
        for nothing in ("2026-10", "2025", "2026-W48", "nonsense"):
            assert read(session, nothing, ZONE) is None


def test_each_picture_stands_beside_its_table_and_the_page_has_no_script(
    engine: Engine, open_about: Opens
) -> None:
    for day in (2, 3, 4):
        opened(engine, open_about, day)
    released(engine, "2026-W45")
    drawn = page(content_of(drafted(engine, "2026-W46")), "A & B <Body>")
    assert drawn.count("<svg ") == 3
    assert drawn.count("</svg><table>") == 3
    assert drawn.count('role="img"') == 3
    assert "the week of 2 November 2026" in drawn
    assert "A &amp; B &lt;Body&gt;" in drawn
    assert "<script" not in drawn
    assert "default-src 'none'" in drawn


def test_periods_are_those_of_the_bodys_own_clock() -> None:
    october = period_called("2026-10", ZONE)
    assert october.begins_at == datetime(2026, 9, 30, 23, tzinfo=UTC)
    assert october.ends_at == datetime(2026, 11, 1, tzinfo=UTC)
    assert last_period("month", NOW, ZONE).name == "2026-11"
    assert last_period("week", NOW, ZONE).name == "2026-W48"
    assert last_period("week", datetime(2027, 1, 5, tzinfo=UTC), ZONE).name == "2026-W53"
    assert period_called("2026-Q4", ZONE).span == (
        datetime(2026, 9, 30, 23, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    assert period_called("2026", ZONE).begins_at == datetime(2026, 1, 1, tzinfo=UTC)
    for wrong in ("2026-Q5", "2026-13", "2026-W54", "november", "2026-11-01", "9999-12"):
        with pytest.raises(NoSuchPeriodError):
            period_called(wrong, ZONE)


def test_the_gravest_matter_and_the_furthest_stage_are_counted() -> None:
    assert about_of(["naming", "insult", "threat"]) == "threat"
    assert about_of(["naming"]) == "named"
    assert about_of(["self_harm", "naming"]) == "other"
    assert stage_of("open", told=True) == "unseen"
    assert stage_of("acknowledged", told=False) == "seen"
    assert stage_of("decided", told=True) == "told"
    assert stage_of("closed", told=False) == "closed"
