"""What answers at each address of the API."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from aiohttp import web

from desk.api import answers, asked, types
from desk.api.openapi import document
from desk.api.spec import FIELDS, OPERATIONS, Operation
from desk.desk import Desk
from desk.http.access import Access
from desk.http.problems import ProblemError
from desk.http.replies import json_answer
from desk.readers import Reader
from desk.stored import Wanted

DOCUMENT: Final = "/api/openapi.json"


class Api:
    """The addresses below `/api`."""

    def __init__(self, desk: Desk, access: Access) -> None:
        self._desk = desk
        self._access = access

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Answer at these addresses."""
        router.add_get(DOCUMENT, self._document)
        handlers: dict[str, Callable[..., Awaitable[Any]]] = {
            "alerts": self._alerts,
            "cases": self._cases,
            "alert": self._alert,
            "timeline": self._timeline,
            "detectors": self._detectors,
            "stats": self._stats,
        }
        for one in OPERATIONS:
            handler = handlers.get(one.name, self._act)
            # HEAD comes with GET; where it is not said it is not there.
            resource = router.add_resource(one.path)
            resource.add_route(one.method, partial(self._answer, one, handler))

    async def _answer(
        self, one: Operation, handler: Callable[..., Awaitable[Any]], request: web.Request
    ) -> web.StreamResponse:
        reader = self._access.reader_of(request)
        query = asked.parameters(request, one.query)
        if one.in_path is None:
            return json_answer(await handler(reader, **query))
        id_ = request.match_info[one.in_path.name]
        if re.fullmatch(one.in_path.pattern.strip("^$"), id_) is None:
            raise ProblemError(404, "the id in the address: there is none like it")
        if one.body is None:
            return json_answer(await handler(reader, id_))
        body = await asked.body(request, one.body, _fields(one.body))
        return json_answer(await handler(reader, id_, one.name, body))

    async def _document(self, _: web.Request) -> web.StreamResponse:
        return json_answer(document())

    async def _alerts(
        self, reader: Reader, limit: int = asked.PAGE, cursor: Any = None, **wanted: Any
    ) -> types.AlertPage:
        page = self._desk.listed(reader, Wanted(**wanted), cursor, limit)
        rows = tuple(map(answers.alert_row, page.items))
        return types.AlertPage(rows, asked.cursor(page.next), page.total)

    async def _cases(
        self, reader: Reader, limit: int = asked.PAGE, cursor: Any = None, **wanted: Any
    ) -> types.CasePage:
        page = self._desk.cases(reader, Wanted(**wanted), cursor, limit)
        rows = tuple(answers.case_row(*it) for it in page.items)
        return types.CasePage(rows, asked.cursor(page.next), page.total)

    async def _alert(self, reader: Reader, alert_id: str) -> types.AlertWhole:
        return answers.alert_whole(await self._desk.one(reader, alert_id))

    async def _act(
        self, reader: Reader, alert_id: str, name: str, body: types.Body
    ) -> types.AlertWhole:
        step, _ = types.BODIES[name]
        given = {it: getattr(body, it) for it in body.__struct_fields__}
        standing = await self._desk.act(reader, alert_id, step, **given)
        return answers.alert_whole(standing)

    async def _timeline(self, reader: Reader, employee: str) -> types.Timeline:
        return answers.timeline(employee, await self._desk.timeline(reader, employee))

    async def _detectors(self, _: Reader) -> types.DetectorList:
        return types.DetectorList(self._desk.detectors)

    async def _stats(self, _: Reader, since: int | None = None) -> types.Stats:
        return answers.stats(self._desk.stats(since))


def _fields(body: type[Any]) -> dict[str, str]:
    return {it: FIELDS[it] for it in body.__struct_fields__}
