"""The archive of a page, shown again and checked by programs that know nothing of ours.

They are in an environment of their own, since they are under other licences: make test-servers.
"""

import io
import json
import os
import socket
import subprocess
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.request import urlopen

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from evidence.capture import PageCapture, capture_page
from evidence.wacz import ARCHIVE, INDEX
from records.post import Post
from tests.servers import site_pages
from tests.servers.site import Canary, Site

pytestmark = pytest.mark.servers

PROGRAMS = Path(os.environ.get("NAMEWATCH_PYWB", ".venv-pywb")).resolve() / "bin"
PICTURES = ("page-as-loaded.png", "page-post.png", "page-full.png")
POST = Post(id="7", source="example", text=site_pages.WORDS)
FIRST = POST.model_copy(update={"text": "An invented post about an invented office."})


@dataclass(frozen=True)
class Shown:
    """A page as it was captured, and as its archive shows it with the site gone."""

    before: PageCapture
    again: PageCapture
    visits: int


@pytest.fixture(scope="module", params=["/social", "/post", "/app"])
def shown(
    request: pytest.FixtureRequest, chromium: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shown]:
    post = FIRST if request.param == "/post" else POST
    with Site() as site:
        address, port = site.url(request.param), site.port
        before = capture_page(address, browser=chromium, allow_loopback=True, seconds=90, post=post)
    folder = tmp_path_factory.mktemp("replay")
    with Canary(port) as origin, _replaying(folder, before.pictures["page.wacz"]) as replay:
        again = capture_page(
            f"{replay}{address}", browser=chromium, allow_loopback=True, seconds=90, post=post
        )
        yield Shown(before, again, origin.hits)


@pytest.mark.parametrize("name", PICTURES)
def test_the_archive_shows_what_was_pictured(shown: Shown, name: str) -> None:
    assert _likeness(shown.before.pictures[name], shown.again.pictures[name]) >= 0.99


def test_nothing_is_asked_of_the_site_when_the_archive_is_shown(shown: Shown) -> None:
    assert shown.visits == 0
    assert not [one for one in shown.again.report["remarks"] if one.startswith("Sites not")]


def test_other_programs_accept_the_archive(shown: Shown, tmp_path: Path) -> None:
    file = tmp_path / "page.wacz"
    file.write_bytes(shown.before.pictures["page.wacz"])
    assert _run("wacz", "validate", "-f", str(file), folder=tmp_path).returncode == 0
    with zipfile.ZipFile(file) as package:
        package.extractall(tmp_path)
    assert _run("warcio", "check", str(tmp_path / ARCHIVE), folder=tmp_path).returncode == 0


def test_the_index_is_the_one_that_other_programs_make(shown: Shown, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(shown.before.pictures["page.wacz"])) as package:
        package.extract(ARCHIVE, tmp_path)
        ours = _entries(package.read(INDEX).decode())
    made = _run("cdxj-indexer", "-s", "-p", str(tmp_path / ARCHIVE), folder=tmp_path)
    theirs = _entries(made.stdout)
    assert len(ours) == len(theirs)
    for (key, mine), (their_key, their) in zip(ours, theirs, strict=True):
        assert key == their_key
        assert mine.items() <= their.items()


def test_likeness_is_one_for_the_same_and_low_for_another() -> None:
    page, other = (np.zeros((60, 60), np.uint8) for _ in range(2))
    page[20:40, 20:40] = 255
    other[25:45, 20:40] = 255
    assert _ssim(page, page) == pytest.approx(1)
    assert _ssim(page, other) < 0.95


def _likeness(one: bytes, other: bytes) -> float:
    first, second = (np.asarray(Image.open(io.BytesIO(png)).convert("L")) for png in (one, other))
    assert first.shape == second.shape
    return _ssim(first, second)


def _ssim(one: NDArray[np.uint8], other: NDArray[np.uint8], window: int = 7) -> float:
    """Structural similarity (Wang et al. 2004) with a flat window, averaged over the picture."""
    x, y = one.astype(np.float64), other.astype(np.float64)

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        sums = np.pad(values.cumsum(0).cumsum(1), ((1, 0), (1, 0)))
        inner = sums[window:, window:] - sums[:-window, window:]
        whole: NDArray[np.float64] = inner - sums[window:, :-window] + sums[:-window, :-window]
        return whole / window**2

    mean_x, mean_y = mean(x), mean(y)
    vary_x, vary_y = mean(x * x) - mean_x**2, mean(y * y) - mean_y**2
    together = mean(x * y) - mean_x * mean_y
    light, contrast = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    alike = (2 * mean_x * mean_y + light) * (2 * together + contrast)
    most = (mean_x**2 + mean_y**2 + light) * (vary_x + vary_y + contrast)
    return float((alike / most).mean())


def _entries(index: str) -> list[tuple[str, dict[str, str]]]:
    """Each line's key and what it says, in small letters: one writes True for JSON's true."""
    split = [line.lower().split(" ", 2) for line in index.splitlines()]
    return [(f"{key} {time}", json.loads(about)) for key, time, about in split]


class _replaying:  # noqa: N801 - reads as a verb where it is used
    """A pywb server with one archive, on a port of this machine."""

    def __init__(self, folder: Path, wacz: bytes) -> None:
        self._folder = folder
        (folder / "page.wacz").write_bytes(wacz)
        (folder / "config.yaml").write_text("framed_replay: false\nenable_auto_fetch: false\n")

    def __enter__(self) -> str:
        _run("wb-manager", "init", "kept", folder=self._folder).check_returncode()
        adding = ("wb-manager", "add", "--unpack-wacz", "kept", "page.wacz")
        _run(*adding, folder=self._folder).check_returncode()
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self._server = subprocess.Popen(
            [str(PROGRAMS / "wayback"), "-b", "127.0.0.1", "-p", str(port)],
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _wait_for(port)
        with urlopen(f"http://127.0.0.1:{port}/kept/") as answer:
            assert answer.status == 200
        return f"http://127.0.0.1:{port}/kept/mp_/"

    def __exit__(self, *about: object) -> None:
        self._server.terminate()
        self._server.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail("the replay did not start")


def _run(program: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    if not PROGRAMS.is_dir():
        pytest.fail(f"{PROGRAMS} is missing; run: make test-servers")
    return subprocess.run(
        [str(PROGRAMS / program), *arguments],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
    )
