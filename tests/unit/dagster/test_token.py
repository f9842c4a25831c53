"""Who may see Dagster's pages: who has the token, whatever address of this machine they come from."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Scope

from orchestration.dagster.token import COOKIE, TOKEN_FILE, TokenRequired, pages_token
from orchestration.settings import ConfigurationError

TOKEN = "a-token-of-the-test"


def _answer(kind: str = "http", query: str = "", **headers: str) -> dict[str, Any]:
    """What is sent first to who asks for a page, or for a stream of changes."""
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    scope: Scope = {
        "type": kind, "method": "GET", "path": "/runs", "root_path": "", "query_string": query.encode(),
        "scheme": "http", "server": ("127.0.0.1", 3000),
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }  # fmt: skip
    pages = TokenRequired(PlainTextResponse("the pages"), TOKEN)
    asyncio.run(pages(scope, receive, send))
    return dict(sent[0])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"cookie": f"{COOKIE}=another"}, 401),
        ({"authorization": f"Basic {TOKEN}"}, 401),
        ({"cookie": f"{COOKIE}={TOKEN}"}, 200),
        ({"authorization": f"Bearer {TOKEN}"}, 200),
    ],
)
def test_pages_answer_who_has_the_token(headers: dict[str, str], status: int) -> None:
    assert _answer(**headers)["status"] == status


def test_token_of_the_address_becomes_a_cookie_and_leaves_the_address() -> None:
    answer = _answer(query=f"token={TOKEN}&cursor=2")
    told = {name.decode(): value.decode() for name, value in answer["headers"]}
    assert (answer["status"], told["location"]) == (303, "/runs?cursor=2")
    assert f"{COOKIE}={TOKEN}" in told["set-cookie"]
    assert {"HttpOnly", "SameSite=strict"} <= {
        part.strip() for part in told["set-cookie"].split(";")
    }
    assert _answer(query="token=another")["status"] == 401


def test_stream_without_the_token_is_closed() -> None:
    assert _answer("websocket") == {"type": "websocket.close", "code": 1008}
    assert _answer("websocket", query=f"token={TOKEN}")["type"] == "websocket.close"


def test_token_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    made = pages_token(tmp_path)
    assert (len(made) >= 32, pages_token(tmp_path)) == (True, made)
    path = tmp_path / TOKEN_FILE
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(
        ConfigurationError, match="can be read by others than its owner: run `chmod"
    ):
        pages_token(tmp_path)
