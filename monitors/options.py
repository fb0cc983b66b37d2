"""A source's part of the configuration, checked before anything is opened."""

from collections.abc import Mapping
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from records.errors import ConfigurationError


class Options(BaseModel):
    """What every kind of source refuses: options that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


_SENTENCES = {
    "missing": "it is missing",
    "extra_forbidden": "there is no such option",
}

Chosen = TypeVar("Chosen", bound=Options)


def read_options(name: str, model: type[Chosen], options: Mapping[str, object]) -> Chosen:
    """Read `options` of the source `name`; the sentence of a refusal quotes no value."""
    try:
        return model.model_validate(dict(options))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        wrong = _SENTENCES.get(first["type"], first["msg"].removeprefix("Value error, "))
        known = ", ".join(sorted(model.model_fields))
        raise ConfigurationError(
            f"The option {place!r} of the source {name!r} is not right: {wrong}. "
            f"Its options are: {known}."
        ) from None
