"""Run by Alembic: the migrations, on the connection and in the transaction of the caller."""

from __future__ import annotations

from alembic import context

import bot.account_model
import bot.card_model
import bot.claim_model
import bot.dead_model
import bot.flow_model
import bot.inbox_model
import bot.model_after
import bot.model_tickets
import bot.webhook_model  # noqa: F401 - as are these
from bot.model import Record

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Record.metadata,
    transactional_ddl=False,
)
context.run_migrations()
