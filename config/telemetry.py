"""Each message's way as one trace, sent to a collector; off by default.

OpenTelemetry is imported only when it is on: see `config.traces`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from bot.timing import Tell
from config.problems import SettingsRefused
from config.sections import TelemetrySettings


@contextmanager
def telemetry(settings: TelemetrySettings, secret: str) -> Iterator[Tell | None]:
    """Who is to be told of every step, while the block runs; None when it is off.

    Raises SettingsRefused when it is on and cannot be.
    """
    if not settings.enabled:
        yield None
        return
    headers = headers_of(settings)
    try:
        from config.traces import Traces
    except ImportError:
        raise SettingsRefused(
            "telemetry.enabled: OpenTelemetry is not installed. "
            "Run: pip install 'firstline[telemetry]'"
        ) from None
    traces = Traces(settings.endpoint, settings.service, headers, secret)
    try:
        yield traces.tell
    finally:
        traces.close()


def headers_of(settings: TelemetrySettings) -> dict[str, str]:
    """The headers for the collector. Raises SettingsRefused, without their values."""
    written = settings.headers.get_secret_value()
    try:
        headers = json.loads(written) if written else {}
    except ValueError:
        headers = None
    if not isinstance(headers, dict) or not all(isinstance(v, str) for v in headers.values()):
        raise SettingsRefused(
            'FIRSTLINE_TELEMETRY__HEADERS: write a JSON object such as {"authorization": "Bearer …"}.'
        )
    return headers
