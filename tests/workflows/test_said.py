"""What the person named says on their own page reaches the people of the record, without a word."""

import pytest

from alerts.message import Message
from casework import incidents
from casework.list_changes import declare_conflict
from casework.office import Office as Rules
from casework.own_pages import make_page, withdraw_page
from casework.own_words import TOLD_AFTER, say
from casework.steps import Order, record_step
from policies.pack_file import read_pack
from records.database import transaction
from records.own_page import OwnPage
from tests.workflows.conftest import ALICE, COMMS, DIRECTOR, HR, MANAGER, Office
from workflows.said import tell_what_was_said

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."
REFERENCE = "NW-2026-0001"
SECRET = "quillwort-hemlock"


def rules(office: Office) -> Rules:
    held = office.services
    return Rules(held.pack, held.organisation, held.roster)


def page_for_alice(office: Office) -> OwnPage:
    office.see(NAMING)
    office.send_all()
    told = {"by": MANAGER, "how": "in-person", "reminded": "yes"}
    with transaction(office.services.database) as session:
        order = Order("told-in-private", told, MANAGER)
        record_step(session, rules(office), REFERENCE, order, now=office.time)
        return make_page(
            session, rules(office), REFERENCE, actor=MANAGER, code_hash="h", now=office.time
        )


def wish(office: Office, page: OwnPage, instead_of: int | None = None) -> None:
    with transaction(office.services.database) as session:
        page = session.get_one(OwnPage, page.id)
        typed = {"answer": "view", "wish": SECRET}
        say(session, rules(office), page, "wishes", typed, instead_of=instead_of, now=office.time)


def look(office: Office) -> list[tuple[str, Message]]:
    office.channel.taken.clear()
    with transaction(office.services.database) as session:
        tell_what_was_said(session, office.engine)  # type: ignore[arg-type]
    office.send_all()
    return sorted(office.channel.taken, key=lambda one: one[0])


@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("SPSO 68")
def test_everybody_on_the_record_is_told_once_that_something_was_said_and_not_what(
    office: Office,
) -> None:
    page = page_for_alice(office)
    wish(office, page)
    assert look(office) == []
    wish(office, page, instead_of=1)
    office.wait(seconds=TOLD_AFTER.total_seconds())
    told = look(office)
    assert [who for who, _ in told] == [MANAGER, COMMS, HR]
    for _, message in told:
        assert message.subject == f"Confidential: there is something new under {REFERENCE}"
        assert message.opening == "The person this is about has said what they would like."
        assert message.page_link is None
        assert not message.telling
        assert SECRET not in str(message)
        assert "Tell the person" not in str(message)
    assert look(office) == []


@pytest.mark.clause("SPSO 69")
def test_a_change_of_mind_is_told_again_also_after_the_page_was_withdrawn(office: Office) -> None:
    page = page_for_alice(office)
    wish(office, page)
    office.wait(seconds=TOLD_AFTER.total_seconds())
    assert len(look(office)) == 3
    wish(office, page, instead_of=1)
    with transaction(office.services.database) as session:
        withdraw_page(session, rules(office), REFERENCE, actor=MANAGER, now=office.time)
    office.wait(seconds=TOLD_AFTER.total_seconds())
    assert len(look(office)) == 3


@pytest.mark.clause("WICS Named ¶1")
@pytest.mark.clause("WICS Named ¶3")
def test_where_the_policy_tells_the_line_manager_alone_nobody_else_hears_of_it(
    office: Office,
) -> None:
    office.change(pack=read_pack("wics"))
    page = page_for_alice(office)
    wish(office, page)
    office.wait(seconds=TOLD_AFTER.total_seconds())
    assert [who for who, _ in look(office)] == [MANAGER]


@pytest.mark.clause("SPSO 68")
def test_whoever_is_in_conflict_or_named_since_is_not_told(office: Office) -> None:
    page = page_for_alice(office)
    wish(office, page)
    with transaction(office.services.database) as session:
        declare_conflict(
            session, rules(office), REFERENCE, why="involved", actor=HR, now=office.time
        )
        incident = incidents.by_reference(session, REFERENCE)
        incident.alongside = [COMMS, DIRECTOR]
        session.add(incident)
    office.wait(seconds=TOLD_AFTER.total_seconds())
    assert [who for who, _ in look(office)] == [MANAGER]
    assert ALICE not in {who for who, _ in office.channel.taken}
