"""What the one who runs a command can mend. Imported only when something was refused."""

from __future__ import annotations

from adapters.http.server import PortTaken
from bot.accounts import AccountRefused
from bot.api_tokens import TokenRefused
from bot.desk import DatabaseFailed, DatabaseRefused
from bot.passwords import PasswordRefused
from bot.webhooks import WebhookRefused
from bot.wording import WordingMissing
from config.archive import ArchiveRefused
from config.problems import SettingsRefused
from indexer.builds import BuildRunning
from indexer.questions import QuestionsRefused
from knowledge.categories import CategoriesRefused
from knowledge.embedder import EmbedderRefused
from knowledge.index import IndexRefused

REFUSALS = (
    ArchiveRefused,
    AccountRefused,
    BuildRunning,
    CategoriesRefused,
    DatabaseFailed,
    DatabaseRefused,
    EmbedderRefused,
    IndexRefused,
    PasswordRefused,
    PortTaken,
    QuestionsRefused,
    SettingsRefused,
    TokenRefused,
    WebhookRefused,
    WordingMissing,
)
"""The text of each says what to do; the command ends with exit code 2."""
