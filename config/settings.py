"""The settings of one desk: `firstline.toml`, then the environment. The only reader of either.

Every key is described here and in `config/firstline.toml` (a test keeps the two the
same). Secrets have no place in the file: they come from the environment, or from the
`.env` beside the settings.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
)

from config.channel_sections import DiscordSettings, SlackSettings, WebhookSettings
from config.kept_sections import RetentionSettings
from config.keys import PREFIX, is_secret, leaves, siblings, variable, written
from config.problems import SettingsRefused, in_words, key_path, suggestion
from config.sections import (
    AnswerSettings,
    ConsoleSettings,
    DatabaseSettings,
    DeskSettings,
    FlowSettings,
    HealthSettings,
    IndexSettings,
    LimitSettings,
    LogSettings,
    ModelSettings,
    OpenIdSettings,
    ProcessSettings,
    SearchSettings,
    SourceSettings,
    TelemetrySettings,
    TicketSettings,
    WebSettings,
    WorkSettings,
)
from config.team import refuse_unknown_names
from config.team_sections import (
    CategorySettings,
    EscalationSettings,
    GroupSettings,
    HoursSettings,
    PresenceSettings,
    QueueSettings,
    RoutingSettings,
    SlaSettings,
    TierSettings,
)

FILE = "firstline.toml"
OUR_VARIABLES = ("FIRSTLINE_HOME", "FIRSTLINE_FAULT")
"""Read elsewhere in this package: which desk, and the fault points of the tests."""


class Settings(BaseSettings):
    """All settings of a desk. Made by `load` only."""

    model_config = SettingsConfigDict(
        extra="ignore",  # the .env may hold other programs' variables; `refuse_unknown` finds ours
        frozen=True,
        env_prefix=PREFIX,
        env_nested_delimiter="__",
        use_attribute_docstrings=True,
    )

    desk: DeskSettings = DeskSettings()
    sources: tuple[SourceSettings, ...] = (SourceSettings(),)
    model: ModelSettings = ModelSettings()
    index: IndexSettings = IndexSettings()
    search: SearchSettings = SearchSettings()
    answers: AnswerSettings = AnswerSettings()
    database: DatabaseSettings = DatabaseSettings()
    web: WebSettings = WebSettings()
    console: ConsoleSettings = ConsoleSettings()
    openid: OpenIdSettings = OpenIdSettings()
    slack: SlackSettings = SlackSettings()
    discord: DiscordSettings = DiscordSettings()
    tickets: TicketSettings = TicketSettings()
    retention: RetentionSettings = RetentionSettings()
    tiers: tuple[TierSettings, ...] = Field((TierSettings(),), min_length=1)
    groups: tuple[GroupSettings, ...] = (GroupSettings(),)
    queues: tuple[QueueSettings, ...] = Field((QueueSettings(),), min_length=1)
    routing: tuple[RoutingSettings, ...] = (RoutingSettings(),)
    categories: CategorySettings = CategorySettings()
    hours: tuple[HoursSettings, ...] = (HoursSettings(),)
    sla: tuple[SlaSettings, ...] = (SlaSettings(),)
    escalation: tuple[EscalationSettings, ...] = (EscalationSettings(),)
    presence: PresenceSettings = PresenceSettings()
    webhooks: WebhookSettings = WebhookSettings()
    flows: FlowSettings = FlowSettings()
    limits: LimitSettings = LimitSettings()
    work: WorkSettings = WorkSettings()
    process: ProcessSettings = ProcessSettings()
    health: HealthSettings = HealthSettings()
    telemetry: TelemetrySettings = TelemetrySettings()
    log: LogSettings = LogSettings()
    secret: SecretStr = SecretStr("")
    """Signs the sessions of the web page."""
    flow_secrets: SecretStr = SecretStr("")
    """Secrets that headers of flows' actions name, as JSON: `{"crm": "…"}` for `{{ secret.crm }}`."""
    operator_token: SecretStr = SecretStr("")
    """Opens the health page and metrics to others than this machine."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over `.env`, which wins over the file."""
        return (env_settings, dotenv_settings, init_settings)


def load(folder: Path) -> Settings:
    """The settings of the desk in the folder. Raises SettingsRefused."""
    file = folder / FILE
    data = read(file)
    environment = {**dotenv_values(folder / ".env"), **os.environ}
    refuse_unknown(file, data, environment)
    refuse_secrets(file, data)
    try:
        settings = Settings(_env_file=folder / ".env", **data)
    except ValidationError as error:
        lines = (said(file, environment, each) for each in error.errors())
        raise SettingsRefused("\n".join(lines)) from None
    except SettingsError as error:
        raise SettingsRefused(f"The environment: {error}.") from None
    try:
        refuse_unknown_names(settings)
    except SettingsRefused as refused:
        raise SettingsRefused(f"{file}: {refused}") from None
    return settings


def fault_point() -> str | None:
    """Where a test wants this process to die: the value of FIRSTLINE_FAULT (see `bot.faults`)."""
    return os.environ.get("FIRSTLINE_FAULT")


def said(file: Path, environment: Mapping[str, str | None], error: ErrorDetails) -> str:
    """One error, told where its value was written."""
    name = variable(tuple(str(step) for step in error["loc"]))
    place = name if name in environment else file
    return f"{place}: {in_words(error, siblings(Settings, error['loc']))}"


def read(file: Path) -> dict[str, Any]:
    """The file as it is written. Raises SettingsRefused."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise SettingsRefused(
            f"There is no {file}. Run 'firstline init {file.parent}' to make a desk there, "
            "or name another folder with --desk."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsRefused(f"{file}: this is not TOML: {error}.") from None
    except OSError as error:
        raise SettingsRefused(f"{file}: cannot be read: {error.strerror}.") from None


def refuse_secrets(file: Path, data: dict[str, Any]) -> None:
    """Secrets leak from files that are shared; they are taken from the environment only."""
    for path, field in leaves(Settings):
        if is_secret(field) and written(data, path):
            raise SettingsRefused(
                f"{file}: {key_path(path)}: a secret does not belong in this file. Remove it "
                f"and set {variable(path)} in the environment or in {file.parent / '.env'}."
            )


def refuse_unknown(file: Path, data: dict[str, Any], environment: Mapping[str, str | None]) -> None:
    """A misspelt table or variable would otherwise be silently without effect."""
    tables = list(Settings.model_fields)
    for key in data:
        if key not in tables:
            raise SettingsRefused(f"{file}: {key}: there is no such key. {suggestion(key, tables)}")
    known = [*(variable(path) for path, _ in leaves(Settings)), *OUR_VARIABLES]
    for name in sorted(environment):
        whole_table = name.removeprefix(PREFIX).lower() in tables
        if name.startswith(PREFIX) and name not in known and not whole_table:
            raise SettingsRefused(f"{name}: no setting has this name. {suggestion(name, known)}")
