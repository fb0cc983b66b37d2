"""What browsers are given to be known by; only hashes of it are kept."""

import hashlib
import hmac
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    """Something that nobody guesses."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hashed(token: str) -> str:
    """As a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


def drawn_from(token: str, what: str) -> bytes:
    """A value of 32 bytes that only follows from the token, another one for each `what`."""
    return hmac.new(token.encode(), what.encode(), hashlib.sha256).digest()
