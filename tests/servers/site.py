"""A small web site on 127.0.0.1 with the kinds of page that a capture meets."""

import json
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import brotli

from tests.servers import site_pages

DRAWING = (
    b'<svg xmlns="http://www.w3.org/2000/svg" width="400" height="300">'
    b'<rect width="400" height="300" fill="#d4351c"/></svg>'
)
POST = """<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>A post on Example</title>
<style>
 body {margin: 0; font: 18px sans-serif}
 header {position: sticky; top: 0; padding: 20px; background: #1d70b8; color: white}
 article {margin: 20px; padding: 20px; border: 2px solid #505a5f}
 .far {height: 2500px}
</style>
<header>Example Social</header>
<article><h1>Alice Example</h1><p>An invented post about an invented office.</p></article>
<div class="far"></div><img loading="lazy" src="/picture.svg" width="400" height="300" alt="">
<p>The last line of the page.</p></html>"""
SOCKET_PAGE = """<!doctype html><title>Socket</title><p>Reaches out</p><script>
for (const url of TARGETS) {
  try { new WebSocket(url.replace('http', 'ws')); } catch {}
  fetch(url, {mode: 'no-cors'}).catch(() => {});
  const frame = document.createElement('iframe'); frame.src = url; document.body.append(frame);
}
</script>"""
CALL_PAGE = """<!doctype html><title>Call</title><p>Calls</p><script>
const call = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:PORT'}]});
call.createDataChannel('x'); call.createOffer().then((offer) => call.setLocalDescription(offer));
</script>"""


class Site:
    """Serves until the `with` block ends; `visits` holds the path of every request."""

    def __init__(self) -> None:
        self.visits: list[str] = []
        self.cookies: list[tuple[str, str]] = []
        self.targets: list[str] = []
        self.redirect_to = "/post"
        self.files = dict(FILES)
        """What else there is: kind and content by path."""
        self._held: dict[str, threading.Event] = {}
        self.stun_port = 0
        self.closing = threading.Event()

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _answers_for(self))
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def hold(self, path: str) -> None:
        """Answer nobody who asks for this path until it is released."""
        self._held[path] = threading.Event()

    def release(self, path: str) -> None:
        self._held[path].set()

    def wait_if_held(self, path: str) -> None:
        held = self._held.get(path)
        while held and not held.wait(0.05) and not self.closing.is_set():
            pass


