"""The pages: `/`, `/cases`, `/alerts/{id}`, `/people/{id}`, `/detectors`, and logging in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final, get_args

import msgspec
from aiohttp import web
from yarl import URL

from contract.action import Step
from contract.alert import SEVERITIES, Alert, Bilingual
from contract.kinds import KIND_OF_TYPE
from contract.publishing.meanings import NAMES
from desk.api import answers, asked, types
from desk.desk import Desk
from desk.explain.explanation import Explanation
from desk.http.limits import Limits
from desk.http.problems import ProblemError, problem_of
from desk.pages.browser import SESSION, go_to, in_other_language, language_of, local, page
from desk.pages.rendering import FETCHED, Rendering
from desk.pages.sessions import LASTS, Session, Sessions, is_of
from desk.pages.timeline_picture import picture
from desk.readers import Readers
from desk.rights import may_act, sees_names
from desk.rows import Rank
from desk.stored import Wanted
from sinks.redis.reading import Shelf

Explain = Callable[[Alert], Explanation]
Handler = Callable[[web.Request, Session, Rendering], Awaitable[web.StreamResponse]]

#: Cases on a page.
_MOST: Final = 50
_SHELVES: Final[tuple[Shelf, ...]] = get_args(Shelf)


class Pages:
    """The addresses that a browser opens. `secure` says that they are reached by https alone."""

    def __init__(
        self,
        desk: Desk,
        readers: Readers,
        explain: Explain,
        *,
        timezone: str,
        secure: bool,
        sessions: Sessions | None = None,
        attempts: Limits | None = None,
    ) -> None:
        self._desk = desk
        self._readers = readers
        self._explain = explain
        self._timezone = timezone
        self._secure = secure
        self._sessions = sessions or Sessions()
        # A token cannot be guessed; this keeps the trying cheap.
        self._attempts = attempts or Limits(rate=0.2, burst=10)

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Answer at these addresses."""
        for address in FETCHED:
            router.add_get(address, _fetched)
        router.add_get("/login", self._login_page)
        router.add_post("/login", self._login)
        router.add_post("/logout", partial(self._form, self._logout))
        router.add_get("/", partial(self._shown, self._cases))
        router.add_get("/cases", partial(self._shown, self._cases))
        router.add_get("/alerts/{alert_id}", partial(self._shown, self._alert))
        router.add_get("/people/{employee}", partial(self._shown, self._person))
        router.add_get("/detectors", partial(self._shown, self._detectors))
        for step in get_args(Step):
            router.add_post(f"/alerts/{{alert_id}}/{step}", partial(self._form, self._acting(step)))

    async def _shown(self, handler: Handler, request: web.Request) -> web.StreamResponse:
        """A page for whoever is logged in; all others log in first."""
        session = self._sessions.of(request.cookies.get(SESSION))
        if session is None:
            return go_to(str(URL("/login").with_query(to=request.path_qs)))
        rendering = Rendering(language_of(request), self._timezone)
        try:
            return await handler(request, session, rendering)
        except Exception as error:  # noqa: BLE001 - raised again if it is none we foresaw
            return self._problem(request, session, rendering, error)

    async def _form(self, handler: Handler, request: web.Request) -> web.StreamResponse:
        """What a form asks for, if it is one of this session's pages."""
        session = self._sessions.of(request.cookies.get(SESSION))
        if session is None:
            return go_to("/login")
        rendering = Rendering(language_of(request), self._timezone)
        try:
            given = await request.post()
            if not is_of(session, str(given.get("form", ""))):
                raise ProblemError(403, rendering.word("form is old"))
            return await handler(request, session, rendering)
        except Exception as error:  # noqa: BLE001 - raised again if it is none we foresaw
            return self._problem(request, session, rendering, error)

    def _problem(
        self, request: web.Request, session: Session, rendering: Rendering, error: Exception
    ) -> web.StreamResponse:
        """A page that says what went wrong. Raises what was not foreseen: the server tells it."""
        answer = problem_of(error)
        if answer is None:
            raise error
        back = request.path.rpartition("/")[0] if request.method == "POST" else "/cases"
        told = {"detail": str(error), "back": back or "/cases"}
        text = self._page("problem.html", request, session, rendering, told)
        return page(text, request, answer.status)

    async def _login_page(self, request: web.Request) -> web.Response:
        return self._login_again(request, local(request.query.get("to", "/cases")), None, 200)

    async def _login(self, request: web.Request) -> web.StreamResponse:
        given = await request.post()
        to = local(str(given.get("to", "/cases")))
        if self._attempts.wait(request.remote or "") > 0:
            return self._login_again(request, to, "too often", 429)
        reader = self._readers.of_token(str(given.get("token", "")).strip())
        if reader is None:
            return self._login_again(request, to, "nobodys", 401)
        answer = go_to(to)
        answer.set_cookie(
            SESSION,
            self._sessions.open(reader),
            max_age=int(LASTS),
            httponly=True,
            secure=self._secure,
            # A link in a message opens logged in; a form on another site does not act.
            samesite="Lax",
        )
        return answer

    def _login_again(
        self, request: web.Request, to: str, wrong: str | None, status: int
    ) -> web.Response:
        rendering = Rendering(language_of(request), self._timezone)
        text = self._page("login.html", request, None, rendering, {"to": to, "wrong": wrong})
        return page(text, request, status)

    async def _logout(self, request: web.Request, _: Session, __: Rendering) -> web.StreamResponse:
        self._sessions.close(request.cookies.get(SESSION))
        answer = go_to("/login")
        answer.del_cookie(SESSION)
        return answer

    async def _cases(
        self, request: web.Request, session: Session, rendering: Rendering
    ) -> web.StreamResponse:
        query = request.query
        wanted = Wanted(
            shelf=next((it for it in _SHELVES if it == query.get("shelf")), "open"),
            severity=next((it for it in SEVERITIES if it == query.get("severity")), None),
            detector=query.get("detector") or None,
        )
        after = _place(request.query.get("cursor"))
        found = self._desk.cases(session.reader, wanted, after, _MOST)
        cursor = asked.cursor(found.next)
        told = {
            "cases": [rows for _, rows in found.items],
            "total": found.total,
            "wanted": wanted,
            "detectors": self._desk.detectors,
            "next": str(request.rel_url.update_query(cursor=cursor)) if cursor else None,
        }
        return page(self._page("cases.html", request, session, rendering, told), request)

    async def _alert(
        self, request: web.Request, session: Session, rendering: Rendering
    ) -> web.StreamResponse:
        reader = session.reader
        it = await self._desk.one(reader, request.match_info["alert_id"])
        told = {
            "alert": it.alert,
            "handling": it.handling,
            "explanation": self._explain(it.alert),
            "picture": picture(it.alert.evidence, self._timezone),
            "others": self._desk.same_deal(reader, it.alert.alert_id),
            "readers": self._readers.names,
            "may_act": may_act(reader),
        }
        return page(self._page("alert.html", request, session, rendering, told), request)

    def _acting(self, step: Step) -> Handler:
        async def act(request: web.Request, session: Session, _: Rendering) -> web.StreamResponse:
            given, alert_id = await request.post(), request.match_info["alert_id"]
            body = types.BODIES[step][1]
            fields = [it for it in body.__struct_fields__ if it != "seen"]
            said: dict[str, Any] = {
                it: text for it in fields if (text := str(given.get(it, "")).strip())
            }
            try:
                msgspec.convert(said, body)
            except msgspec.ValidationError as error:
                raise ProblemError(400, str(error)) from None
            seen = str(given.get("seen", ""))
            known = int(seen) if seen.isdecimal() and len(seen) < 6 else None
            await self._desk.act(session.reader, alert_id, step, seen=known, **said)
            return go_to(f"/alerts/{alert_id}")

        return act

    async def _person(
        self, request: web.Request, session: Session, rendering: Rendering
    ) -> web.StreamResponse:
        employee = request.match_info["employee"]
        moments = await self._desk.timeline(session.reader, employee)
        told = {
            "employee": employee,
            "moments": moments[::-1],
            "hides": not sees_names(session.reader),
            "kind_of": _kind_of,
        }
        return page(self._page("person.html", request, session, rendering, told), request)

    async def _detectors(
        self, request: web.Request, session: Session, rendering: Rendering
    ) -> web.StreamResponse:
        figures = {it.detector: it for it in answers.stats(self._desk.stats(None)).detectors}
        told = {"detectors": self._desk.detectors, "figures": figures}
        return page(self._page("detectors.html", request, session, rendering, told), request)

    def _page(
        self,
        template: str,
        request: web.Request,
        session: Session | None,
        rendering: Rendering,
        told: Mapping[str, Any],
    ) -> str:
        here = in_other_language(request, rendering.language)
        return rendering.page(template, session=session, here=here, **told)


async def _fetched(request: web.Request) -> web.Response:
    content, type_ = FETCHED[request.path]
    kept = {"Cache-Control": "max-age=300", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=content, content_type=type_, headers=kept)


def _place(cursor: str | None) -> Rank | None:
    try:
        return asked.AFTER.read(cursor) if cursor else None
    except ValueError:
        return None


def _kind_of(type_: str) -> Bilingual:
    kind = KIND_OF_TYPE.get(type_)
    return Bilingual(*NAMES[kind.data]) if kind is not None else Bilingual(type_, type_)
