"""A time stamp: asked of a real authority, kept only when it holds."""

import contextlib
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from evidence.errors import StampError
from evidence.stamp import Authority, check_stamp, read_authority
from records.errors import ConfigurationError
from tests.servers.tsa import MISBEHAVIOURS, Life, Misbehaviour, Tsa, dripping, slow, valid

CONTENT = b"content"


@pytest.fixture(scope="module")
def tsa() -> Iterator[Tsa]:
    with Tsa() as running:
        yield running


@pytest.fixture
def authority(tsa: Tsa) -> Iterator[Authority]:
    yield Authority(tsa.url, tsa.ca.read_bytes(), seconds=1)
    tsa.misbehaves = None


def test_a_real_authoritys_answer_says_when(authority: Authority) -> None:
    token = authority.stamp(CONTENT)
    when = check_stamp(token, CONTENT, authority.certificates)
    assert abs(datetime.now(UTC) - when) < timedelta(minutes=1)


def test_a_token_is_for_one_content_alone(authority: Authority) -> None:
    token = authority.stamp(CONTENT)
    with pytest.raises(StampError, match="does not hold"):
        check_stamp(token, b"other content", authority.certificates)


@pytest.mark.parametrize("misbehaviour", MISBEHAVIOURS, ids=lambda one: one.__name__)
def test_an_answer_that_does_not_hold_is_none(
    tsa: Tsa, authority: Authority, misbehaviour: Misbehaviour
) -> None:
    tsa.misbehaves = misbehaviour
    with pytest.raises(StampError) as fault:
        authority.stamp(CONTENT)
    assert fault.value.again


@pytest.mark.parametrize("misbehaviour", [slow, dripping], ids=lambda one: one.__name__)
def test_a_slow_authority_holds_nobody_up_longer_than_its_deadline(
    tsa: Tsa, misbehaviour: Misbehaviour
) -> None:
    tsa.misbehaves = misbehaviour
    began = time.monotonic()
    with pytest.raises(StampError):
        Authority(tsa.url, tsa.ca.read_bytes(), seconds=0.3).stamp(CONTENT)
    tsa.misbehaves = None
    assert time.monotonic() - began < 1.2


def test_no_authority_at_the_address_is_said() -> None:
    with Tsa() as gone:
        authority = Authority(gone.url, gone.ca.read_bytes(), seconds=1)
    with pytest.raises(StampError, match="could not be reached"):
        authority.stamp(CONTENT)


def test_another_authoritys_certificate_is_not_taken(tsa: Tsa) -> None:
    with Tsa() as other:
        certificates = other.ca.read_bytes()
    with pytest.raises(StampError, match="does not hold"):
        Authority(tsa.url, certificates, seconds=2).stamp(CONTENT)


def test_a_token_outlives_its_certificate() -> None:
    with Tsa(valid(seconds=2)) as brief:
        certificates = brief.ca.read_bytes()
        token = Authority(brief.url, certificates, seconds=2).stamp(CONTENT)
        time.sleep(2.5)
        assert check_stamp(token, CONTENT, certificates) < datetime.now(UTC)
        with pytest.raises(StampError, match="does not hold"):
            Authority(brief.url, certificates, seconds=2).stamp(CONTENT)


def test_an_authority_whose_certificate_has_expired_is_not_believed() -> None:
    now = datetime.now(UTC)
    with (
        Tsa(Life(now - timedelta(days=2), now - timedelta(days=1))) as expired,
        pytest.raises(StampError, match="does not hold"),
    ):
        Authority(expired.url, expired.ca.read_bytes(), seconds=2).stamp(CONTENT)


def test_a_changed_byte_makes_a_token_fail_or_leaves_what_it_says(authority: Authority) -> None:
    """Versions and the name of the algorithm are not signed: a bundle signs its token therefore."""
    token = authority.stamp(CONTENT)
    when = check_stamp(token, CONTENT, authority.certificates)
    passed = 0
    for at in range(len(token)):
        changed = token[:at] + bytes([token[at] ^ 1]) + token[at + 1 :]
        with contextlib.suppress(StampError):
            assert check_stamp(changed, CONTENT, authority.certificates) == when
            passed += 1
    assert passed < 20


@pytest.mark.parametrize("content", [b"", b"no certificate", b"-----BEGIN CERTIFICATE-----\n"])
def test_a_certificate_file_without_one_is_a_wrong_setting(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "ca.pem"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match="holds no PEM certificate"):
        read_authority("http://127.0.0.1:9/", file)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_authority("http://127.0.0.1:9/", tmp_path / "nowhere")
