"""A verdict is learnt from by the screening that is under way, without a restart."""

from datetime import date

import pytest
from sqlmodel import select

from casework import incidents, verdicts
from casework.reading import Reader
from casework.verdicts import Said
from evidence.vault import Vault
from nlp.lessons import Lessons, features
from nlp.screening import Screener
from records.database import transaction
from records.example import VerdictKind
from records.incident import Incident
from records.record_key import RecordKey
from tests.workflows.conftest import ALICE, HR, MANAGER, Office
from workflows.learning import Learning
from workflows.watch import Watch

TEXT = "Fenella Auchterbrae of the Lighthouse Ombudsman"


def teach(office: Office, kind: VerdictKind, *, by: str = MANAGER) -> None:
    services = office.services
    vault = Vault(services.evidence_folder.parent / "keys")
    with transaction(services.database) as session:
        incident = session.exec(select(Incident)).one()
        incidents.give_access(
            session, incident, by, role="line_manager", reason="SPSO 67.1", now=office.time
        )
        verdicts.give(
            session,
            incident,
            Said(kind),
            actor=Reader(by, True, vault.open_record_key),  # noqa: FBT003
            features_of=lambda post, finding: features(
                post,
                finding,
                services.organisation,
                services.roster,
                services.public_keys.pepper,
            ),
            now=office.time,
        )


class Pupil:
    """Remembers every lesson."""

    def __init__(self) -> None:
        self.lessons: list[Lessons] = []

    def learn(self, lessons: Lessons) -> None:
        self.lessons.append(lessons)


def test_the_next_batch_is_screened_by_what_was_just_taught(office: Office) -> None:
    services = office.services
    screener = Screener(
        services.organisation, services.roster, services.pack, None, None, today=date(2026, 11, 23)
    )
    learning = Learning(services, screener, every=0)
    office.watch = Watch(services, office.engine, screener.screen, learning.look)  # type: ignore[arg-type]
    office.see(f"{TEXT} refused my complaint. Cairnbrae regatta, rowing again.")
    teach(office, VerdictKind.NOT_ABOUT_WORK)
    office.see(f"{TEXT} at the Cairnbrae regatta, rowing for Auchterbrae.")
    assert [one.disposition for one in office.mentions()] == ["alert", "review"]


def test_it_learns_only_when_there_is_something_new(office: Office) -> None:
    office.see(f"{TEXT} refused my complaint.")
    pupil = Pupil()
    learning = Learning(office.services, pupil, every=0)
    learning.look()
    learning.look()
    assert len(pupil.lessons) == 1
    teach(office, VerdictKind.SOMEONE_ELSE)
    learning.look()
    learning.look()
    teach(office, VerdictKind.SOMEONE_ELSE, by=HR)
    learning.look()
    assert [bool(one) for one in pupil.lessons] == [False, True, True]
    assert pupil.lessons[-1].about_any([ALICE])


def test_it_asks_the_database_no_more_than_once_in_a_while(office: Office) -> None:
    office.see(f"{TEXT} refused my complaint.")
    pupil = Pupil()
    learning = Learning(office.services, pupil, every=3600)
    learning.look()
    teach(office, VerdictKind.SOMEONE_ELSE)
    learning.look()
    assert len(pupil.lessons) == 1


@pytest.mark.clause("SPSO 64")
def test_an_erased_record_teaches_nothing_any_more(office: Office) -> None:
    office.see(f"{TEXT} refused my complaint.")
    teach(office, VerdictKind.SOMEONE_ELSE)
    pupil = Pupil()
    learning = Learning(office.services, pupil, every=0)
    learning.look()
    with transaction(office.services.database) as session:
        session.exec(select(RecordKey)).one().wrapped = None
    learning.look()
    assert [bool(one) for one in pupil.lessons] == [True, False]
