"""What the console's head leads to. A page that should be found there adds its line here."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.console.access import PATH
from bot.people import Act, Person, may_somewhere


@dataclass(frozen=True, slots=True)
class Entry:
    """A link of the head, shown to those who may do the act. `about` is for the first page."""

    label: str
    path: str
    act: Act
    about: str

    def is_here(self, path: str) -> bool:
        """Whether a path is this page or one below it."""
        return path == self.path or path.startswith(self.path + "/")


ENTRIES = (
    Entry("Inbox", f"{PATH}/inbox", Act.SEE_NOTES, "Tickets that wait, yours first."),
    Entry("New ticket", f"{PATH}/new-ticket", Act.WORK, "Open a ticket for somebody."),
    Entry("Macros", f"{PATH}/macros", Act.WRITE_MACROS, "Texts that agents write often."),
    Entry(
        "Figures",
        f"{PATH}/figures",
        Act.SEE_FIGURES,
        "How the desk does: times, promises, satisfaction.",
    ),
    Entry("Flows", f"{PATH}/flows", Act.SEE_FLOWS, "How each flow does, and who went which way."),
    Entry("Accounts", f"{PATH}/accounts", Act.ADMINISTER, "Who signs in, as what, in which tiers."),
    Entry("Audit log", f"{PATH}/audit", Act.ADMINISTER, "What admins did, when, and on whom."),
)


def entries_for(person: Person) -> tuple[Entry, ...]:
    """The links that the person can use."""
    return tuple(entry for entry in ENTRIES if may_somewhere(person, entry.act))
