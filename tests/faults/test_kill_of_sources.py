"""Power cuts while platforms are asked, one is heard and a mailbox is read: nothing is lost."""

import random
import threading
import time
from collections import Counter
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import func, select

from monitors import registry
from records.database import open_database, reading
from records.incident import Incident, Mention
from records.watching import SourceCursor
from tests.servers.house import STAFF, House, reference_in, reviewer, wait_until
from tests.servers.imap import ImapServer
from tests.servers.mail import MailServer
from tests.servers.mastodon import TOKEN as MASTODON_TOKEN
from tests.servers.mastodon import MastodonServer, status
from tests.servers.platforms import KINDS, Platforms
from tests.servers.prepared import Prepared

KILLS = 5
POSTS_A_KIND = 4
STREAM, MAILBOX = "stream", "mailbox"
ALL_KINDS = (*KINDS, STREAM, MAILBOX)
MOST_A_LIFE = 9
BETWEEN_POSTS_SECONDS = 0.25
SEED = 20261122
ONSETS = ["Quor", "Brax", "Tolv", "Vend", "Sploch", "Grum", "Zarn", "Wicht", "Drung", "Plessin"]
ENDS = ["ahoy", "embury", "ingset", "oothpeg", "ucklan", "arrow", "ydensk", "elquist"]
NAMES = [f"Zenobia {onset}{end}" for onset in ONSETS for end in ENDS]
SAID = "My complaint was refused at last. The decision letter is signed {} and nobody else."


@pytest.mark.must("2")
@pytest.mark.must("5")
@pytest.mark.must("kill")
@pytest.mark.timeout(900)
def test_after_kills_every_post_of_every_platform_has_one_incident_and_was_told_once(
    tmp_path: Path,
) -> None:
    chance = random.Random(SEED)
    whole = len(ALL_KINDS) * POSTS_A_KIND
    named = dict(enumerate(NAMES[:whole], start=100))
    kinds = dict(zip(named, ALL_KINDS * POSTS_A_KIND, strict=True))
    people = [reviewer(number, name) for number, name in named.items()]
    with (
        MailServer() as mail,
        Platforms() as platforms,
        MastodonServer() as stream,
        ImapServer() as mailbox,
        Prepared(*(kind.module for kind in registry.KINDS.values())) as prepared,
        House(
            tmp_path / "home",
            mail,
            staff=(*STAFF, *people),
            settings=(
                f'[capture]\nbrowser = "/bin/false"\n{platforms.settings}'
                f"{settings_of(stream, mailbox)}"
            ),
            replays=False,
            prepared=prepared,
            options=["--rules-only"],
        ) as house,
    ):
        start(house)
        database = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
        wait_until(lambda: watched(database) == set(ALL_KINDS), why="all are watched")

        def appear() -> None:
            for number in chance.sample(sorted(named), whole):
                text = SAID.format(named[number])
                if kinds[number] == STREAM:
                    stream.post(told_at_once(number, text))
                elif kinds[number] == MAILBOX:
                    mailbox.put(forwarded(number, text))
                else:
                    platforms.publish(kinds[number], text)
                time.sleep(BETWEEN_POSTS_SECONDS)

        posts = threading.Thread(target=appear)
        posts.start()
        moments = random.Random(SEED)
        for _ in range(KILLS):
            enough = min(mentions(database) + moments.randint(1, MOST_A_LIFE), whole)
            wait_until(partial(has_kept, database, enough), 180, "a post is kept")
            time.sleep(moments.uniform(0, BETWEEN_POSTS_SECONDS * 2))
            house.kill()
            start(house)
        posts.join()
        wait_until(lambda: len(told(mail)) == 3 * whole, 300, "three people told of each")
        time.sleep(2.5)  # every platform is looked at once more
        with reading(database) as session:
            incidents = list(session.exec(select(Incident)))
            by_kind = Counter(session.exec(select(Mention.source)))
        database.dispose()
    assert stream.opened > 1, "a life after a power cut hears the stream again"
    assert by_kind == Counter(SAYS.get(one, one) for one in ALL_KINDS * POSTS_A_KIND)
    assert Counter(one.staff_id for one in incidents) == Counter(f"s{one:03d}" for one in named)
    assert [one.mention_count for one in incidents] == [1] * whole
    check_repeats(mail, 3 * whole)


SAYS = {STREAM: "mastodon", MAILBOX: "report"}
"""Where a post is from, where that is not the kind."""


def settings_of(stream: MastodonServer, mailbox: ImapServer) -> str:
    """Sources that are not asked as the others are."""
    return (
        f'\n[[sources]]\nkind = "mastodon"\nname = "{STREAM}"\ntimeline = "public"\n'
        f'servers = [{{ url = "{stream.url}", token = "{MASTODON_TOKEN}" }}]\n'
        f'[[sources]]\nkind = "mailbox"\nhost = "127.0.0.1"\nport = {mailbox.port}\n'
        f'tls = "none"\nusername = "{mailbox.username}"\npassword = "{mailbox.password}"\n'
        "every_seconds = 0.3\n"
    )


def told_at_once(number: int, text: str) -> dict[str, Any]:
    id_ = str(int(time.time() * 1000) << 16)
    uri = f"https://elsewhere.example/statuses/{number}"
    return status(0, text, id=id_, uri=uri, url=uri)


def forwarded(number: int, text: str) -> bytes:
    message = EmailMessage()
    message["From"] = "communications@slo.example"
    message["Message-ID"] = f"<number-{number}@slo.example>"
    message.set_content(text)
    return message.as_bytes()


def check_repeats(mail: MailServer, count: int) -> None:
    """A mail that came twice carries one Message-ID, and from the second on says so."""
    times: Counter[str] = Counter()
    for one in mail.mails:
        number = str(one.message["Message-ID"])
        times[number] += 1
        assert times[number] == 1 or "(repeat)" in str(one.message["Subject"])
    assert len(times) == count


def start(house: House) -> None:
    """With so many clients to import, a busy machine takes long."""
    house.start(wait_ready=False)
    house.wait_ready(180)


def watched(database: Engine) -> set[str]:
    """The sources of which a place has been kept."""
    with reading(database) as session:
        return set(session.exec(select(SourceCursor.source)))


def has_kept(database: Engine, enough: int) -> bool:
    return mentions(database) >= enough


def mentions(database: Engine) -> int:
    with reading(database) as session:
        return session.exec(select(func.count()).select_from(Mention)).one()


def told(mail: MailServer) -> set[tuple[str, str]]:
    return {
        (reference_in(str(one.message["Subject"])), one.recipients[0]) for one in list(mail.mails)
    }
