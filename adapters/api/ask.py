"""One question, one answer; nothing is kept."""

from __future__ import annotations

import asyncio

from fastapi import APIRouter, Request

from adapters.api.models import Answer, Question, answer
from adapters.api.service import ApiService
from adapters.http.problems import described
from adapters.http.strict_json import StrictRoute


def ask_routes(service: ApiService) -> APIRouter:
    """The route that answers a question by itself."""
    router = APIRouter(route_class=StrictRoute, tags=["ask"])

    @router.post("/ask", responses=described(400, 413, 422, 429))
    async def ask(question: Question, request: Request) -> Answer:
        """Answer a question from the knowledge base, with its sources. Nothing is kept."""
        service.require_pace(request)
        given = await asyncio.to_thread(service.ask, question.question)
        return answer(given, service.options.site)

    return router
