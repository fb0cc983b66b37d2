"""Who goes on after a warning is taken more seriously; earlier records are not for everybody."""

import pytest

from casework import incidents
from casework.earlier import after_a_warning, alike, with_same_author
from casework.errors import NotAllowedError
from casework.office import Office as Rules
from casework.steps import Order, record_step
from monitors.source import Received
from records.database import reading, transaction
from records.post import Author, Post
from tests.workflows.conftest import ALICE, BOB, COMMS, HEAD, HR, MANAGER, Office

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."
OF_BOB = "My complaint was refused, the decision letter is signed Ruaridh McStronach."


def see(office: Office, number: int, text: str, author: str | None) -> None:
    post = Post(id=f"post-{number}", source="practice", text=text, author=Author(id=author or None))
    raw = post.model_dump_json().encode()
    office.watch.take("practice", [Received(post, raw, str(number))])


def rules(office: Office) -> Rules:
    held = office.services
    return Rules(held.pack, held.organisation, held.roster)


def take(office: Office, reference: str, kind: str, **typed: str) -> None:
    parts = {name.replace("_", "-"): value for name, value in typed.items()}
    order = Order(kind, parts, MANAGER)
    with transaction(office.services.database) as session:
        record_step(session, rules(office), reference, order, now=office.time)


def warn(office: Office, said: str = "warned") -> None:
    reference = "NW-2026-0001"
    take(office, reference, "told-in-private", by=MANAGER, how="phone", reminded="yes")
    take(office, reference, "wishes", answer="no-view")
    extra = {"what_follows": "contact may be limited"} if said != "name-the-office" else {}
    take(
        office, reference, "warning", said=said, account="1", on="2026-11-23", wishes="no-view",
        **extra,
    )  # fmt: skip


@pytest.fixture
def with_account(office: Office) -> Office:
    body = office.services.organisation.model_copy(update={"accounts": ("@slo.example",)})
    office.change(organisation=body)
    return office


@pytest.mark.clause("SPSO 30")
@pytest.mark.clause("SPSO 40")
@pytest.mark.clause("SPSO 41.1")
@pytest.mark.clause("SPSO 41.3")
@pytest.mark.parametrize("said", ["warned", "asked-not-to"])
def test_the_same_author_after_a_warning_is_one_step_graver(
    with_account: Office, said: str
) -> None:
    see(with_account, 1, NAMING, "a1")
    warn(with_account, said)
    see(with_account, 2, OF_BOB, "a1")
    see(with_account, 3, OF_BOB, "a2")
    first, second = with_account.incidents()
    assert (first.staff_id, first.severity) == (ALICE, "medium")
    assert (second.staff_id, second.severity) == (BOB, "high")
    assert [one.severity for one in with_account.mentions()] == ["medium", "high", "medium"]


@pytest.mark.clause("SPSO 30")
@pytest.mark.clause("SPSO 44")
def test_having_been_asked_to_name_the_office_is_no_warning_and_nobody_is_no_author(
    with_account: Office,
) -> None:
    see(with_account, 1, NAMING, "a1")
    warn(with_account, "name-the-office")
    see(with_account, 2, OF_BOB, "a1")
    see(with_account, 3, OF_BOB, None)
    assert {one.severity for one in with_account.mentions()} == {"medium"}


@pytest.mark.clause("SPSO 30")
def test_a_warning_never_makes_a_threat_of_what_is_none() -> None:
    assert [after_a_warning(one) for one in ("none", "low", "medium", "high", "critical")] == [
        "none",
        "medium",
        "high",
        "high",
        "critical",
    ]


@pytest.mark.clause("SPSO 30")
@pytest.mark.clause("SPSO 68")
def test_warnings_on_file_are_shown_to_who_may_see_both_records(with_account: Office) -> None:
    see(with_account, 1, NAMING, "a1")
    warn(with_account)
    see(with_account, 2, OF_BOB, "a1")
    held = with_account.services
    with reading(held.database) as session:
        second = incidents.by_reference(session, "NW-2026-0002")

        def earlier(actor: str) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
            found = with_same_author(
                session, second, rules(with_account), actor=actor, now=with_account.time
            )
            return [(one.reference, one.told) for one in found]

        for who in (MANAGER, HR, COMMS):
            assert earlier(who) == [("NW-2026-0001", (("warned", "2026-11-23"),))]
        for nobody in (BOB, HEAD):
            with pytest.raises(NotAllowedError):
                earlier(nobody)


@pytest.mark.clause("SPSO 14")
def test_how_alike_cases_were_decided_is_shown_without_whose_they_were(office: Office) -> None:
    for number, text in enumerate((NAMING, OF_BOB)):
        see(office, number, text, None)
    take(office, "NW-2026-0001", "outcome", outcome="no-action", because="duplicate")
    with transaction(office.services.database) as session:
        incidents.by_reference(session, "NW-2026-0001").state = "closed"
    with reading(office.services.database) as session:
        second = incidents.by_reference(session, "NW-2026-0002")
        [one] = alike(session, second, rules(office), actor=MANAGER, now=office.time)
        with pytest.raises(NotAllowedError):
            alike(session, second, rules(office), actor=BOB, now=office.time)
    assert (one.outcome, one.because, one.cases) == ("no-action", "duplicate", 1)
