"""The console's server: it serves when it says so, and says clearly why it can't."""

import logging
import socket
from pathlib import Path

import httpx2
import pytest

from console.app import create_app
from console.server import ConsoleServer
from records.errors import ConfigurationError
from tests.console.cast import Office


def test_it_answers_as_soon_as_it_has_started(office: Office) -> None:
    server = ConsoleServer(create_app(office.desk()), "127.0.0.1", 0)
    server.start()
    try:
        answer = httpx2.get(f"http://127.0.0.1:{server.port}/")
    finally:
        server.stop()
    assert answer.status_code == 200
    assert "server" not in answer.headers


def test_it_stops_and_leaves_its_port_free(office: Office) -> None:
    app = create_app(office.desk())
    server = ConsoleServer(app, "127.0.0.1", 0)
    server.start()
    port = server.port
    server.stop()
    server.stop()
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(f"http://127.0.0.1:{port}/")
    again = ConsoleServer(app, "127.0.0.1", port)
    again.start()
    again.stop()


def test_a_port_that_is_taken_is_one_clear_sentence(office: Office) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        server = ConsoleServer(create_app(office.desk()), "127.0.0.1", port)
        with pytest.raises(ConfigurationError) as told:
            server.start()
    assert str(told.value) == (
        f"port {port} is taken by another program; stop that program,"
        " or set another port under [console]."
    )


def test_a_host_that_is_not_ours_is_one_clear_sentence(office: Office) -> None:
    for host in ("192.0.2.1", "no such host"):
        with pytest.raises(ConfigurationError, match="not an address of this machine"):
            ConsoleServer(create_app(office.desk()), host, 0).start()


def test_who_asked_for_what_is_not_logged(
    office: Office, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    reference = office.open()
    server = ConsoleServer(create_app(office.desk()), "127.0.0.1", 0)
    with caplog.at_level(logging.DEBUG):
        server.start()
        base = f"http://127.0.0.1:{server.port}"
        own = {"sec-fetch-site": "same-origin"}
        with httpx2.Client(base_url=base, headers=own) as browser:
            browser.get(f"/r/{reference}")
            browser.post("/sign-in", data={"address": "s010@seo.example"})
            browser.get("/r/canary")
        server.stop()
    lines = [one.getMessage() for one in caplog.records if not one.name.startswith("http")]
    written = capfd.readouterr()
    heard = " ".join(lines) + written.out + written.err
    for secret in (reference, "canary", "seo.example", "s010"):
        assert secret not in heard


def test_all_that_a_page_needs_is_in_the_package() -> None:
    folder = Path(create_app.__code__.co_filename).parent
    for file in ("static/console.css", "static/start.js", "templates/record.html"):
        assert (folder / file).is_file()
