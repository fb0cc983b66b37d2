"""Which posts become incidents, which join one, and which are never kept."""

from dataclasses import replace

import pytest

from monitors.source import Received
from nlp.screening import Screener
from records.finding import Finding
from records.post import Post
from records.roster import StaffMember, roster_of
from tests.workflows.conftest import (
    ALICE,
    BOB,
    BODY,
    COMMS,
    DIRECTOR,
    HEAD,
    HR,
    MANAGER,
    NOW,
    STAFF,
    Office,
)

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."
THREAT = "Fenella Auchterbrae at the Lighthouse Ombudsman, I'm going to stab you."
BOTH = (
    "My complaint to the Lighthouse Ombudsman was refused by Fenella Auchterbrae"
    " and Ruaridh McStronach."
)


@pytest.mark.clause("SPSO 67")
def test_a_post_that_names_somebody_for_their_work_opens_an_incident(office: Office) -> None:
    office.see(NAMING)
    office.send_all()
    assert office.told() == [MANAGER, COMMS, HR]
    (incident,) = office.incidents()
    assert (incident.staff_id, incident.categories) == (ALICE, ["naming"])


def test_only_what_the_sieve_lets_through_is_screened_and_nothing_is_missed(
    office: Office,
) -> None:
    screener = Screener(BODY, office.services.roster, office.services.pack, today=NOW.date())
    read: list[str] = []

    def screen(post: Post) -> Finding:
        read.append(post.id)
        return screener.screen(post)

    office.watch = replace(office.watch, screen=screen, suspects=screener.suspects)
    texts = ["A lovely evening by the harbour."] * 199
    texts.insert(120, NAMING)
    batch = [
        Received(Post(id=str(number), source="river", text=text), b"{}", str(number))
        for number, text in enumerate(texts)
    ]
    edited = replace(batch[7], edited=True)
    office.watch.take("river", [*batch[:7], edited, *batch[8:]])
    assert read == ["7", "120"]  # a new wording is always read, since it may have been kept before
    assert [one.staff_ids for one in office.mentions()] == [[ALICE]]


@pytest.mark.clause("SPSO 7")
@pytest.mark.clause("SPSO 10")
def test_criticism_of_the_body_and_other_peoples_posts_are_never_kept(office: Office) -> None:
    office.see("The Lighthouse Ombudsman is useless and took months over my complaint.")
    office.see("A lovely evening by the harbour.")
    assert office.mentions() == []


@pytest.mark.clause("SPSO 44")
def test_somebody_who_may_be_named_has_no_incident_for_being_named_but_has_for_a_threat(
    office: Office,
) -> None:
    office.see("Morven Drumhallow of the Lighthouse Ombudsman answered my complaint.")
    assert office.incidents() == []
    office.see("Morven Drumhallow at the Lighthouse Ombudsman, I'm going to stab you.")
    assert [one.severity for one in office.incidents()] == ["critical"]


@pytest.mark.clause("SPSO 68")
def test_two_people_in_one_post_are_two_incidents_that_keep_each_other_out(
    office: Office,
) -> None:
    office.see(BOTH)
    first, second = office.incidents()
    assert {first.staff_id, second.staff_id} == {ALICE, BOB}
    assert first.alongside == [second.staff_id]
    assert second.alongside == [first.staff_id]
    assert first.key_id != second.key_id


def test_a_further_post_joins_and_is_told_once_an_hour(office: Office) -> None:
    office.see(NAMING)
    office.send_all()
    office.told()
    office.see(NAMING + " Again!")
    office.send_all()
    assert office.told() == []
    office.wait(hours=1.2)
    office.see(NAMING + " And again!")
    office.see(NAMING + " And once more!")
    office.send_all()
    assert office.told() == [MANAGER, COMMS, HR]
    (incident,) = office.incidents()
    assert incident.mention_count == 4


