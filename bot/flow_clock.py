"""What happens in flows without anybody saying something: timers, actions, approvals.

    timers()    runs whose time has come are advanced, many in one transaction
    jobs()      actions are run once, approvals asked for, and what came of them told to the run

Whoever changes a conversation first wins: a reply and a timer at the same instant, two
timers, a timer and a hand-over. The other finds the conversation changed and looks again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from bot.channel import Address
from bot.faults import Fault, no_fault
from bot.flow_approvals import buttons
from bot.flow_desk import FlowDesk
from bot.flow_jobs import Actions
from bot.flow_model import FlowJob
from bot.flow_state import Came, Event, Run, Woke
from bot.flow_turns import settle
from bot.flows import advance
from bot.model import Conversation
from bot.opening import Opening
from bot.store import claims, inbox, tickets, turns
from bot.store import flows as rows
from bot.store.database import Database
from bot.turn import FlowChange, Outcome, Reply, Response

log = logging.getLogger(__name__)

Change = tuple[Conversation, Run, Response | None]
"""A run that something happened to, and what came of it."""
TIMERS_AT_ONCE = 100
JOBS_AT_ONCE = 16
AGAIN = timedelta(minutes=10)
"""When a run that could not be advanced is tried again."""


@dataclass
class FlowClock:
    """Safe to be called by one thread for `timers` and by another for `jobs`.

    `people` are the addresses of those who approve, by the name that flows use.
    """

    database: Database
    flows: FlowDesk
    now: Callable[[], datetime]
    new_key: Callable[[], str]
    actions: Actions = field(default_factory=Actions)
    people: Mapping[str, Address] = field(default_factory=dict)
    fault: Fault = no_fault
    count: Callable[[str], None] = lambda _what: None
    opening: Opening = field(default_factory=Opening)
    _recovered: bool = False

    def timers(self) -> int:
        """Fire what is due, at most TIMERS_AT_ONCE; how many there were."""
        now = self.now()
        found = self.database.read(lambda s: rows.due(s, now, TIMERS_AT_ONCE))
        if not found:
            return 0
        changes = [(talk, run, self._woken(talk, run, now)) for talk, run in found]

        def work(session: Session) -> list[Conversation]:
            fired = self._write_all(session, changes, now)
            self.fault("clock before commit")
            return fired

        for talk in self.database.write(work):
            self.count("flow_timers_dropped" if talk.holder == "agent" else "flow_timers")
        return len(found)

    def jobs(self) -> int:
        """Do what is to be done outside, and tell runs what came; how many there were."""
        if self.database.member:
            self._recover(left_by_dead=True)
        elif not self._recovered:
            self._recover(left_by_dead=False)
        due = self.database.read(lambda s: rows.jobs(s, ("due", "came"), JOBS_AT_ONCE))
        for job in due:
            if job.state == "came":
                self._tell(job)
            elif job.kind == "action":
                self._run(job)
            else:
                self._ask(job)
        return len(due)

    def _recover(self, *, left_by_dead: bool) -> None:
        """After a crash nobody knows whether a running action was done. It is run again only if
        that does no harm; else the run goes on by its time-out edge. Where many share the work
        only those count that no living process has (`left_by_dead`)."""
        found = claims.jobs_without_holder if left_by_dead else rows.running
        for job in self.database.read(found):
            key, again = job.key, bool(job.request.get("repeatable"))
            after: dict[str, Any] = {} if again else {"edge": "timed_out"}
            state = "due" if again else "came"
            self.database.write(
                lambda s, key=key, state=state, after=after: rows.move_job(  # type: ignore[misc]
                    s, key, "running", state, **after
                )
            )
        self._recovered = True

    def _run(self, job: FlowJob) -> None:
        mine = claims.mine(self.database.member)

        def begin(session: Session) -> bool:
            moved = rows.move_job(session, job.key, "due", "running")
            return moved and (mine is None or claims.claim(session, mine, claims.JOB, job.id))

        if not self.database.write(begin):
            return
        self.fault("job started")
        called = self.actions.run(job.request)
        self.fault("job run")
        result = called.result if isinstance(called.result, dict | list) else {}
        values = {"edge": called.edge, "result": {"json": result}}

        def finish(session: Session) -> None:
            if mine is None or claims.end(session, mine, claims.JOB, job.id):
                rows.move_job(session, job.key, "running", "came", **values)

        self.database.write(finish)
        self.count(f"flow_action_{called.edge}")

    def _ask(self, job: FlowJob) -> None:
        """Ask the person or group where they are; nobody of that name: the time-out edge."""
        address = self.people.get(str(job.request["by"]))
        if address is None:
            log.warning("nobody to approve", extra={"by": job.request["by"], "job": job.key})
            self.database.write(
                lambda s: rows.move_job(s, job.key, "due", "came", edge="timed_out")
            )
            self.count("flow_approval_nobody")
            return
        now, key = self.now(), self.new_key()

        def work(session: Session) -> None:
            found = rows.run_of_job(session, job.run)
            if found and rows.move_job(session, job.key, "due", "asked"):
                there = inbox.conversation_at(session, address, now)
                turns.tell(session, there, [(key, self._question(job, found[0]))], None, now)

        self.database.write(work)
        self.count("flow_approval_asked")

    def _question(self, job: FlowJob, talk: Conversation) -> Reply:
        say = self.flows.asking.say
        lead = say("flow_approve", requester=talk.requester)
        return Reply(f"{lead}\n\n{job.request['text']}", choices=buttons(say, job.key))

    def _tell(self, job: FlowJob) -> None:
        """The run goes on with what came; too late for it, the job is dropped."""
        now = self.now()
        found = self.database.read(lambda s: rows.run_of_job(s, job.run))
        if found is None or found[1].over or found[1].visit != job.visit:
            self.database.write(lambda s: rows.move_job(s, job.key, "came", "dropped"))
            self.count("flow_jobs_dropped")
            return
        talk, run = found
        came = Came(job.visit, job.edge, job.result.get("json"), job.decided_by)
        response = self._happened(talk, run, came, now)

        def work(session: Session) -> None:
            if self._write_all(session, [(talk, run, response)], now):
                # What an action gave is in the run's slots now, as far as the flow wanted it.
                left: dict[str, Any] = {"result": {}} if job.kind == "action" else {}
                rows.move_job(session, job.key, "came", "done", **left)
            self.fault("job before commit")

        self.database.write(work)

    def _woken(self, talk: Conversation, run: Run, now: datetime) -> Response | None:
        """What its timer does. Where a person has taken over, the run ends without a word: when
        the conversation is given back, nobody wants to be reminded of a question of yesterday."""
        if talk.holder == "agent":
            over = replace(run, over="handed_off", wakes_at=None)
            return Response(Outcome.IGNORED, (), "people have it", flow=FlowChange(over))
        return self._happened(talk, run, Woke(), now)

    def _happened(
        self, talk: Conversation, run: Run, event: Event, now: datetime
    ) -> Response | None:
        """What comes of it; None when the run cannot be advanced now."""
        flows = self.flows.seen(talk)
        aids = flows.aids(talk, now)
        try:
            first = advance(flows.book, run, event, now, aids)
            settled = settle(flows.book, first, None, now, aids, flows.look)
        except Exception:
            log.exception("flow cannot go on", extra={"flow": run.flow, "run": run.token})
            self.count("flow_failed")
            return None
        return self.opening.routed(flows.response(settled, run), talk.channel, ())

    def _write_all(
        self, session: Session, changes: Sequence[Change], now: datetime
    ) -> list[Conversation]:
        """All that came of each, or nothing where somebody was faster; whose was written."""
        for _, run, response in changes:
            if response is None:
                rows.postpone(session, run.token, now + AGAIN)
        able = [(talk, response) for talk, _, response in changes if response is not None]
        mine = turns.take_versions(session, [talk for talk, _ in able])
        for talk, response in able:
            if talk.id in mine:
                self._say(session, talk, response, now)
            else:
                self.count("flow_beaten")
        kept = [
            (talk, response.flow) for talk, response in able if talk.id in mine and response.flow
        ]
        rows.keep_all(session, [change for _, change in kept], now)
        return [talk for talk, _ in kept]

    def _say(self, session: Session, talk: Conversation, response: Response, now: datetime) -> None:
        ticket = None
        if response.hand_off:
            rules = self.opening.rules
            ticket = tickets.hand_off(session, talk, response.hand_off, rules, now)
        # While a person has the conversation the bot is silent, also when its timers run out.
        if talk.holder != "agent":
            replies = [(self.new_key(), reply) for reply in response.replies]
            turns.tell(session, talk, replies, ticket, now, response.standing)
