"""The running service: stamps later what could not be stamped, keeps in a store, keys rotate."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.answering import Answer
from tests.servers.house import House, post, wait_until
from tests.servers.mail import MailServer
from tests.servers.s3 import BUCKET, bucket_in, s3_server
from tests.servers.tsa import Tsa

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with MailServer() as running:
        yield running


def typed(house: House, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "namewatch", *map(str, words)],
        env={**os.environ, "NAMEWATCH_HOME": str(house.home)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_stamp_that_was_not_had_at_once_comes_later_and_a_key_is_rotated_meanwhile(
    tmp_path: Path, mail: MailServer
) -> None:
    with Tsa() as tsa:
        asked: list[bytes] = []

        def fails_at_first(authority: Tsa, query: bytes) -> Answer:
            asked.append(query)
            return Answer(503) if len(asked) == 1 else Answer(body=authority.reply(query))

        tsa.misbehaves = fails_at_first
        settings = f'[evidence]\ntsa_url = "{tsa.url}"\ntsa_certificate = "{tsa.ca}"\n'
        with House(tmp_path / "house", mail, settings=settings) as house:
            house.start()
            house.publish([post(1, NAMING)])
            evidence = house.home / "evidence"
            wait_until(lambda: list(evidence.glob("*/*.tsr.sig")), why="the stamp, later")
            wait_until(lambda: "Stamped" in house.shown(), why="told")
            rotated = typed(house, "keys", "rotate")
            assert (rotated.returncode, "wrapped anew" in rotated.stdout) == (0, True)
            house.publish([post(2, f"{NAMING} Again!")])
            wait_until(lambda: len(list(evidence.glob("*/*.tar.age"))) == 2, why="the second")
            for bundle in evidence.glob("*/*.tar.age"):
                said = typed(
                    house,
                    "verify",
                    bundle,
                    "--key",
                    house.home / "keys" / "vault.key",
                    "--tsa-certificate",
                    tsa.ca,
                )
                assert (said.returncode, said.stdout.splitlines()[0]) == (0, "intact"), said.stdout


def test_evidence_lies_in_a_store_where_one_is_set_and_nothing_of_it_on_this_machine(
    tmp_path: Path, mail: MailServer
) -> None:
    with (
        s3_server() as place,
        bucket_in(place) as bucket,
        House(tmp_path / "house", mail, settings=bucket.settings()) as house,
    ):
        house.start()
        house.publish([post(1, NAMING)])
        wait_until(
            lambda: any(one.endswith(".tar.age") for one in bucket.names()), why="the bundle"
        )
        wait_until(lambda: "Sealed" in house.shown(), why="told")
        rotated = typed(house, "keys", "rotate")
        assert rotated.returncode == 0, rotated.stderr
        copy = tmp_path / "copy"
        copy.mkdir()
        for name in bucket.names():
            bucket.client.download_file(BUCKET, name, str(copy / Path(name).name))
        (bundle,) = copy.glob("*.tar.age")
        said = typed(house, "verify", bundle, "--key", house.home / "keys" / "vault.key")
        assert (said.returncode, said.stdout.splitlines()[0]) == (0, "intact"), said.stdout
        assert list((house.home / "evidence").glob("**/*.age")) == []
        assert "secret" not in house.shown()
