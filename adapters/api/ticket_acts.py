"""Acts on one ticket over the API, each as the console has it.

No postponed annotations here: FastAPI could not find `Writer`, which is local.
"""

import hashlib
from typing import Annotated

from fastapi import APIRouter, Depends

from adapters.api import ticket_models as models
from adapters.api.programs import ACTING, ProgramDoors, acting
from adapters.api.service import ApiService
from adapters.api.tickets import Key, Number
from adapters.http.strict_json import StrictRoute
from bot.api_tokens import Scope
from bot.console import Acted, ActRefused, Written
from bot.people import Act, Person, may_somewhere

AS_IT_IS = models.Seen()
NEXT_TIER = models.Onward()


def act_routes(service: ApiService, doors: ProgramDoors) -> APIRouter:
    """All routes below `/tickets/{number}` that change something."""
    router = APIRouter(route_class=StrictRoute, tags=["tickets"])
    console = doors.console
    Writer = Annotated[Person, Depends(acting(doors, service, Scope.TICKETS_WRITE))]

    @router.patch("/tickets/{number}", responses=ACTING)
    def change(person: Writer, number: Number, new: models.Changes) -> models.Acted:
        """Change subject, type, priority, queue, tags or fields."""
        given = new.model_dump(exclude={"why", "version"}, exclude_none=True)
        return _told(console.change(person, number, given, new.why, new.version))

    @router.post("/tickets/{number}/replies", responses=ACTING)
    def reply(
        person: Writer, number: Number, new: models.NewReply, key: Key = None
    ) -> models.Acted:
        """Say something to the requester. With the same Idempotency-Key it is said once."""
        own = hashlib.sha256(f"{person.id}\0{number}\0{key}".encode()).hexdigest()[:24]
        written = Written(new.text, then=new.then)
        return _told(console.reply(person, number, written, new.version, own if key else ""))

    @router.post("/tickets/{number}/notes", responses=ACTING)
    def note(person: Writer, number: Number, new: models.NewNote) -> models.Acted:
        """Write something for agents alone."""
        return _told(console.note(person, number, new.text))

    @router.post("/tickets/{number}/claim", responses=ACTING)
    def claim(person: Writer, number: Number, seen: models.Seen = AS_IT_IS) -> models.Acted:
        """Take a ticket that nobody has, as the account that the token acts for."""
        return _told(console.claim(person, number, seen.version))

    @router.post("/tickets/{number}/assign", responses=ACTING)
    def assign(person: Writer, number: Number, new: models.Given) -> models.Acted:
        """Give it to an account, or to nobody."""
        other = doors.accounts.person(new.to) if new.to else None
        if new.to and (other is None or not may_somewhere(other, Act.WORK)):
            raise ActRefused("No account that works on tickets has this id.")
        return _told(console.assign(person, number, new.to, new.why, new.version))

    @router.post("/tickets/{number}/escalate", responses=ACTING)
    def escalate(person: Writer, number: Number, new: models.Onward = NEXT_TIER) -> models.Acted:
        """To the next tier, or the named one."""
        return _told(console.escalate(person, number, new.tier, new.why, new.version))

    @router.post("/tickets/{number}/de-escalate", responses=ACTING)
    def de_escalate(person: Writer, number: Number, new: models.Onward) -> models.Acted:
        """Back to the tier before, or the named one; `why` must be given."""
        return _told(console.de_escalate(person, number, new.why, new.tier, new.version))

    @router.post("/tickets/{number}/hold", responses=ACTING)
    def hold(person: Writer, number: Number, seen: models.Seen = AS_IT_IS) -> models.Acted:
        """It waits for something that is neither the requester nor us."""
        return _told(console.hold(person, number, seen.why, seen.version))

    @router.post("/tickets/{number}/resume", responses=ACTING)
    def resume(person: Writer, number: Number, seen: models.Seen = AS_IT_IS) -> models.Acted:
        """It waits no longer."""
        return _told(console.resume(person, number, seen.why, seen.version))

    @router.post("/tickets/{number}/solve", responses=ACTING)
    def solve(person: Writer, number: Number, seen: models.Seen = AS_IT_IS) -> models.Acted:
        """The problem is gone."""
        return _told(console.solve(person, number, seen.why, seen.version))

    @router.post("/tickets/{number}/reopen", responses=ACTING)
    def reopen(person: Writer, number: Number, seen: models.Seen = AS_IT_IS) -> models.Acted:
        """A solved ticket is worked on again."""
        return _told(console.reopen(person, number, seen.why, seen.version))

    @router.post("/tickets/{number}/snooze", responses=ACTING)
    def snooze(person: Writer, number: Number, new: models.Asleep) -> models.Acted:
        """Out of sight until then, or until the requester writes."""
        return _told(console.snooze(person, number, new.until, new.version))

    @router.post("/tickets/{number}/wake", responses=ACTING)
    def wake(person: Writer, number: Number, seen: models.Seen = AS_IT_IS) -> models.Acted:
        """In sight again."""
        return _told(console.wake(person, number, seen.version))

    @router.post("/tickets/{number}/merge", responses=ACTING)
    def merge(person: Writer, number: Number, new: models.Into) -> models.Acted:
        """It goes on in another ticket; its requester is told there."""
        return _told(console.merge(person, number, new.into, new.version))

    @router.post("/tickets/{number}/split", responses=ACTING)
    def split(person: Writer, number: Number, new: models.Apart) -> models.Acted:
        """These messages are another matter: a ticket of its own, of which it tells."""
        return _told(console.split(person, number, new.messages, new.subject, new.version))

    @router.post("/tickets/{number}/links", responses=ACTING)
    def link(person: Writer, number: Number, new: models.NewLink) -> models.Acted:
        """Two tickets that belong together."""
        return _told(console.link(person, number, new.other, new.kind))

    @router.post("/tickets/{number}/follow", responses=ACTING)
    def follow(person: Writer, number: Number) -> models.Acted:
        """Hear of the ticket, as the account that the token acts for."""
        return _told(console.follow(person, number))

    @router.post("/tickets/{number}/unfollow", responses=ACTING)
    def unfollow(person: Writer, number: Number) -> models.Acted:
        """Hear of it no longer."""
        return _told(console.follow(person, number, following=False))

    @router.post("/tickets/{number}/give-back", responses=ACTING)
    def give_back(person: Writer, number: Number, seen: models.Seen = AS_IT_IS) -> models.Acted:
        """The bot may speak again in the ticket's conversation."""
        return _told(console.give_back(person, number, seen.version))

    return router


def _told(acted: Acted) -> models.Acted:
    return models.Acted.model_validate(acted)