class Canary:
    """A port that nothing may reach; counts who does, by TCP and by UDP."""

    def __init__(self, port: int = 0) -> None:
        self.port = port

    def __enter__(self) -> Self:
        self.hits = 0
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._datagrams.bind(("127.0.0.1", self.port))
        self._threads = [
            threading.Thread(target=self._listen),
            threading.Thread(target=self._receive),
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for end in (self._listener, self._datagrams):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join()
        self._listener.close()
        self._datagrams.close()

    def url(self, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}/"

    def _listen(self) -> None:
        with suppress(OSError):
            while True:
                self._listener.accept()[0].close()
                self.hits += 1

    def _receive(self) -> None:
        with suppress(OSError):
            while self._datagrams.recv(2048):
                self.hits += 1


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up early is nothing to report."""


FILES = {
    "/picture.svg": ("image/svg+xml", DRAWING),
    "/file": ("application/zip", b"PK"),
    "/film.webm": ("video/webm", Path(__file__).with_name("film.webm").read_bytes()),
    "/embed.css": ("text/css", site_pages.EMBED_CSS),
    "/worker.js": ("text/javascript", site_pages.WORKER.encode()),
    "/from-worker": ("text/plain", b"What a worker asked for"),
    "/api/post": ("application/json", json.dumps({"text": site_pages.WORDS}).encode()),
}
BLOCK = b"<p>" + b"x" * 65_000


def _moves(site: Site) -> dict[str, Callable[[], str]]:
    return {"/redirect": lambda: site.redirect_to, "/members-only": lambda: "/accounts/login"}


def _pages(site: Site) -> dict[str, Callable[[], str]]:
    return {
        "/post": lambda: POST,
        "/accounts/login": lambda: "<title>Sign in</title><input type=password>",
        "/reaches-out": lambda: SOCKET_PAGE.replace("TARGETS", repr(site.targets)),
        "/calls": lambda: CALL_PAGE.replace("PORT", str(site.stun_port)),
        "/busy": lambda: "<title>Busy</title><p>Busy</p><script>for (;;) {}</script>",
        "/social": lambda: site_pages.SOCIAL.replace(
            # Another name for this machine: to a browser another site, in a process of its own.
            "EMBED",
            f"http://localhost:{site.port}/embed",
        ),
        "/embed": lambda: site_pages.EMBED,
        "/feed": lambda: site_pages.FEED,
        "/app": lambda: site_pages.APP,
        "/gone-later": lambda: site_pages.GONE_LATER,
        "/wall": lambda: site_pages.WALL,
        "/deleted": lambda: site_pages.DELETED,
        "/stray-frames": lambda: site_pages.STRAY_FRAMES,
        "/downloads": lambda: site_pages.DOWNLOADS,
        "/long": lambda: '<title>Long</title><div style="height: 90000px">Long</div>',
    }


def _answers_for(site: Site) -> type[BaseHTTPRequestHandler]:  # noqa: C901 - a class in it
    pages, moves = _pages(site), _moves(site)

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            site.visits.append(self.path)
            if cookie := self.headers.get("Cookie"):
                site.cookies.append((self.path, cookie))
            if self.path in moves:
                self._to(moves[self.path]())
            elif self.path in pages:
                self._send(200, "text/html; charset=utf-8", pages[self.path]().encode())
            elif self.path in site.files:
                site.wait_if_held(self.path)
                self._send(200, *site.files[self.path])
            else:
                self._strange()

        def do_POST(self) -> None:
            site.visits.append(self.path)
            posted = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            said = json.dumps({"likes": 5 + posted["post"]}).encode()
            self._send(200, "application/json", said)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as inherited
            """Tests read `visits` instead."""

        def _to(self, place: str) -> None:
            self.send_response(302)
            self.send_header("Location", place)
            self.end_headers()

        def _send(self, status: int, kind: str, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Set-Cookie", "seen=yes; Max-Age=90000")
            self.end_headers()
            self.wfile.write(content)

        def _strange(self) -> None:
            answers: dict[str, Callable[[], object]] = {
                "/fault": lambda: self._send(500, "text/plain", b""),
                "/bot-check": lambda: self._send(403, "text/html", site_pages.BOT_CHECK.encode()),
                "/never-ends": lambda: self._begin(
                    b"<title>Slow</title><p>The beginning</p>", b"."
                ),
                "/huge": lambda: self._begin(b"<title>Huge</title>", BLOCK, pause=0),
                "/stream": lambda: self._begin(
                    b"data: A live line\n\n", b": quiet\n", "event-stream"
                ),
                "/never-answers": site.closing.wait,
                "/packed.css": self._packed,
                "/cut": self._cut,
            }
            gone = b"<title>Gone</title><h1>Not found</h1>"
            answers.get(self.path, lambda: self._send(404, "text/html", gone))()

        def _begin(self, first: bytes, more: bytes, kind: str = "html", pause: float = 0.2) -> None:
            """An answer that has no end."""
            self.send_response(200)
            self.send_header("Content-Type", f"text/{kind}")
            self.end_headers()
            self.wfile.write(first + (b" " * 2048 if kind == "html" else b""))
            while not site.closing.wait(pause):
                self.wfile.write(more)

        def _packed(self) -> None:
            content = brotli.compress(site_pages.PACKED_CSS)
            self.send_response(200)
            self.send_header("Content-Type", "text/css")
            self.send_header("Content-Encoding", "br")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _cut(self) -> None:
            """An answer that promises more than comes."""
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Length", "5000")
            self.end_headers()
            self.wfile.write(b"<title>Cut</title><p>The beginning of a page" + b" " * 2048)

    return Answers
