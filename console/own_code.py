"""The short code of somebody's own page: made to be read out, written by hand and typed."""

import hashlib
import re
import secrets

ALPHABET = "34679ACDEFGHJKMNPQRTWXY"
"""Nothing that is taken for another when it is written by hand, such as O and 0, S and 5."""
LENGTH = 8
_TYPED = re.compile(r"[0-9A-Za-z \-]{1,24}")
# There are few enough codes to be tried one by one where somebody has got hold of the hashes, so
# that each try is made slow (OWASP asks for at least as much memory as 2**14 * 8).
_ROUNDS, _BLOCK = 2**14, 8


def new_code() -> str:
    """A code that nobody guesses within the tries that there are."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def read_code(typed: str) -> str:
    """The code as it was made, however it was typed; empty if it can't be one."""
    if not _TYPED.fullmatch(typed.strip()):
        return ""
    code = re.sub(r"[ \-]", "", typed).upper()
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else ""


def spaced(code: str) -> str:
    """For people: K7QD M4XW."""
    return f"{code[:4]} {code[4:]}"


def hash_of(code: str) -> str:
    """As it is kept."""
    made = hashlib.scrypt(
        code.encode(), salt=b"namewatch own page", n=_ROUNDS, r=_BLOCK, p=1, dklen=32
    )
    return made.hex()
