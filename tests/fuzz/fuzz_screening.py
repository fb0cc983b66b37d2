"""Throw mutated posts at the whole screening path: python -m tests.fuzz.fuzz_screening CORPUS.

Needs atheris (the extra `fuzz`), so it is a program and no test. With --classifier the shipped
classifier reads along, which is thorough and slow. All other options are libFuzzer's.
"""

import sys

import atheris

with atheris.instrument_imports(include=["nlp", "policies", "records"]):
    from nlp.classifier import SHIPPED
    from nlp.screening import Screener
    from policies.pack_file import read_pack
    from tests.fuzz.cast import BODY, ROSTER, TODAY
    from tests.fuzz.invariants import check
    from tests.fuzz.seeds import post_in

WITH_CLASSIFIER = "--classifier"


def main() -> None:
    """Fuzz until libFuzzer's limits are reached; a broken invariant ends it with its input."""
    reader = SHIPPED if WITH_CLASSIFIER in sys.argv else None
    screener = Screener(BODY, ROSTER, read_pack("spso"), None, reader, today=TODAY)

    screener.warm().join()

    def screen(raw: bytes) -> None:
        post = post_in(raw)
        check(post, screener.screen(post), ROSTER)

    atheris.Setup([one for one in sys.argv if one != WITH_CLASSIFIER], screen)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
