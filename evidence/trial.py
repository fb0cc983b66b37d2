"""Whether pages can be pictured here: picture one of our own, for real.

`python -m evidence.trial` prints the browser, or says what is missing and exits with 1.
"""

import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from evidence.browser import find_browser
from evidence.capture import capture_page
from records.errors import ConfigurationError

NO_BROWSER = "no browser is installed"


class _Page(BaseHTTPRequestHandler):
    """One small page at every address."""

    def do_GET(self) -> None:
        body = b"<!doctype html><title>trial</title><p>A page of our own."
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - as inherited
        """Say nothing."""


def trial(setting: Path | None = None, seconds: float = 30) -> str | None:
    """One plain sentence on why no page can be pictured; None when it worked."""
    try:
        browser = find_browser(setting)
    except ConfigurationError as fault:
        return str(fault)
    if browser is None:
        return NO_BROWSER
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    try:
        page = capture_page(
            f"http://127.0.0.1:{server.server_port}/",
            browser=browser,
            allow_loopback=True,
            seconds=seconds,
        )
    finally:
        server.shutdown()
        server.server_close()
        serving.join()
    return None if page.grade == "complete" else " ".join(page.missing)


if __name__ == "__main__":
    if missing := trial():
        sys.exit(missing)
    sys.stdout.write(f"{find_browser()}\n")
