"""The Teams channel against a loopback Microsoft."""

import json
import traceback

import pytest

from alerts.channel import Receipt
from alerts.channels.teams import TeamsChannel, TeamsSettings, from_settings
from alerts.errors import DeliveryError
from alerts.message import Message, compose
from policies.pack_file import read_pack
from records.alert import AlertKind
from records.errors import ConfigurationError
from records.roster import StaffMember
from tests.servers.graph import APP, CLIENT, CLIENT_SECRET, MORAGS_ID, TENANT, GraphServer, fault
from tests.servers.web import Answer

MORAG = StaffMember("s002", "Morag Sinclair", email="morag@seo.example", teams_id=MORAGS_ID)
RECORD = "https://namewatch.seo.example/r/NW-2026-0041"


def an_alert() -> Message:
    return compose(
        AlertKind.FIRST,
        pack=read_pack("spso"),
        reference="NW-2026-0041",
        severity="critical",
        role="line_manager",
        record_link=RECORD,
        page_link="https://social.example/@stranger/1",
        reason="as line manager (SPSO 67.1)",
    )


def channel_to(graph: GraphServer, secret: str = CLIENT_SECRET) -> TeamsChannel:
    return TeamsChannel(
        TeamsSettings(TENANT, CLIENT, secret, APP, graph_url=graph.url, sign_in_url=graph.url)
    )


def refusal(channel: TeamsChannel, recipient: StaffMember = MORAG) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.deliver(an_alert(), recipient, "d7")
    told = "".join(traceback.format_exception(caught.value))
    for secret in ("morag@", CLIENT_SECRET, MORAGS_ID):
        assert secret not in told
    return caught.value


@pytest.mark.clause("SPSO 68")
@pytest.mark.clause("WICS Named ¶2")
def test_one_line_stands_in_the_persons_feed_with_nothing_but_the_reference() -> None:
    with GraphServer() as graph:
        receipt = channel_to(graph).deliver(an_alert(), MORAG, "d7")
        (notified,) = graph.feed
    assert receipt == Receipt("d7")
    assert notified.user == MORAGS_ID
    words = "Confidential: NW-2026-0041 needs you now"
    assert notified.content["previewText"] == {"content": words}
    assert notified.content["topic"]["value"] == "NW-2026-0041"
    assert "namewatch.seo.example%2Fr%2FNW-2026-0041" in notified.content["topic"]["webUrl"]
    assert "social.example" not in json.dumps(notified.content)


def test_the_application_signs_in_once_as_long_as_its_token_is_good() -> None:
    with GraphServer() as graph:
        channel = channel_to(graph)
        channel.deliver(an_alert(), MORAG, "d7")
        channel.deliver(an_alert(), MORAG, "d8")
        assert graph.tokens == 1
        graph.good.clear()  # as when the secret was changed
        channel.deliver(an_alert(), MORAG, "d9")
        assert graph.tokens == 2
    assert len(graph.feed) == 3


@pytest.mark.parametrize("lasts", [0, "soon", None, 10])
def test_a_token_that_does_not_last_is_fetched_anew(lasts: object) -> None:
    with GraphServer() as graph:
        graph.lasts = lasts
        channel = channel_to(graph)
        channel.deliver(an_alert(), MORAG, "d7")
        channel.deliver(an_alert(), MORAG, "d8")
        assert graph.tokens == 2


@pytest.mark.parametrize(
    ("answer", "code", "permanent", "may_have_arrived"),
    [
        (fault(403, "Forbidden"), "Forbidden (403)", True, False),
        (fault(404, "NotFound"), "NotFound (404)", True, False),
        (fault(429, "TooManyRequests"), "too many at once", False, False),
        (fault(503, "ServiceUnavailable"), "fault of the service (503)", False, True),
        (Answer(200, body=b"{", cut=True), "not reached", False, True),
        (Answer(302, headers={"Location": "http://127.0.0.1:9"}), "refused (302)", True, False),
        (Answer(400, body=b"<p>morag@seo.example</p>"), "refused (400)", True, False),
    ],
    ids=["app missing", "gone", "too many", "down", "cut", "sent elsewhere", "no JSON"],
)
def test_faults_that_last_and_faults_that_pass_are_told_apart(
    answer: Answer, code: str, permanent: bool, may_have_arrived: bool
) -> None:
    with GraphServer() as graph:
        graph.faults = [answer]
        error = refusal(channel_to(graph))
    assert (error.code, error.permanent) == (code, permanent)
    assert error.may_have_arrived == may_have_arrived


def test_somebody_without_the_app_is_told_by_another_channel() -> None:
    with GraphServer() as graph:
        graph.users.clear()
        assert refusal(channel_to(graph)).permanent


def test_an_address_is_never_put_into_a_url() -> None:
    odd = StaffMember("s009", "Alec Tolmie", teams_id="alec@seo.example")
    with GraphServer() as graph:
        error = refusal(channel_to(graph), odd)
        assert not channel_to(graph).reaches(StaffMember("s009", "Alec Tolmie"))
    assert (error.code, error.permanent) == ("address not usable", True)


def test_the_check_signs_in_and_tells_nobody() -> None:
    with GraphServer() as graph:
        assert channel_to(graph).check() is None
        said = str(channel_to(graph, "another").check())
        assert "(invalid_client (401))" in said
        assert CLIENT_SECRET not in said
        assert graph.feed == []
    assert "can't be reached" in str(channel_to(graph).check())


def test_a_mistake_is_told_in_a_sentence() -> None:
    assert from_settings({}) is None
    values = {
        "teams_tenant": TENANT,
        "teams_client_id": CLIENT,
        "teams_client_secret": CLIENT_SECRET,
        "teams_app_id": APP,
    }
    assert from_settings(values) is not None
    for what in ("teams_client_id", "teams_app_id", "teams_client_secret"):
        with pytest.raises(ConfigurationError, match=what.removeprefix("teams_")):
            from_settings(values | {what: ""})
