"""A power cut between finding a post and reading its picture loses nothing."""

import json
from pathlib import Path

from pyrage import x25519
from sqlmodel import select

from casework.reading import place_of
from evidence.vault import Vault
from nlp.pictures import READ
from records.database import open_database, reading
from records.finding import Finding
from records.incident import Incident, Mention
from records.record_key import RecordKey
from records.sealing import unseal
from records.waiting import WaitingPost
from tests.servers.house import House, post, wait_until
from tests.servers.mail import MailServer
from tests.servers.screenshots import drawn
from tests.servers.site import Site

PICTURE = "/screenshot.png"
THREAT = "Fenella Auchterbrae, I know where you live\nand I will kill you."


def test_a_picture_that_was_to_be_read_when_the_power_failed_is_read_after_it(
    tmp_path: Path,
) -> None:
    settings = "[capture]\nallow_loopback = true"
    with (
        Site() as site,
        MailServer() as mail,
        House(tmp_path / "home", mail, settings=settings) as house,
    ):
        site.files[PICTURE] = ("image/png", drawn(THREAT))
        site.hold(PICTURE)
        house.start()
        media = [{"kind": "image", "url": site.url(PICTURE), "alt": "A leaflet"}]
        house.publish([post(1, "The Lighthouse Ombudsman has a new leaflet.", media=media)])
        wait_until(lambda: PICTURE in site.visits, 60, "the picture asked for")
        house.kill()
        assert mail.mails == []
        site.release(PICTURE)
        house.start()
        wait_until(lambda: len({one.recipients[0] for one in list(mail.mails)}) >= 3, 120, "told")
        house.stop()
        database = open_database(f"sqlite:///{house.home / 'namewatch.db'}")
        with reading(database) as session:
            [incident] = session.exec(select(Incident))
            [mention] = session.exec(select(Mention))
            assert list(session.exec(select(WaitingPost))) == []
            key = session.get_one(RecordKey, mention.key_id)
            assert key.wrapped
            identity = Vault(house.home / "keys").open_record_key(key.wrapped)
            finding = opened(mention, identity)
        assert (incident.staff_id, incident.severity) == ("s006", "critical")
        assert [match.field for match in finding.staff] == ["image"]
        assert READ in finding.staff[0].reasons
        assert "Auchterbrae" not in house.shown()
        database.dispose()


def opened(mention: Mention, identity: x25519.Identity) -> Finding:
    place = place_of("finding", mention.post_key)
    return Finding.model_validate(
        json.loads(unseal(mention.sealed_finding, place=place, identity=identity))
    )
