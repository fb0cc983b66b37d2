"""One console, one browser, and one look at every page; the tests ask what was seen."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Template
from playwright.sync_api import Browser, sync_playwright

from console.server import ConsoleServer
from evidence.browser import find_browser
from tests.console.everybody import World, world_in
from tests.pages.furnished import OWN, furnish
from tests.pages.looking import AXE, Looked, Looker
from tests.pages.practising import look_while_practising
from tests.pages.scenes import scenes

PICTURES = Path("build/pages")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_in(tmp_path_factory.mktemp("pages")) as made:
        yield made


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    found = find_browser()
    assert found, "These tests need Chromium."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def address(world: World) -> Iterator[str]:
    server = ConsoleServer(world.app, "127.0.0.1", 0)
    server.start()
    yield f"http://localhost:{server.port}"
    server.stop()


@pytest.fixture(scope="session")
def filled() -> Iterator[set[str]]:
    """The names of templates, each noted as the console fills it in."""
    noted: set[str] = set()
    render = Template.render

    def noting(template: Template, *given: Any, **words: Any) -> str:
        noted.add(template.name or "")
        return render(template, *given, **words)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "render", noting)
        yield noted


@pytest.fixture(scope="session")
def looked(
    world: World,
    chromium: Browser,
    address: str,
    filled: set[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> list[Looked]:
    """Every page, looked at once."""
    assert AXE.is_file(), "axe-core is not here: make tests/pages/node_modules/.ready"
    shutil.rmtree(PICTURES, ignore_errors=True)
    PICTURES.mkdir(parents=True)
    house = furnish(world)
    looker = Looker(chromium, address, house.browsers, PICTURES, filled)
    found = [looker.look(one) for one in scenes(house)]
    house.browsers[OWN].close()
    looker.close()
    folder = tmp_path_factory.mktemp("practice")
    return [*found, *look_while_practising(chromium, folder, PICTURES, filled)]
