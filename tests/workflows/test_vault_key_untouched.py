"""From a post to its sealed evidence nobody needs the vault key, and nobody reads it."""

import sys

from evidence.vault import Vault
from tests.workflows.conftest import Office
from workflows.timers import Timers

NAMING = "My complaint was refused, the decision letter is signed Fenella Auchterbrae."

_watching = False
_opened: list[str] = []


def _remember(event: str, words: tuple[object, ...]) -> None:
    if _watching and event == "open":
        _opened.append(str(words[0]))


sys.addaudithook(_remember)  # can't be taken away again; it does nothing unless `_watching`


def test_nothing_on_the_way_to_sealed_evidence_opens_the_vault_key(office: Office) -> None:
    global _watching  # noqa: PLW0603
    _opened.clear()
    _watching = True
    try:
        office.see(NAMING)
        assert office.capture_all() == ["partial"]
        Timers(office.services, office.engine).once()  # type: ignore[arg-type]
        without = list(_opened)
        Vault(office.services.evidence_folder.parent / "keys")
    finally:
        _watching = False
    assert any(name.endswith("vault.pub") for name in without)
    assert not any("vault.key" in name or "vault.old" in name for name in without)
    assert any(name.endswith("vault.key") for name in _opened)  # the hook does see it


def test_evidence_is_sealed_on_a_machine_without_the_vault_key(office: Office) -> None:
    (office.services.evidence_folder.parent / "keys" / "vault.key").unlink()
    office.see(NAMING)
    assert office.capture_all() == ["partial"]
