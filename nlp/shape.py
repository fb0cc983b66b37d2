"""Cheap signs that a text may hold a disguise: what kind of character follows what.

A shape has one byte for each character of a text, so a sign is a short run of bytes, which is
found many times faster than a pattern is.
"""

from string import ascii_lowercase, ascii_uppercase, digits


def _kinds(**characters: str) -> bytes:
    """For each byte its kind: the first letter of the keyword, or a blank."""
    table = bytearray(b" " * 256)
    for kind, members in characters.items():
        for member in members:
            table[ord(member)] = ord(_SHOWN.get(kind, kind[0]))
    return bytes(table)


_SHOWN = {"digits": "0", "within": "!", "at": "@", "stars": "*"}
_LEET = _kinds(a=ascii_lowercase, digits="01345789$|?", within="!+", at="@")
_ALONE = _kinds(a=ascii_lowercase + "0134578@$", other="269'")
_STARS = _kinds(a=ascii_lowercase, stars="*#%^")
_CASES = _kinds(a=ascii_lowercase, A=ascii_uppercase.replace("I", ""), I="I", digits=digits)


_COMMON = ascii_lowercase.encode() + b" .,'?:;-\"/&\n"
_ANY = bytes(range(33, 127))
_HARMLESS = b"0123456789!@$+=~_()<>"
_NO_LEET = b"#*()[]%^=~_"


def _shape(text: str, kinds: bytes) -> bytes:
    return text.encode("ascii", "replace").translate(kinds)


def signs(folded: str) -> bytes:
    """What is neither a letter nor common in running text: where this is empty, look no further."""
    return folded.encode("ascii", "replace").translate(None, _COMMON) if folded.isascii() else _ANY


def may_hide_letters(signs: bytes) -> bool:
    """Whether these signs of a text may stand for a letter, alone or two together."""
    return signs.translate(None, _HARMLESS) != b"" or b"()" in signs


def has_leet(folded: str, signs: bytes) -> bool:
    """Whether one of the signs of the text stands for a letter inside a word."""
    if not signs.strip(_NO_LEET):
        return False
    shape = _shape(folded, _LEET)
    return b"a0" in shape or b"0a" in shape or b"a@" in shape or b"a!a" in shape


def has_single_letters(folded: str) -> bool:
    """Whether two letters stand alone next to each other."""
    shape = _shape(folded, _ALONE)
    return b" a a " in shape or b" a  a " in shape or shape[:3] == b"a a" or shape[-3:] == b"a a"


def has_stars(folded: str, signs: bytes) -> bool:
    """Whether one of the signs of the text may stand for a letter left out."""
    if not (b"*" in signs or b"#" in signs or b"%" in signs or b"^" in signs):
        return False
    shape = _shape(folded, _STARS)
    return b"a*" in shape or (b"*a" in shape and "*" in folded)


def has_humps(original: str) -> bool:
    """Whether words may be written together that only capitals or digits keep apart."""
    if not original.isascii() and any(one.isupper() for one in original if one > "\x7f"):
        return True
    shape = _shape(original, _CASES)
    return (
        b"aA" in shape or b"aI" in shape or b"a0" in shape or b"A0" in shape
        or b"AAa" in shape or b"AIa" in shape or b"IAa" in shape or b"I0" in shape
    )  # fmt: skip


def has_inner_capital_i(original: str) -> bool:
    """Whether a capital I may pass for a small l."""
    return "I" in original and b"aI" in _shape(original, _CASES)
