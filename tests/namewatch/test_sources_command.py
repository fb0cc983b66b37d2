"""`namewatch sources` and `namewatch sources check`, with platforms on the loopback."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitors.registry import KINDS
from tests.databases import new_database
from tests.servers.answering import Answer, AnsweringServer
from tests.servers.mastodon import TOKEN as MASTODON_TOKEN
from tests.servers.mastodon import MastodonServer
from tests.servers.reddit import RedditServer
from tests.servers.x import TOKEN, XServer, refusal
from tests.servers.youtube import KEY, VIDEO, YouTubeServer
from workflows.ledger import SharedLedger

NO_SURVEILLANCE = ("forbid surveillance", "follows no account", "builds no profile")


@pytest.fixture
def x() -> Iterator[XServer]:
    with XServer() as running:
        yield running


def namewatch(home: Path | None, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run the command line in a process of its own."""
    around = {name: value for name, value in os.environ.items() if "NAMEWATCH" not in name}
    own = {"NAMEWATCH_HOME": str(home)} if home else {}
    return subprocess.run(
        [sys.executable, "-m", "namewatch", *arguments],
        env={**around, **own, "COLUMNS": "180", "NO_COLOR": "1"},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def home_with(folder: Path, *sources: dict[str, object]) -> Path:
    """A home whose settings name these sources."""
    tables = [
        "\n".join(["[[sources]]", *(f"{name} = {_toml(value)}" for name, value in one.items())])
        for one in sources
    ]
    (folder / "settings.toml").write_text("\n\n".join(tables), encoding="utf-8")
    return folder


def _toml(value: object) -> str:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        tables = [", ".join(f"{key} = {json.dumps(one[key])}" for key in one) for one in value]
        return "[" + ", ".join(f"{{ {one} }}" for one in tables) + "]"
    return json.dumps(value)


def x_of(server: XServer, **options: object) -> dict[str, object]:
    own = {"bearer_token": TOKEN, "queries": ["ombudsman"], "url": server.url}
    return {"kind": "x", "name": "our x", **own, **options}


def words(shown: str) -> str:
    return " ".join(shown.split())


def test_every_kind_is_listed_without_anything_being_set_up(tmp_path: Path) -> None:
    told = namewatch(None, "sources", cwd=tmp_path)
    assert told.returncode == 0
    for kind in KINDS:
        assert f"\n  {kind} " in told.stdout
    assert "$0.005 a post" in told.stdout
    assert "an API key, and words, channels or videos" in words(told.stdout)
    assert "surveillance" not in told.stdout


@pytest.mark.parametrize("kind", KINDS.values())
def test_of_every_kind_all_is_told(kind: object) -> None:
    for name in ("needs", "costs", "looks_back"):
        assert getattr(kind, name)


def test_what_is_set_up_is_shown_with_its_terms(tmp_path: Path, x: XServer) -> None:
    replay: dict[str, object] = {"kind": "replay", "name": "old posts", "path": "a.jsonl"}
    told = namewatch(home_with(tmp_path, x_of(x), replay), "sources", cwd=tmp_path)
    assert told.returncode == 0
    (line,) = [one for one in told.stdout.splitlines() if one.startswith("  x ")]
    assert line.rstrip().endswith("our x")
    assert "old posts" in told.stdout
    for part in NO_SURVEILLANCE:
        assert part in words(told.stdout)
    assert not x.paths, "listing asks nobody anything"


def test_sources_that_are_well(tmp_path: Path, x: XServer) -> None:
    with RedditServer() as reddit, MastodonServer() as mastodon, YouTubeServer() as youtube:
        home = home_with(
            tmp_path,
            x_of(x),
            {"kind": "reddit", "subreddits": ["Glen"], **reddit.options},
            {
                "kind": "mastodon",
                "hashtags": ["glen"],
                "servers": [{"url": mastodon.url, "token": MASTODON_TOKEN}],
            },
            {"kind": "youtube", "api_key": KEY, "videos": [VIDEO], "url": youtube.url},
        )
        told = namewatch(home, "sources", "check", cwd=tmp_path)
    assert told.returncode == 0, told.stdout + told.stderr
    for name in ("our x", "reddit", "mastodon", "youtube"):
        assert f"well      {name}\n" in told.stdout
    assert "not well" not in told.stdout
    for part in NO_SURVEILLANCE:
        assert part in words(told.stdout)


def test_sources_that_are_not_well_and_what_to_do(tmp_path: Path, x: XServer) -> None:
    x.next_answers.append(refusal(401))
    with RedditServer() as reddit, AnsweringServer(lambda _: Answer(status=404)) as site:
        wrong = {**reddit.options, "client_secret": "wrong"}
        home = home_with(
            tmp_path,
            x_of(x),
            {"kind": "reddit", "subreddits": ["Glen"], **wrong},
            {"kind": "feeds", "name": "blogs", "feeds": [site.url]},
        )
        told = namewatch(home, "sources", "check", cwd=tmp_path)
    assert told.returncode == 1, told.stderr
    first, second, third = [one for one in told.stdout.splitlines() if "not well" in one]
    assert first == (
        "not well  our x: X wants us to sign in anew;"
        " make a new bearer token on X's developer site and put it into bearer_token."
    )
    assert second.startswith("not well  reddit: Reddit does not take the client id and secret;")
    assert third.startswith("not well  blogs: There is nothing at this address of Feed 1")
    for secret in (TOKEN, "wrong", "ombudsman", "127.0.0.1"):
        assert secret not in told.stdout + told.stderr


def test_what_the_watch_has_spent_today_counts_for_the_check(tmp_path: Path, x: XServer) -> None:
    database = new_database(tmp_path)
    with SharedLedger(database).total("x", TOKEN, datetime.now(UTC).date()) as total:
        total.used = 5_000_000
    database.dispose()
    told = namewatch(home_with(tmp_path, x_of(x)), "sources", "check", cwd=tmp_path)
    assert told.returncode == 1
    assert "The $5.00 a day for X are spent" in told.stdout
    assert not x.searches


def test_a_wrong_option_is_one_sentence(tmp_path: Path, x: XServer) -> None:
    home = home_with(tmp_path, x_of(x, dollars=5))
    told = namewatch(home, "sources", "check", cwd=tmp_path)
    assert told.returncode == 2
    assert "there is no such option" in told.stderr
    assert "Traceback" not in told.stderr
    nothing = namewatch(None, "sources", "check", cwd=tmp_path / "..")
    assert nothing.returncode == 2
    assert "namewatch init" in nothing.stderr
