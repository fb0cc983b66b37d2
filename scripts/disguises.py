"""Ways in which people hide whom they write about: one small function for each.

They are written as somebody would who does not know how names are looked for. Each takes first
name, surname and a source of chance, and returns the name in disguise, or None where the
disguise does not suit the name.
"""

# ruff: noqa: ARG001, D103, PLR2004, RUF001 - all take the same arguments and are named for what
# they do; the numbers are lengths of names; letters that look alike are what it is about.

import unicodedata
from collections.abc import Callable, Mapping
from random import Random

Disguise = Callable[[str, str, Random], str | None]

_CYRILLIC = str.maketrans("aceopxyiABCEHKMOPTX", "асеорхуіАВСЕНКМОРТХ")
_GREEK = str.maketrans("oavAEIKMNOTYXZ", "οανΑΕΙΚΜΝΟΤΥΧΖ")
_ARMENIAN = str.maketrans("ouhngS", "օսհղցՏ")
_CHEROKEE = str.maketrans("ABCDEGHJKLMPRSTWZ", "ᎪᏴᏟᎠᎬᏀᎻᎫᏦᏞᎷᏢᏒᏚᎢᎳᏃ")
_SMALL_CAPITALS = str.maketrans("abcdefghijklmnoprstuvwyz", "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢ")
_RAISED = str.maketrans("abcdefghijklmnoprstuvwxyz", "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_LEET = {"o": "0", "i": "1", "e": "3", "a": "4", "s": "5", "t": "7", "b": "8"}
_LEET_SIGNS = {"a": "@", "s": "$", "i": "!", "l": "|", "e": "€", "t": "+"}
_SOUNDS = [
    ("sch", "ш"), ("sh", "ш"), ("sz", "ш"), ("cz", "ч"), ("ch", "ч"), ("ph", "ф"), ("th", "т"),
    ("ck", "к"), ("oo", "у"), ("ee", "и"), ("ou", "у"), ("eo", "ао"), ("qu", "кв"), ("j", "дж"),
    ("a", "а"), ("b", "б"), ("c", "к"), ("d", "д"), ("e", "е"), ("f", "ф"), ("g", "г"),
    ("h", "х"), ("i", "и"), ("k", "к"), ("l", "л"), ("m", "м"), ("n", "н"), ("o", "о"),
    ("p", "п"), ("q", "к"), ("r", "р"), ("s", "с"), ("t", "т"), ("u", "у"), ("v", "в"),
    ("w", "в"), ("x", "кс"), ("y", "и"), ("z", "з"), ("'", ""), ("-", "-"),
]  # fmt: skip
_EMOJI = ("🤡", "😂😂", "🐀", "💩", "👎🏽")
_TITLES = ("Ms", "Mr", "Mrs", "Dr", "Mrs.", "Miss")
_SEPARATORS = (" ", ".", "-", "_", "/", "*", "~", "·")


def _plain(name: str) -> str:
    decomposed = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def _each(text: str, change: Callable[[str], str]) -> str:
    return "".join(change(letter) if letter.isalpha() else letter for letter in text)


def _styled(capital: int, small: int) -> Disguise:
    def styled(first: str, last: str, chance: Random) -> str:
        return "".join(
            chr(capital + ord(one) - 65) if "A" <= one <= "Z"
            else chr(small + ord(one) - 97) if "a" <= one <= "z" else one
            for one in _plain(f"{first} {last}")
        )  # fmt: skip

    return styled


def _translated(table: dict[int, int], change: Callable[[str], str] = str) -> Disguise:
    def translated(first: str, last: str, chance: Random) -> str | None:
        name = change(_plain(f"{first} {last}"))
        changed = name.translate(table)
        return changed if changed != name else None

    return translated


def as_written(first: str, last: str, chance: Random) -> str:
    return f"{first} {last}"


def capitals_upside(first: str, last: str, chance: Random) -> str:
    return chance.choice([str.upper, str.lower, str.swapcase])(f"{first} {last}")


def accents_dropped(first: str, last: str, chance: Random) -> str:
    return _plain(f"{first} {last}")


def accents_added(first: str, last: str, chance: Random) -> str:
    marks = "\u0301\u0300\u0308\u0302\u0303"
    return unicodedata.normalize(
        "NFC", _each(f"{first} {last}", lambda one: one + chance.choice(["", chance.choice(marks)]))
    )


def zalgo(first: str, last: str, chance: Random) -> str:
    marks = [chr(code) for code in range(0x0300, 0x036F)]
    return _each(f"{first} {last}", lambda one: one + "".join(chance.choices(marks, k=4)))


def invisible(first: str, last: str, chance: Random) -> str:
    marks = "\u200b\u200c\u200d\u2060\u00ad\ufeff"
    name = _each(f"{first} {last}", lambda one: one + chance.choice(["", chance.choice(marks)]))
    return name.rstrip(marks)


def leet(first: str, last: str, chance: Random) -> str | None:
    name = _plain(f"{first} {last}")
    changed = "".join(_LEET.get(one.lower(), one) if chance.random() < 0.7 else one for one in name)
    return changed if changed != name else None


def leet_signs(first: str, last: str, chance: Random) -> str | None:
    def hidden(word: str) -> str:
        inner = "".join(_LEET_SIGNS.get(one, one) for one in word[1:-1])
        return word[0] + inner + word[-1]

    name = _plain(f"{first} {last}")
    changed = " ".join(hidden(word) for word in name.split(" "))
    return changed if changed != name else None


def put_together(first: str, last: str, chance: Random) -> str | None:
    name = _plain(f"{first} {last}")
    changed = (
        name.replace("M", "|\\/|").replace("W", "\\/\\/").replace("A", "/\\").replace("D", "|)")
    )
    return changed if changed != name else None


def spaced(first: str, last: str, chance: Random) -> str:
    return "  ".join(" ".join(word) for word in (first, last.replace(" ", "")))


def dotted(first: str, last: str, chance: Random) -> str:
    mark = chance.choice(_SEPARATORS)
    return " ".join(mark.join(word) for word in (first, last.replace(" ", "")))


def first_name_spaced(first: str, last: str, chance: Random) -> str:
    return f"{chance.choice(_SEPARATORS).join(first)} {last}"


def surname_spaced(first: str, last: str, chance: Random) -> str:
    return f"{first} {chance.choice(_SEPARATORS).join(last.replace(' ', ''))}"


def stretched(first: str, last: str, chance: Random) -> str:
    def pulled(word: str) -> str:
        places = [n for n in range(1, len(word)) if word[n].isalpha()]
        if not places:
            return word  # a disguise before this one has left a single letter
        place = chance.choice(places)
        return word[:place] + word[place] * chance.randint(2, 5) + word[place + 1 :]

    return f"{pulled(first)} {pulled(last)}"


def _starred(word: str, chance: Random, mark: str) -> str:
    places = [place for place in range(1, len(word) - 1) if word[place].isalpha()]
    gone = set(chance.sample(places, min(len(places), max(1, len(word) // 4))))
    return "".join(mark if place in gone else one for place, one in enumerate(word))


def starred(first: str, last: str, chance: Random) -> str:
    mark = chance.choice("**#")
    return f"{_starred(first, chance, mark)} {_starred(last, chance, mark)}"


def surname_starred(first: str, last: str, chance: Random) -> str | None:
    if len(last) < 5 or not last.isalpha():
        return None
    half = len(last) // 2
    return f"{first} {last[:half]}{'*' * (len(last) - half - 1)}{last[-1]}"


def initial_and_starred(first: str, last: str, chance: Random) -> str | None:
    if len(last) < 5 or not last.isalpha():
        return None
    return f"{first[0]}. {last[0]}{'*' * (len(last) - 2)}{last[-1]}"


def hashtag(first: str, last: str, chance: Random) -> str:
    name = _joined(first, last)
    return chance.choice([f"#{name}", f"#Sack{name}", f"#{name}MustGo"])


def leet_hashtag(first: str, last: str, chance: Random) -> str | None:
    tag = "".join(_LEET.get(one, one) for one in f"{_joined(first, last)}")
    return f"#{tag}" if tag != _joined(first, last) and len(tag) > 8 else None


def small_hashtag(first: str, last: str, chance: Random) -> str | None:
    name = _joined(first, last).lower()
    return chance.choice([f"#{name}", f"#sack{name}", f"#{name}out"]) if len(name) > 7 else None


def handle(first: str, last: str, chance: Random) -> str | None:
    one, two = _joined(first, "").lower(), _joined("", last).lower()
    if len(one + two) < 8:
        return None
    return chance.choice([f"@{one}{two}{chance.randrange(99)}", f"@{one}_{two}", f"@{one}.{two}"])


def surname_hashtag(first: str, last: str, chance: Random) -> str | None:
    return f"#{_joined('', last)}MustGo" if len(last) > 4 else None


def _joined(first: str, last: str) -> str:
    name = _plain(first + last)
    return "".join(letter for letter in name if letter.isalpha())


def swapped(first: str, last: str, chance: Random) -> str:
    return chance.choice([f"{last}, {first}", f"{last} {first}", f"{last},{first}"])


def initial(first: str, last: str, chance: Random) -> str:
    return chance.choice([f"{first[0]} {last}", f"{first[0]}. {last}", f"{first[0]}.{last}"])


def initial_glued(first: str, last: str, chance: Random) -> str | None:
    return f"{first[0]}{last}" if last[:1].isupper() and len(last) > 4 else None


def titled(first: str, last: str, chance: Random) -> str:
    return f"{chance.choice(_TITLES)} {last}"


def mac_mc(first: str, last: str, chance: Random) -> str | None:
    for one, other in (("Mac", "Mc"), ("Mc", "Mac")):
        if last.startswith(one) and len(last) > 5:
            stem = last[len(one) :]
            return f"{first} {chance.choice([other + stem, f'{one} {stem}', f'{other} {stem}'])}"
    return None


def apostrophe(first: str, last: str, chance: Random) -> str | None:
    if "'" not in last:
        return None
    return f"{first} {last.replace(chr(39), chance.choice(['', ' ', '’', '`']))}"


def half_of_a_double_name(first: str, last: str, chance: Random) -> str | None:
    return f"{first} {chance.choice(last.split('-'))}" if "-" in last else None


def double_name_without_hyphen(first: str, last: str, chance: Random) -> str | None:
    return f"{first} {last.replace('-', chance.choice([' ', '', ' - ']))}" if "-" in last else None


_EVERYDAY = {
    "Margaret": "Maggie", "Robert": "Rab", "William": "Billy", "Elizabeth": "Betty",
    "Alexander": "Sandy", "Fiona": "Fi", "David": "Davie", "Thomas": "Tam", "James": "Jimmy",
    "Catherine": "Cathy", "Christina": "Chrissie", "Kenneth": "Kenny", "Douglas": "Dougie",
    "Hugh": "Shug", "Agnes": "Senga", "Małgorzata": "Gosia", "Katarzyna": "Kasia",
    "Aleksandra": "Ola", "Tomasz": "Tomek", "Agnieszka": "Aga", "Mohammed": "Mo",
    "Priyanka": "Pri", "Harpreet": "Preet", "Oleksandr": "Sasha", "Niamh": "Neve",
    "Siobhan": "Shiv", "Michael": "Mick", "Patrick": "Paddy", "Stephen": "Stevie",
    "Lachlan": "Lachie", "Andrew": "Andy", "Nicola": "Nicky", "Jennifer": "Jen",
    "Susan": "Sue", "Zainab": "Zee", "Krzysztof": "Krzysiek", "Wojciech": "Wojtek",
}  # fmt: skip


def everyday_form(first: str, last: str, chance: Random) -> str | None:
    return f"{_EVERYDAY[first]} {last}" if first in _EVERYDAY else None


def _one_wrong(word: str, chance: Random) -> str:
    place = chance.randrange(1, len(word) - 1)
    letter = chance.choice("aeiourstln")
    wrong = chance.choice(
        [
            word[:place] + word[place + 1 :],
            word[:place] + letter + word[place + 1 :],
            word[:place] + letter + word[place:],
            word[:place] + word[place + 1] + word[place] + word[place + 2 :],
        ]
    )
    return wrong if wrong != word else word[:place] + word[place] * 2 + word[place + 1 :]


def surname_misspelt(first: str, last: str, chance: Random) -> str | None:
    return f"{first} {_one_wrong(last, chance)}" if len(last) > 5 and last.isalpha() else None


def first_name_misspelt(first: str, last: str, chance: Random) -> str | None:
    return f"{_one_wrong(first, chance)} {last}" if len(first) > 4 else None


def both_misspelt(first: str, last: str, chance: Random) -> str | None:
    if len(first) < 6 or len(last) < 8 or not last.isalpha():
        return None
    return f"{_one_wrong(first, chance)} {_one_wrong(last, chance)}"


def by_ear(first: str, last: str, chance: Random) -> str | None:
    changes = [("ph", "f"), ("ie", "y"), ("Ph", "F"), ("C", "K"), ("ll", "l"), ("nn", "n"),
               ("F", "Ph"), ("tt", "t"), ("ck", "k"), ("ai", "ay"), ("ey", "ie")]  # fmt: skip
    ways = [first.replace(*one, 1) for one in changes if one[0] in first and len(first) > 4]
    return f"{chance.choice(ways)} {last}" if ways else None


def sounded_in_cyrillic(first: str, last: str, chance: Random) -> str | None:
    if len(first + last) < 9:
        return None
    words = []
    for word in (first, last):
        text = _plain(word).lower()
        for latin, cyrillic in _SOUNDS:
            text = text.replace(latin, cyrillic)
        words.append(text.title())
    return " ".join(words)


def split_surname(first: str, last: str, chance: Random) -> str | None:
    return f"{first} {last[:3]} {last[3:]}" if last.startswith("Mac") and len(last) > 6 else None


def line_break(first: str, last: str, chance: Random) -> str:
    return first + chance.choice(["\n", " \r\n", "\u00a0", "\t", "\u2028"]) + last


def emoji_between(first: str, last: str, chance: Random) -> str:
    return chance.choice(["{0} {1} {2}", "{0}{1}{2}"]).format(first, chance.choice(_EMOJI), last)


def insult_between(first: str, last: str, chance: Random) -> str:
    between = ["f***ing", "'the liar'", "fucking", "(liar)", "“clown”", "the witch", "lying"]
    return f"{first} {chance.choice(between)} {last}"


def middle_initial(first: str, last: str, chance: Random) -> str:
    return f"{first} {chance.choice('ABEJMR')}{chance.choice(['', '.'])} {last}"


def _then(one: Disguise, other: Disguise) -> Disguise:
    """`other` after `one`, whose result must still be two words."""

    def both(first: str, last: str, chance: Random) -> str | None:
        changed = one(first, last, chance)
        words = changed.split(" ") if changed else []
        return other(words[0], words[1], chance) if len(words) == 2 else None

    return both


full_width = _styled(0xFF21, 0xFF41)

DISGUISES: Mapping[str, Disguise] = {
    "capitals upside": capitals_upside,
    "accents dropped": accents_dropped,
    "accents added": accents_added,
    "zalgo": zalgo,
    "invisible characters": invisible,
    "full width": full_width,
    "mathematical bold": _styled(0x1D400, 0x1D41A),
    "mathematical script": _styled(0x1D4D0, 0x1D4EA),
    "mathematical sans": _styled(0x1D5A0, 0x1D5BA),
    "monospace": _styled(0x1D670, 0x1D68A),
    "circled": _styled(0x24B6, 0x24D0),
    "squared": _styled(0x1F130, 0x1F130),
    "small capitals": _translated(_SMALL_CAPITALS, str.lower),
    "raised letters": _translated(_RAISED, str.lower),
    "Cyrillic look-alikes": _translated(_CYRILLIC),
    "Greek look-alikes": _translated(_GREEK),
    "Armenian look-alikes": _translated(_ARMENIAN),
    "Cherokee look-alikes": _translated(_CHEROKEE, str.upper),
    "leet": leet,
    "leet signs": leet_signs,
    "signs put together": put_together,
    "spaced": spaced,
    "separated": dotted,
    "first name spaced": first_name_spaced,
    "surname spaced": surname_spaced,
    "stretched": stretched,
    "starred": starred,
    "surname starred": surname_starred,
    "initial, surname starred": initial_and_starred,
    "hashtag": hashtag,
    "small hashtag": small_hashtag,
    "handle": handle,
    "surname hashtag": surname_hashtag,
    "swapped": swapped,
    "initial": initial,
    "initial glued": initial_glued,
    "titled": titled,
    "Mac and Mc": mac_mc,
    "apostrophe": apostrophe,
    "half of a double name": half_of_a_double_name,
    "double name rejoined": double_name_without_hyphen,
    "everyday form": everyday_form,
    "surname misspelt": surname_misspelt,
    "first name misspelt": first_name_misspelt,
    "both misspelt": both_misspelt,
    "by ear": by_ear,
    "sounded in Cyrillic": sounded_in_cyrillic,
    "surname split": split_surname,
    "line break": line_break,
    "emoji between": emoji_between,
    "insult between": insult_between,
    "middle initial": middle_initial,
    "leet and spaced": _then(leet, spaced),
    "Cyrillic and full width": _then(_translated(_CYRILLIC), full_width),
    "leet hashtag": leet_hashtag,
    "stretched with accents": _then(accents_added, stretched),
    "leet and swapped": _then(leet, swapped),
    "leet and upside": _then(leet, capitals_upside),
    "stars and upside": _then(starred, capitals_upside),
    "Cyrillic and spaced": _then(_translated(_CYRILLIC), spaced),
    "leet and stretched": _then(leet, stretched),
    "invisible and leet": _then(leet, invisible),
    "everyday form in leet": _then(everyday_form, leet),
    "misspelt and upside": _then(surname_misspelt, capitals_upside),
}  # fmt: skip
"""Every disguise by its name."""
