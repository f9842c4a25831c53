"""The token of Dagster's pages: they know no users, and any account of the machine can reach its loopback interface."""

from __future__ import annotations

import secrets
from pathlib import Path

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from orchestration.durable import write
from orchestration.intake.keys import OTHERS
from orchestration.settings import ConfigurationError

TOKEN_FILE, PARAMETER, COOKIE = "pages_token", "token", "cypp_pages"
DAY = 24 * 60 * 60
REFUSED = (
    "These pages need their token: open them once as http://<this address>/?token=<what is in restricted/pages_token of"
    " the data folder>, or send it as 'Authorization: Bearer <token>'.\n"
)


def pages_token(restricted: Path) -> str:
    """The token of a data folder, made where there is none; raises ConfigurationError where others can read it."""
    path = restricted / TOKEN_FILE
    if not path.exists():
        write(path, f"{secrets.token_urlsafe(32)}\n".encode())
    if path.stat().st_mode & OTHERS:
        raise ConfigurationError(
            f"{path.name} in restricted/ can be read by others than its owner: run `chmod 600 {path}`"
        )
    return path.read_text(encoding="utf-8").strip()


class TokenRequired:
    """Answers only who has the token: as a parameter once, which leaves a cookie, or with each request."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self._app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        asked = HTTPConnection(scope)
        given = asked.cookies.get(COOKIE) or _bearer(asked)
        if self._is_token(given):
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif self._is_token(asked.query_params.get(PARAMETER, "")):
            await self._with_cookie(asked)(scope, receive, send)
        else:
            await PlainTextResponse(REFUSED, 401)(scope, receive, send)

    def _is_token(self, given: str) -> bool:
        return secrets.compare_digest(given.encode(), self._token.encode())

    def _with_cookie(self, asked: HTTPConnection) -> RedirectResponse:
        """The same address without the token, so that no history or log keeps it."""
        address = asked.url.remove_query_params(PARAMETER)
        place = f"{address.path}?{address.query}" if address.query else address.path
        answer = RedirectResponse(place, 303)
        answer.set_cookie(COOKIE, self._token, max_age=DAY, httponly=True, samesite="strict")
        return answer


def _bearer(asked: HTTPConnection) -> str:
    return asked.headers.get("authorization", "").removeprefix("Bearer ")
