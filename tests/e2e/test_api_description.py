"""The HTTP API held to its own description by schemathesis."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.schemas import APIOperation

from bot.api_tokens import Scope
from tests.api_conversation import API, Conversation
from tests.web_support import Site, running_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with running_site(folder, rate_per_session=10**6, rate_per_client=10**6) as running:
        yield running


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.url + API, timeout=30) as client:
        yield client


PROMISES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = [
    "POST /ask",
    "POST /conversations",
    "GET /conversations/{id}",
    "POST /conversations/{id}/messages",
    "GET /conversations/{id}/messages",
    "POST /conversations/{id}/feedback",
]


TICKETS = [
    "GET /tickets",
    "GET /tickets/search",
    "GET /ticket-events",
    "POST /tickets",
    "GET /tickets/{number}",
    "PATCH /tickets/{number}",
    *(f"GET /tickets/{{number}}/{what}" for what in ("events", "notes")),
    *(
        f"POST /tickets/{{number}}/{act}"
        for act in (
            *("replies", "notes", "claim", "assign", "escalate", "de-escalate", "hold", "resume"),
            *("solve", "reopen", "snooze", "wake", "merge", "split", "links", "follow"),
            *("unfollow", "give-back"),
        )
    ),
    "GET /accounts",
    "GET /tokens",
    "POST /tokens",
    "DELETE /tokens/{number}",
    "GET /webhooks",
    "POST /webhooks",
    "DELETE /webhooks/{number}",
    "GET /webhooks/{number}/deliveries",
]
TAKES_NOTHING = {"GET /accounts", "GET /tokens", "GET /webhooks"}


@pytest.fixture(scope="module")
def described(site: Site) -> Mapping[str, APIOperation]:
    found = schemathesis.openapi.from_url(f"{site.url}{API}/openapi.json").get_all_operations()
    operations = [result.ok() for result in found]
    return {f"{operation.method.upper()} {operation.path}": operation for operation in operations}


def test_all_operations_are_tried(described: Mapping[str, APIOperation]) -> None:
    assert sorted(described) == sorted(OPERATIONS + TICKETS)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_the_api_keeps_its_description(
    described: Mapping[str, APIOperation],
    client: httpx.Client,
    name: str,
    mode: GenerationMode,
) -> None:
    if (mode, name) == (GenerationMode.NEGATIVE, "POST /conversations"):
        return  # it takes nothing, so nothing about it can be wrong
    conversation = Conversation(client)

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=described[name].as_strategy(generation_mode=mode))
    def kept(case: Case) -> None:
        if case.path_parameters:
            case.path_parameters["id"] = conversation.id
        if isinstance(case.query, dict) and case.query.get("wait"):
            case.query["wait"] = 0
        case.call_and_validate(headers=conversation.headers, checks=PROMISES)

    kept()


@pytest.fixture(scope="module")
def program(site: Site) -> Mapping[str, str]:
    """Headers of one who may do everything."""
    _, secret = site.programs.tokens.add("test", [Scope.ADMIN], by="test")
    return {"authorization": f"Bearer {secret}"}


@pytest.fixture(scope="module")
def number(client: httpx.Client, program: Mapping[str, str]) -> int:
    body = {"text": "It is broken.", "person": {"id": "42"}}
    return int(client.post("/tickets", json=body, headers=program).json()["number"])


@pytest.mark.parametrize("name", TICKETS)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_tickets_keep_their_description(
    described: Mapping[str, APIOperation],
    program: Mapping[str, str],
    number: int,
    name: str,
    mode: GenerationMode,
) -> None:
    if mode is GenerationMode.NEGATIVE and name in TAKES_NOTHING:
        return  # nothing about it can be wrong

    @settings(
        max_examples=2,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=described[name].as_strategy(generation_mode=mode))
    def kept(case: Case) -> None:
        if case.path_parameters:
            case.path_parameters["number"] = number if "tickets" in name else 999
        case.call_and_validate(headers=program, checks=PROMISES)

    kept()
