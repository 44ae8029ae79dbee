"""Was anything lost, done twice, or done out of order? Decided from what people wrote, what the
database holds and what the platforms show. Pure: it reads nothing by itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody wrote in a talk; no text is written twice. Of an edited message, its last text.
    It wants at least `least` and at most `most` replies."""

    talk: str
    text: str
    least: int = 1
    most: int = 1


@dataclass(frozen=True, slots=True)
class Reply:
    """One row of the outbox, with the text of the message that it answers (or nobody's)."""

    key: str
    state: str
    answers: str | None


@dataclass(frozen=True, slots=True)
class Shown:
    """One part of a reply as it stands in a talk; the key is empty for a post of no reply's."""

    talk: str
    key: str
    part: int = 0


@dataclass(frozen=True, slots=True)
class Deed:
    """Something else that was to happen once, or never where `least` is 0, and how often it did."""

    name: str
    found: int
    least: int = 1


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known: `kept` are the texts of the users' messages, all in the order of the
    database; `shown` is in the order of each talk."""

    said: Sequence[Said]
    kept: Sequence[str]
    replies: Sequence[Reply]
    shown: Sequence[Shown]
    deeds: Sequence[Deed] = ()


@dataclass
class Verdict:
    """What is wrong, each in a line; nothing when all three are empty."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not (self.lost or self.duplicated or self.out_of_order)

    def counted(self, name: str, found: int, least: int = 1, most: int = 1) -> None:
        """Too few is lost, too many is duplicated."""
        if found < least:
            self.lost.append(f"{name}: {found} instead of {least}")
        if found > most:
            self.duplicated.append(f"{name}: {found} instead of {most}")


def judge(evidence: Evidence) -> Verdict:
    """The verdict on one run."""
    verdict = Verdict()
    _messages(evidence, verdict)
    _replies(evidence, verdict)
    _order(evidence, verdict)
    for deed in evidence.deeds:
        verdict.counted(deed.name, deed.found, deed.least)
    return verdict


def _messages(evidence: Evidence, verdict: Verdict) -> None:
    """Each is kept once and answered as often as it should be."""
    kept = Counter(evidence.kept)
    answers = Counter(reply.answers for reply in evidence.replies)
    for said in evidence.said:
        verdict.counted(f"kept {said.text!r}", kept[said.text])
        if kept[said.text]:
            name = f"replies to {said.text!r}"
            verdict.counted(name, answers[said.text], said.least, said.most)
    for text in kept.keys() - {said.text for said in evidence.said}:
        verdict.duplicated.append(f"kept {text!r}, which nobody wrote so")


def _replies(evidence: Evidence, verdict: Verdict) -> None:
    """Each is sent, and shown once, where it belongs."""
    talks = {said.text: said.talk for said in evidence.said}
    parts = Counter((shown.key, shown.part) for shown in evidence.shown)
    where = {shown.key: shown.talk for shown in evidence.shown}
    for reply in evidence.replies:
        name = f"reply {reply.key} to {reply.answers!r}"
        if reply.state != "sent":
            verdict.lost.append(f"{name}: its state is {reply.state}")
        elif reply.key not in where:
            verdict.lost.append(f"{name}: nowhere to be seen")
        elif reply.answers and where[reply.key] != talks.get(reply.answers, where[reply.key]):
            verdict.lost.append(f"{name}: stands in {where[reply.key]}")
    for (key, part), times in parts.items():
        if key and times > 1:
            verdict.duplicated.append(f"part {part} of reply {key}: shown {times} times")
    known = {reply.key for reply in evidence.replies}
    for shown in evidence.shown:
        if shown.key not in known:
            verdict.duplicated.append(f"a post in {shown.talk} that is no reply: {shown.key}")


def _order(evidence: Evidence, verdict: Verdict) -> None:
    """Messages as they were written, replies as they were decided, answers as the questions."""
    talks = {said.text: said.talk for said in evidence.said}
    kept = _by_talk((talks[text], text) for text in dict.fromkeys(evidence.kept) if text in talks)
    wrote = _by_talk((said.talk, said.text) for said in evidence.said)
    shown = _by_talk((each.talk, each.key) for each in evidence.shown)
    answers = {reply.key: reply.answers for reply in evidence.replies}
    place = {reply.key: number for number, reply in enumerate(evidence.replies)}
    for talk, texts in wrote.items():
        found = [text for text in kept.get(talk, ()) if text in texts]
        if found != [text for text in texts if text in found]:
            verdict.out_of_order.append(f"messages of {talk}: {found}")
    for talk, keys in shown.items():
        first = [key for key in dict.fromkeys(keys) if key in place]
        if first != sorted(first, key=place.__getitem__):
            verdict.out_of_order.append(f"replies in {talk}: {first}")
        asked = list(dict.fromkeys(answers[key] for key in first if answers[key] in talks))
        rank = {text: number for number, text in enumerate(wrote.get(talk, ()))}
        if asked != sorted(asked, key=lambda text: rank.get(text or "", -1)):
            verdict.out_of_order.append(f"answers in {talk}: {asked}")


def _by_talk(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for talk, what in pairs:
        found[talk].append(what)
    return found
