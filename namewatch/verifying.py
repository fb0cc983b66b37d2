"""`namewatch verify`: is a sealed bundle as it was made; needs neither database nor network."""

from dataclasses import replace
from pathlib import Path

import typer

from evidence.seal import Signer, read_signer, signers_in
from evidence.stamp import read_certificates
from evidence.verify import Trusted, verify
from namewatch.settings import configured_home, practice_home


def check(bundle: Path, key: Path | None, signer: Path | None, certificate: Path | None) -> bool:
    """Print `intact`, or what is wrong, and what is known; whether it is intact."""
    trusted = Trusted(
        _signers(signer, key), read_certificates(certificate) if certificate else None
    )
    checked = verify(bundle, key, trusted)
    for fault in checked.faults:
        typer.echo(fault)
    if not checked.faults:
        typer.echo("intact")
    for remark in checked.remarks:
        typer.echo(f"  {remark}")
    return not checked.faults


def _signers(given: Path | None, key: Path | None) -> list[Signer]:
    """The signer that is given, else those of the installation that this machine or key is of."""
    if given:
        # Since when it signs is left out: whoever asks for a signer takes nothing unsigned.
        return [replace(read_signer(given, f"the key given, {given}"), since=None)]
    home = configured_home() or practice_home()
    folders = [home / "keys", *([key.absolute().parent] if key else [])]
    return [one for folder in dict.fromkeys(folders) for one in signers_in(folder)]
