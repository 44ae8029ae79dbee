"""What the one who runs a command can mend. Imported only when something was refused."""

from __future__ import annotations

from adapters.http.server import PortTaken
from bot.desk import DatabaseFailed, DatabaseRefused
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
    BuildRunning,
    CategoriesRefused,
    DatabaseFailed,
    DatabaseRefused,
    EmbedderRefused,
    IndexRefused,
    PortTaken,
    QuestionsRefused,
    SettingsRefused,
    WordingMissing,
)
"""The text of each says what to do; the command ends with exit code 2."""
