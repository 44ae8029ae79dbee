"""What we read from Slack: threads, direct talks, single messages, names, attached files."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.api import Refusal, call, pages
from adapters.slack.messages import File, Me, Said, part, said, word
from adapters.slack.options import SlackOptions
from adapters.slack.talks import Line
from bot.channel import Attachment

log = logging.getLogger(__name__)

NAMES = 5_000
TALK_LINES = 100
FILES = 10
FILE_SECONDS = 2.0
SLACK_HOSTS = ("slack.com", "slack-files.com", "slack-edge.com")
TEXT_ENDINGS = [
    ".txt",
    ".log",
    ".md",
    ".csv",
    ".json",
    ".jsonl",
    ".yaml",
    ".yml",
    ".toml",
    ".ini",
    ".cfg",
    ".conf",
    ".xml",
    ".py",
    ".js",
    ".ts",
    ".java",
    ".go",
    ".rs",
    ".c",
    ".h",
    ".cpp",
    ".cs",
    ".rb",
    ".php",
    ".sh",
    ".ps1",
    ".sql",
    ".diff",
    ".patch",
    ".env",
    ".properties",
    ".trace",
    ".out",
    ".err",
]


class Reading:
    """Reads from one workspace; remembers names only."""

    def __init__(
        self,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        me: Me,
        options: SlackOptions,
    ) -> None:
        self._client = client
        self._session = session
        self._me = me
        self._options = options
        self._names: OrderedDict[str, str] = OrderedDict()

    async def thread(self, channel: str, root: str, oldest: str = "0") -> list[Said]:
        """The messages of a thread in order; those we cannot read as a message are left out.

        Raises Refusal, but a thread that is gone is empty.
        """
        found: list[Said] = []
        arguments: dict[str, Any] = {"channel": channel, "ts": root, "oldest": oldest}
        try:
            async for page in pages(
                self._client.conversations_replies,
                "messages",
                include_all_metadata=True,
                **arguments,
            ):
                read = (said(each, self._me, channel=channel) for each in page)
                found += [each for each in read if each]
        except Refusal as refused:
            if refused.code != "thread_not_found":
                raise
        return found

    async def talk(self, channel: str, before: str) -> Sequence[Line]:
        """The lines of a direct talk before a message. Raises Refusal."""
        told = await call(
            self._client.conversations_history,
            channel=channel,
            latest=before,
            limit=TALK_LINES,
            include_all_metadata=True,
        )
        return [self._line(each) for each in told.get("messages") or [] if word(each, "ts")]

    def _line(self, message: dict[str, Any]) -> Line:
        payload = part(part(message, "metadata"), "event_payload")
        ours = word(message, "user") == self._me.user
        thread = word(payload, "thread") if ours else ""
        return Line(message["ts"], thread.partition("~")[2])

    async def message(self, channel: str, ts: str) -> Said | None:
        """One message, wherever it stands; None when it is gone. Raises Refusal."""
        around = {"channel": channel, "oldest": ts, "latest": ts, "inclusive": True}
        top = await call(self._client.conversations_history, limit=1, **around)
        found = top.get("messages") or []
        if not found:
            told = await call(self._client.conversations_replies, ts=ts, limit=2, **around)
            found = told.get("messages") or []
        exact = [each for each in found if each.get("ts") == ts]
        return said(exact[0], self._me, channel=channel) if exact else None

    async def name(self, user: str) -> str:
        """How a person is called; empty when Slack does not say."""
        if user not in self._names:
            try:
                told = await call(self._client.users_info, user=user)
            except Refusal as refused:
                log.info("slack: a name is not known", extra={"why": str(refused)})
                return ""
            profile = part(part(told, "user"), "profile")
            self._names[user] = word(profile, "display_name") or word(profile, "real_name")
            while len(self._names) > NAMES:
                self._names.popitem(last=False)
        return self._names[user]

    async def files(self, files: Sequence[File]) -> tuple[Attachment, ...]:
        """The files of a message: small text files with their content, others by name and address."""
        return tuple(await asyncio.gather(*(self._file(each) for each in files[:FILES])))

    async def _file(self, file: File) -> Attachment:
        content = b""
        if is_text(file) and file.size <= self._options.text_file_limit and self._ours(file.url):
            try:
                async with asyncio.timeout(FILE_SECONDS):
                    content = await self._download(file)
            except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                log.warning("slack: a file was not read", extra={"error": type(error).__name__})
        return Attachment(file.name, file.media_type, content, file.url)

    def _ours(self, url: str) -> bool:
        """Whether the address is Slack's: no other may ever see the token."""
        parts, own = urlsplit(url), urlsplit(self._options.api_url)
        host = parts.hostname or ""
        known = any(host == each or host.endswith(f".{each}") for each in SLACK_HOSTS)
        return (known and parts.scheme == "https") or (
            (parts.scheme, parts.netloc) == (own.scheme, own.netloc)
        )

    async def _download(self, file: File) -> bytes:
        headers = {"Authorization": f"Bearer {self._options.bot_token}"}
        limit = self._options.text_file_limit
        async with self._session.get(file.url, headers=headers, allow_redirects=False) as answer:
            page = answer.content_type == "text/html" and file.media_type != "text/html"
            if answer.status != 200 or page:
                raise ValueError("Slack did not give the file")
            content = await answer.content.read(limit + 1)
            while len(content) <= limit and (more := await answer.content.read(limit + 1)):
                content += more
        if len(content) > limit:
            raise ValueError("the file is larger than Slack said")
        return content


def is_text(file: File) -> bool:
    """Whether a file says it is text; its content is read as text, whatever it is."""
    said_so = file.media_type.startswith("text/") or file.media_type == "application/json"
    return said_so or file.name.lower().endswith(tuple(TEXT_ENDINGS))


def with_files(text: str, attachments: Sequence[Attachment]) -> str:
    """The text with the text files that came with it, each in a fence under its name."""
    shown = [text]
    for each in attachments:
        content = each.content.decode("utf-8", "replace").replace("\0", "").strip()
        if content:
            fence = "`" * max(3, longest_ticks(content) + 1)
            name = each.name.replace("`", "").replace("\n", " ")
            shown.append(f"`{name}`:\n{fence}\n{content}\n{fence}")
    return "\n\n".join(each for each in shown if each)


def longest_ticks(text: str) -> int:
    """The longest run of back-ticks."""
    longest = run = 0
    for char in text:
        run = run + 1 if char == "`" else 0
        longest = max(longest, run)
    return longest
