"""The addresses for the passkey's script, tried with all that their schema allows and does not."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import status_code_conformance

from console.server import ConsoleServer
from tests.console.everybody import Role, World, world_in
from tests.console.test_every_route import JSON

ADDRESSES = {one.split()[1] for one in JSON} | {
    "/sign-in/passkey",
    "/sign-in/second/passkey",
    "/account/passkeys",
}
"""Those that answer JSON, and those that are handed a device's answer as JSON."""
ANSWERS = ("200", "303", "400", "403", "429")


def described(world: World) -> dict[str, Any]:
    """The addresses as OpenAPI, with every answer that they may give."""
    routes = [
        one
        for one in iter_route_contexts(world.app.routes)
        if one.path in ADDRESSES and "POST" in (one.methods or ())
    ]
    schema = get_openapi(title="namewatch", version="1", routes=routes)
    for path in schema["paths"].values():
        path["post"]["responses"] = {one: {"description": one} for one in ANSWERS}
    return schema


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_in(tmp_path_factory.mktemp("json"), {Role.STAFF, Role.HALF}) as made:
        yield made


@pytest.fixture(scope="module")
def address(world: World) -> Iterator[str]:
    server = ConsoleServer(world.app, "127.0.0.1", 0)
    server.start()
    yield f"http://127.0.0.1:{server.port}"
    server.stop()


def test_every_one_of_them_is_described(world: World) -> None:
    assert set(described(world)["paths"]) == ADDRESSES


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("path", sorted(ADDRESSES))
@pytest.mark.parametrize("signed_in", [True, False])
def test_nothing_that_is_sent_makes_one_fail(
    world: World, address: str, path: str, signed_in: bool
) -> None:
    schema = schemathesis.openapi.from_dict(described(world))
    role = Role.HALF if "second" in path else Role.STAFF
    jar = world.browsers[role].cookies.jar
    cookies = {one.name: one.value or "" for one in jar} if signed_in else {}
    quick = settings(
        max_examples=15, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )

    @quick
    @given(case=schema[path]["POST"].as_strategy())
    def tried(case: Any) -> None:
        answer = case.call(
            base_url=address, cookies=cookies, headers={"sec-fetch-site": "same-origin"}
        )
        case.validate_response(answer, checks=(not_a_server_error, status_code_conformance))

    tried()
