"""Running the action of a flow: an HTTP request, or a Python function of the desk's own."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.flow_http import Called, call
from knowledge.flows import language

log = logging.getLogger(__name__)

Function = Callable[[Mapping[str, Any]], Any]
"""A registered function: takes the step's `with`, gives what JSON can hold; raises to fail."""


@dataclass(frozen=True, slots=True)
class Actions:
    """What the desk lets flows do: named `functions`, `secrets` for headers, `private` hosts.

    `call` makes the requests.
    """

    functions: Mapping[str, Function] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    private: Collection[str] = ()
    call: Callable[..., Called] = call

    def run(self, request: Mapping[str, Any]) -> Called:
        """Run it once. Never raises; what went wrong is the result of the edge `failure`."""
        if request["function"]:
            return self._function(request)
        headers = {
            name: language.filled(text, {"secret": self.secrets})
            for name, text in request["headers"].items()
        }
        headers.setdefault("Idempotency-Key", request["key"])
        return self.call(
            request["method"],
            request["url"],
            headers,
            request["body"],
            request["seconds"],
            private=self.private,
        )

    def _function(self, request: Mapping[str, Any]) -> Called:
        function = self.functions.get(request["function"])
        if function is None:
            error = f"no function {request['function']} is registered in the settings"
            return Called("failure", {"error": error})
        try:
            found = function(request["arguments"])
        except Exception as error:  # a function of the desk's own may raise anything
            log.exception("flow function failed", extra={"function": request["function"]})
            return Called("failure", {"error": type(error).__name__})
        return Called("success", found if isinstance(found, dict | list) else {"value": found})
