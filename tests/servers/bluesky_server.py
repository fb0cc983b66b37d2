"""A real Bluesky server with its directory, as a process of its own on the loopback."""

import json
import shutil
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest
from atproto import Client, Request

HERE = Path(__file__).parent / "pds"
PASSWORD = "a password of the tests"
COLLECTION = "app.bsky.feed.post"
PATIENCE_SECONDS = 60
"""On a busy machine making an account takes a while."""


class PdsServer:
    """Runs until the `with` block ends; its folder is thrown away with the test's."""

    def __init__(self, folder: Path, app_view: str = "") -> None:
        """`app_view`: to where searches are passed on."""
        self._folder = folder
        self._app_view = app_view
        self._people: list[Person] = []

    def __enter__(self) -> Self:
        node = shutil.which("node")
        if node is None or not (HERE / "node_modules").is_dir():
            pytest.fail("The server is not installed: run `make test-servers`, which does it.")
        (self._folder / "blobs").mkdir(parents=True)
        self._process = subprocess.Popen(
            [node, "start.cjs", str(self._folder), self._app_view],
            cwd=HERE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert self._process.stdout is not None
        ports = json.loads(self._process.stdout.readline() or b"{}")
        assert ports, "the server did not start"
        self.url = f"http://127.0.0.1:{ports['pds']}"
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """It ends with its standard input; if it doesn't, by its own process id."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        for one in self._people:
            one.close()
        self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    @property
    def firehose(self) -> str:
        """Where everything that happens on it is told."""
        return f"{self.url.replace('http', 'ws', 1)}/xrpc"

    def account(self, name: str) -> "Person":
        """A new account, signed in."""
        client = Client(self.url, request=Request(timeout=PATIENCE_SECONDS))
        handle = f"{name}.test"
        client.com.atproto.server.create_account(
            data={"handle": handle, "email": f"{name}@people.example", "password": PASSWORD}
        )
        client.login(handle, PASSWORD, fetch_bsky_profile=False)
        client.update_base_url(self.url)
        self._people.append(Person(client))
        return self._people[-1]


class Person:
    """Somebody with an account, who posts."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.did: str = client._session.did
        self.handle: str = client._session.handle

    def close(self) -> None:
        """Let go of the connections."""
        self._client.request.close()

    def post(self, text: str) -> str:
        """Post it; returns its address."""
        record = self._record(text)
        made = self._client.app.bsky.feed.post.create(self.did, record)
        return str(made.uri)

    def reword(self, uri: str, text: str) -> None:
        """Give a post another wording, as a client with `putRecord` does."""
        self._client.com.atproto.repo.put_record(
            data={
                "repo": self.did,
                "collection": COLLECTION,
                "rkey": uri.rpartition("/")[2],
                "record": {"$type": COLLECTION, **self._record(text)},
            }
        )

    def delete(self, uri: str) -> None:
        """Delete a post."""
        self._client.app.bsky.feed.post.delete(self.did, uri.rpartition("/")[2])

    def leave(self) -> None:
        """Deactivate the account."""
        self._client.com.atproto.server.deactivate_account(data={})

    def app_password(self) -> str:
        """A new app password."""
        made = self._client.com.atproto.server.create_app_password(data={"name": "watching"})
        return str(made.password)

    def _record(self, text: str) -> dict[str, Any]:
        now = self._client.get_current_time_iso()
        return {"text": text, "createdAt": now, "langs": ["en"]}
