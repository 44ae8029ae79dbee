"""The section of the settings that says how long things are kept."""

from __future__ import annotations

from pydantic import Field

from config.sections import Section


class RetentionSettings(Section):
    """How long things are kept. 0 keeps them for ever. `firstline retention --dry-run` previews."""

    tickets_days: int = Field(0, ge=0)
    """So long after it was closed, a ticket is deleted, with its notes and events."""
    conversations_days: int = Field(0, ge=0)
    """So long after its last message, a conversation that no ticket is about is deleted."""
    audit_days: int = Field(0, ge=0)
    """So old, a line of the audit log is deleted."""