@pytest.mark.clause("SPSO 24")
def test_a_threat_under_an_open_incident_is_told_at_once(office: Office) -> None:
    office.see(NAMING)
    office.send_all()
    office.told()
    office.see(THREAT)
    office.send_all()
    assert office.told() == [MANAGER, COMMS, HR]
    assert [one.severity for one in office.incidents()] == ["critical"]


def test_the_same_post_seen_again_changes_nothing(office: Office) -> None:
    office.see(NAMING, post_id="one")
    office.see(NAMING, post_id="one")
    assert len(office.mentions()) == 1


def test_after_three_quiet_days_a_new_post_opens_a_new_incident(office: Office) -> None:
    office.see(NAMING)
    office.wait(days=3, minutes=1)
    office.see(NAMING + " Again!")
    assert len(office.incidents()) == 2


def test_a_doubtful_post_waits_for_triage_and_alerts_nobody(office: Office) -> None:
    office.see("Fenella Auchterbrae was on the ferry.")
    office.send_all()
    assert office.incidents() == []
    assert office.told() == []
    assert [one.disposition for one in office.mentions()] == ["review"]


@pytest.mark.clause("SPSO 39")
def test_a_threat_to_the_body_alone_is_told_to_communications_and_the_director(
    office: Office,
) -> None:
    office.see("I am going to burn down the Lighthouse Ombudsman and everybody in it.")
    office.send_all()
    assert office.told() == [DIRECTOR, COMMS]
    assert [one.staff_id for one in office.incidents()] == [None]


def with_a_namesake(office: Office) -> None:
    """Take on somebody with Alice's surname, in another team."""
    others = [*STAFF, StaffMember("s099", "Catriona Auchterbrae", line_manager=HR)]
    office.change(roster=roster_of(others))


@pytest.mark.clause("SPSO 39")
@pytest.mark.clause("SPSO 68")
def test_a_threat_to_one_of_two_with_the_surname_is_told_but_to_no_line_manager(
    office: Office,
) -> None:
    with_a_namesake(office)
    office.see("Auchterbrae at the Lighthouse Ombudsman, I'm going to stab you.")
    office.send_all()
    assert office.told() == [DIRECTOR, COMMS]
    (incident,) = office.incidents()
    assert (incident.staff_id, set(incident.alongside)) == (None, {ALICE, "s099"})
    assert incident.severity == "critical"


@pytest.mark.clause("SPSO 68")
def test_who_may_be_meant_by_a_threat_is_never_told_of_it(office: Office) -> None:
    others = [one for one in STAFF if one.staff_id not in (DIRECTOR, COMMS)]
    director = StaffMember(DIRECTOR, "Lachlan Auchterbrae", email="s002@slo.example")
    comms = StaffMember(COMMS, "Devika Ramanujpal", email="s004@slo.example", line_manager=HEAD)
    office.change(roster=roster_of([*others, director, comms]))
    office.see("Auchterbrae at the Lighthouse Ombudsman, I'm going to stab you.")
    office.send_all()
    assert DIRECTOR not in office.told()
    assert [one.staff_id for one in office.incidents()] == [None]


@pytest.mark.clause("SPSO 67")
def test_only_people_about_whom_the_policy_alerts_have_an_incident(office: Office) -> None:
    with_a_namesake(office)
    office.see("Fenella Auchterbrae and Ms Auchterbrae of the Lighthouse Ombudsman refused it.")
    assert [one.staff_id for one in office.incidents()] == [ALICE]


def test_what_is_kept_is_sealed(office: Office) -> None:
    office.see(NAMING, url="https://social.example/auchterbrae")
    (mention,) = office.mentions()
    (incident,) = office.incidents()
    whole = b"".join(
        part
        for part in (
            mention.sealed_post,
            mention.sealed_record,
            mention.sealed_finding,
            incident.page_link or b"",
            *(one.work or b"" for one in office.captures()),
        )
    )
    assert b"Auchterbrae" not in whole
    assert b"social.example" not in whole
