"""The practice platform: posts as real web pages, and the file that they are read from."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from namewatch.practice.posts import LINES, Line, post_of
from records.post import Post

_PAGE = Environment(autoescape=True, undefined=StrictUndefined).from_string(
    """<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Skerry, a practice platform</title><style>
body{font:17px/1.5 arial,sans-serif;margin:0;background:#eef2f5;color:#1b2733}
header{background:#14506b;color:#fff;padding:14px 24px;font-weight:bold}
header small{font-weight:normal;opacity:.8;margin-left:12px}
article{max-width:560px;margin:32px auto;background:#fff;border:1px solid #cbd6de;padding:24px}
.who{font-weight:bold}.when{color:#52626f;font-size:14px}p{font-size:20px;margin:16px 0}
</style></head><body><header>Skerry<small>invented posts by invented people</small></header>
<article><div class="who">@{{ post.author.name }}</div>
<p>{{ post.text }}</p>
<div class="when">{{ post.published_at.strftime("%-d %B %Y, %H:%M") }}</div>
</article></body></html>"""
)


@dataclass
class Platform:
    """Serves pages on loopback and, once started, publishes its posts at a human pace."""

    feed: Path
    lines: tuple[Line, ...] = LINES
    _posts: dict[int, Post] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        """Take a free port on loopback and start to serve."""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _pages_of(self._posts))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, name="platform", daemon=True).start()
        self.feed.touch(mode=0o600)

    def publish(self) -> None:
        """Publish every line after its wait, in a thread of its own."""
        threading.Thread(target=self._publish, name="practice posts", daemon=True).start()

    def stop(self) -> None:
        """Close the platform."""
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()

    def _publish(self) -> None:
        for number, line in enumerate(self.lines, start=1):
            if self._stop.wait(line.wait):
                return
            post = post_of(number, line, self.url, datetime.now(UTC))
            self._posts[number] = post
            with self.feed.open("a", encoding="utf-8") as feed:
                feed.write(post.model_dump_json() + "\n")


def _pages_of(posts: dict[int, Post]) -> type[BaseHTTPRequestHandler]:
    class Pages(BaseHTTPRequestHandler):
        """Answers /posts/<number>."""

        def do_GET(self) -> None:
            number = self.path.removeprefix("/posts/")
            post = posts.get(int(number)) if number.isdigit() else None
            body = _PAGE.render(post=post).encode() if post else b"There is no such page."
            self.send_response(200 if post else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Keep requests out of the terminal."""

    return Pages
