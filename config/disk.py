"""How full the disk is that a desk writes to."""

from __future__ import annotations

import shutil

from adapters.api.readiness import Disk
from config.wiring import Place


def disk_left(place: Place) -> Disk:
    """How much room is left for what the desk keeps."""
    place.var.mkdir(parents=True, exist_ok=True)
    least = place.settings.health.disk_free_mb * 1_000_000
    return Disk(str(place.var), shutil.disk_usage(place.var).free, least)
