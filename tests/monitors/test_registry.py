"""Which kinds of source there are."""

import subprocess
import sys
from pathlib import Path

import pytest

from monitors.registry import KINDS, build
from records.errors import ConfigurationError


def test_an_unknown_kind_is_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigurationError, match="no kind of source called 'carrier pigeon'") as no:
        build("carrier pigeon", "coop", {})
    assert all(kind in str(no.value) for kind in KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_page_that_the_index_leads_to(kind: str) -> None:
    docs = Path(__file__).parents[2] / "docs"
    page = f"how-to/{kind}.md"
    assert f'kind = "{kind}"' in (docs / page).read_text("utf-8")
    assert f"({page})" in (docs / "index.md").read_text("utf-8")


TRIED: dict[str, dict[str, object]] = {
    "bluesky": {},
    "feeds": {"feeds": ["https://blog.example/feed"]},
    "google_reviews": {
        "locations": ["accounts/1/locations/2"],
        "client_id": "i",
        "client_secret": "s",
        "refresh_token": "t",
    },
    "hackernews": {"queries": ["a"]},
    "lemmy": {"servers": ["https://lemmy.example"], "queries": ["a"]},
    "reddit": {
        "client_id": "i",
        "client_secret": "s",
        "registered_by": "somebody",
        "subreddits": ["Glenexample"],
    },
    "mailbox": {"host": "imap.slo.example", "username": "u", "password": "p"},
    "mastodon": {"servers": [{"url": "https://social.example"}], "timeline": "public"},
    "replay": {"path": "a.jsonl"},
    "web": {"pages": ["https://forum.example/thread/1"]},
    "x": {"bearer_token": "t", "queries": ["a"]},
    "youtube": {"api_key": "k", "queries": ["a"]},
}


@pytest.mark.parametrize(("kind", "options"), TRIED.items())
def test_a_source_has_the_name_it_is_given(kind: str, options: dict[str, object]) -> None:
    assert build(kind, "our own name", options).name == "our own name"


def test_every_kind_is_tried_above() -> None:
    assert set(KINDS) == set(TRIED)


def test_the_registry_does_not_import_what_is_not_asked_for() -> None:
    check = "import sys, monitors.registry; sys.exit('atproto' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
