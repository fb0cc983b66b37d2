"""An incident lies only before those who may see it, under the rules with which it was opened."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from casework.cases import case_for
from casework.errors import KeyDestroyedError, NoSuchIncidentError, NotAllowedError
from casework.office import Office
from casework.permissions import Action
from casework.steps import Order, check_step, record_step
from policies.pack import Pack
from policies.pack_file import read_pack
from records.database import transaction
from records.incident import Incident
from records.organisation import Organisation
from records.record_key import RecordKey
from records.roster import StaffMember, roster_of
from records.sealing import new_identity
from records.step import Step

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
ALICE, BOB, CHARLIE, DONALD = "s001", "s002", "s003", "s004"
STAFF = (
    StaffMember(ALICE, "Fenella Auchterbrae", line_manager=BOB),
    StaffMember(BOB, "Isobel Fairweather"),
    StaffMember(CHARLIE, "Struan Kilbrandy"),
    StaffMember(DONALD, "Morven Drumhallow"),
)


def office(pack: Pack, **kept: Pack) -> Office:
    body = Organisation(name="Scottish Lighthouse Ombudsman", policy="spso", roles={})
    return Office(pack, body, roster_of(STAFF), lambda _, version: kept.get(version))


@pytest.fixture
def reference(open_about: Callable[..., Incident], engine: Engine) -> str:
    opened = open_about().reference
    with transaction(engine) as session:
        key = session.exec(select(RecordKey)).one()
        key.recipient, key.wrapped = str(new_identity().to_public()), b"wrapped"
        session.add(key)
    return opened


def test_somebody_on_the_list_sees_it_and_what_they_may_do(engine: Engine, reference: str) -> None:
    with transaction(engine) as session:
        case = case_for(session, office(read_pack("spso")), reference, BOB, now=NOW)
    assert case.known.named == ALICE
    assert case.may(Action.DECIDE_POLICE)
    assert not case.may(Action.DECIDE_LEADERSHIP_SHARING)


@pytest.mark.clause("SPSO 68")
@pytest.mark.parametrize("reader", [ALICE, DONALD, "s099"])
def test_nobody_else_does(engine: Engine, reference: str, reader: str) -> None:
    with transaction(engine) as session, pytest.raises(NotAllowedError):
        case_for(session, office(read_pack("spso")), reference, reader, now=NOW)
    with transaction(engine) as session, pytest.raises(NoSuchIncidentError):
        case_for(session, office(read_pack("spso")), "NW-2026-0999", reader, now=NOW)


def test_an_erased_one_is_told_apart_only_to_those_who_had_it(
    engine: Engine, reference: str
) -> None:
    with transaction(engine) as session:
        key = session.exec(select(RecordKey)).one()
        key.wrapped = None
        session.add(key)
    with transaction(engine) as session, pytest.raises(KeyDestroyedError):
        case_for(session, office(read_pack("spso")), reference, BOB, now=NOW)
    with transaction(engine) as session, pytest.raises(NotAllowedError):
        case_for(session, office(read_pack("spso")), reference, DONALD, now=NOW)


@pytest.mark.clause("SPSO 31")
@pytest.mark.clause("WICS Online")
def test_an_incident_goes_on_under_the_edition_with_which_it_was_opened(
    engine: Engine, reference: str
) -> None:
    then = read_pack("spso")
    today = then.model_copy(
        update={
            "version": "2027-01",
            "telling": then.telling.model_copy(update={"chain": ("hr_officer",)}),
        }
    )
    changed = office(today, **{then.version: then})
    order = Order("told-in-private", {"by": BOB, "how": "phone", "reminded": "yes"}, BOB)
    with transaction(engine) as session:
        assert case_for(session, changed, reference, BOB, now=NOW).office.pack == then
        written = record_step(session, changed, reference, order, now=NOW)
        assert written.playbook == f"spso {then.version}"


def test_checking_a_step_writes_nothing(engine: Engine, reference: str) -> None:
    order = Order("harm", {"to": "person"}, BOB)
    with transaction(engine) as session:
        ready = check_step(session, office(read_pack("spso")), reference, order, now=NOW)
        assert (ready.kind.name, ready.revision) == ("harm", 1)
    with transaction(engine) as session:
        assert session.exec(select(Step)).all() == []
