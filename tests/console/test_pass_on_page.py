"""A line manager who can't tell the person named passes it on: the next in the order is asked."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from console.app import create_app
from console.desk import Desk
from evidence.vault import Vault
from policies.pack_file import read_pack
from tests.console.conftest import let_in
from tests.console.filling import words_of
from tests.workflows.conftest import COMMS, DIRECTOR, HEAD, HR, MANAGER, Office
from workflows.pass_on import pass_on

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."


class House:
    """A body in which somebody was named and people were told, with its console."""

    def __init__(self, folder: Path, policy: str) -> None:
        self.office = Office(folder)
        services = self.office.services
        self.office.change(pack=read_pack(policy))
        self.office.see(NAMING)
        self.office.send_all()
        self.office.told()
        self.reference = self.office.incidents()[0].reference
        desk = self.desk = Desk(
            database=services.database,
            organisation=services.organisation,
            roster=services.roster,
            pack=services.pack,
            open_key=Vault(folder / "keys").open_record_key,
            send_note=lambda *_: None,
            console_url="http://127.0.0.1",
            now=lambda: self.office.time,
        )
        desk.pass_on = lambda session, incident, actor: pass_on(
            session,
            self.office.engine,  # type: ignore[arg-type]
            incident,
            actor=actor,
            via="page",
        )
        self.app = create_app(desk)

    def visit(self, staff_id: str) -> TestClient:
        browser = TestClient(
            self.app,
            base_url="http://127.0.0.1",
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=False,
        )
        let_in(browser, self.desk, staff_id)
        return browser

    def pass_on(self, staff_id: str) -> tuple[str, list[str]]:
        """Press it; what the record then says at its top, and who was told of it."""
        browser = self.visit(staff_id)
        done = browser.post(f"/r/{self.reference}/pass-on")
        assert done.headers["location"] == f"/r/{self.reference}?done=pass-on"
        page = words_of(browser.get(done.headers["location"]).text)
        self.office.send_all()
        return page, self.office.told()


@pytest.fixture(params=["spso", "wics"])
def house(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[House]:
    made = House(tmp_path, request.param)
    yield made
    made.office.services.database.dispose()


@pytest.mark.clause("SPSO 69")
@pytest.mark.clause("WICS Named ¶3")
def test_the_next_in_the_order_is_asked_until_nobody_is_left(house: House) -> None:
    spso = house.office.services.pack.name == "spso"
    order = [HR, COMMS, DIRECTOR, HEAD] if spso else [DIRECTOR, HEAD]
    for passes, follows in zip([MANAGER, *order], order, strict=False):
        page, told = house.pass_on(passes)
        assert "It is passed on." in page
        assert told == [follows]
    page, told = house.pass_on(order[-1])
    assert "There is nobody left to pass it on to, so it stays with you." in page
    assert told == []
    assert house.office.incidents()[0].acknowledged_at is None, "the clock runs on"


def test_the_page_says_that_it_is_all_right_and_who_comes_next(house: House) -> None:
    page = words_of(house.visit(MANAGER).get(f"/r/{house.reference}/pass-on").text)
    assert "That is all right." in page
    assert "The order is: the line manager" in page
