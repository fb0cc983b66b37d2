"""A practice console in which a body of one's own can be set up."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from console.app import create_app
from namewatch.new_body import NewBodyDesk
from tests.console.cast import Office, new_office


@pytest.fixture
def codes() -> list[str]:
    """What the terminal has shown."""
    return []


@pytest.fixture
def new_body(tmp_path: Path, codes: list[str]) -> NewBodyDesk:
    made = NewBodyDesk(tmp_path / "our-home", 8080, codes.append)
    made.tell_new_code()
    return made


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The practice body: these pages change nothing of it."""
    made = new_office(tmp_path_factory.mktemp("practice"))
    yield made
    made.database.dispose()


Browse = Callable[..., TestClient]


@pytest.fixture
def browse(office: Office, new_body: NewBodyDesk) -> Iterator[Browse]:
    """A browser at the practice console, on this machine unless said otherwise."""
    opened: list[TestClient] = []

    def browser(
        host: str = "127.0.0.1", *, practice: bool = True, with_body: bool = True
    ) -> TestClient:
        desk = office.desk(practice=practice)
        desk.new_body = new_body if with_body else None
        client = TestClient(
            create_app(desk),
            base_url="http://127.0.0.1",
            headers={"sec-fetch-site": "same-origin"},
            follow_redirects=False,
            client=(host, 50_000),
        )
        opened.append(client)
        return client

    yield browser
    for one in opened:
        one.close()


@pytest.fixture
def inside(browse: Browse, codes: list[str]) -> TestClient:
    """A browser that was let in with the code."""
    client = browse()
    assert client.post("/set-up/new/code", data={"code": codes[-1]}).status_code == 303
    return client
