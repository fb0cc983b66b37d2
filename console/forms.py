"""What a form holds, whatever its fields are called."""

from collections.abc import Mapping
from dataclasses import dataclass

from starlette.datastructures import UploadFile
from starlette.requests import Request

MOST_FIELDS = 200


@dataclass(frozen=True, slots=True)
class Form:
    """Words, fields with several values, and files that were chosen."""

    words: Mapping[str, str]
    several: Mapping[str, tuple[str, ...]]
    files: Mapping[str, bytes]

    def word(self, name: str) -> str:
        """The field, or nothing."""
        return self.words.get(name, "")


async def read_form(request: Request) -> Form:
    """Read it whole; the guard has made sure that it isn't too large."""
    words: dict[str, str] = {}
    several: dict[str, tuple[str, ...]] = {}
    files: dict[str, bytes] = {}
    async with request.form(max_files=3, max_fields=MOST_FIELDS) as form:
        for name, value in form.multi_items():
            if isinstance(value, UploadFile):
                files[name] = await value.read()
            else:
                words.setdefault(name, value)
                several[name] = (*several.get(name, ()), value)
    return Form(words, several, files)


def chosen_roles(form: Form) -> dict[str, tuple[str, ...]]:
    """Who was chosen for each role: "role-x" and, for a second choice, "role-x-2"."""
    found: dict[str, list[str]] = {}
    for name, values in form.several.items():
        if name.startswith("role-"):
            role = name.removeprefix("role-").removesuffix("-2")
            found.setdefault(role, []).extend(one for one in values if one)
    return {role: tuple(dict.fromkeys(held)) for role, held in found.items()}
