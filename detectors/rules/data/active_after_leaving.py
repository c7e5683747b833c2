"""An employee who has left is still at work in the company's systems.

Catches any CRM edit, chat hit or file event under the name of an employee after they `left` or
were `terminated` (if a day is given on which that takes effect, after its end) and before they are
hired again. Of each hour of the clock one event is listed: the first, where that is after the
leaving, else the last.

Misses what they did more than `entered_within` before HR entered the leaving, what they do more
than a year later, and what they do under a name that is not theirs.

Looks the same: a handover under their login, a forward or synchronisation nobody switched off, a
leaving dated too early, somebody who stays on as a freelancer.
"""

from detectors.language import *

HIRED_AGAIN = Bilingual("they had been hired again by then", "当时已重新入职")


class ActiveAfterLeavingParams(Params):
    """How late HR may enter a leaving."""

    entered_within: Duration = number(
        "3d",
        "where HR enters a leaving later than it took effect, events so long before count too",
        "离职补录时，录入前多久之内的操作也计入",
    )


def find(view: View, params: ActiveAfterLeavingParams) -> Iterable[Found]:
    """One thing found a leaving after which the leaver was active."""
    for absence in absences_of(view):
        active = (fact for fact in view.facts if absence.covers(fact.at, params.entered_within))
        hours = {fact.at // HOUR: fact for fact in reversed([*active])}
        # What gives way to the bound on evidence is forgotten: the words must not count on it.
        told = [*reversed(hours.values())][: view.common.max_evidence - 1]
        found = Found(
            by=absence.left,
            named=f"{view.entity_id}\n{absence.left.anchor}",
            facts=in_time_order(absence.left, *told),
            until=absence.left.at + REGISTER_KEPT - DAY,
            about=Subject(employee=view.entity_id),
        )
        if told:
            values = {"how": absence.left.role, "since": str(absence.start)}
            values["begun"] = str(told[0].at)
            if len(told) > 1:
                values |= {"latest": str(told[-1].at), "hours": str(len(told))}
            yield structs.replace(found, values=values)
        elif absence.back is not None:
            # Told only if they were thought to be gone.
            settled = Settled(HIRED_AGAIN, absence.back)
            yield structs.replace(found, deadline=absence.back.at, settled=settled)


def _is_innocent(view: View, fact: Fact, params: ActiveAfterLeavingParams) -> bool:
    """While they are with the company, and where an earlier event of the hour is told."""
    for absence in absences_of(view):
        if absence.covers(fact.at, params.entered_within):
            return any(
                it.at < fact.at and it.at // HOUR == fact.at // HOUR
                for it in around(view.facts, fact.at, HOUR)
                if absence.covers(it.at, params.entered_within)
            )
    return True


DETECTOR = edge(
    "active-after-leaving",
    "critical",
    Bilingual("Active after leaving", "离职后仍有操作"),
    ActiveAfterLeavingParams(),
    find=find,
    looks_back=lambda params: params.entered_within + HOUR,
    # An hour of which only one end is left would take any other event for the end it lost.
    memory=WITH_WHAT_IS_TOLD,
    # Of nearly everybody HR has said nothing.
    only_if=lambda view: bool(view.profile("employee", view.entity_id).facts),
    innocent=_is_innocent,
    near=HOUR,
    reads=tuple(
        read("employee", data, lambda _: keep("active"), ends_of=HOUR)
        for data in (CrmEdit, ChatHit, EndpointFile)
    ),
    says=says(
        Sentence(
            "{employee} {gone} on {since:day} and was active after that, first at {begun:time}.",
            "{employee}已于 {since:day} {gone}，此后仍有操作，最早在 {begun:time}。",
        ),
        Sentence(
            "It went on until {latest:time} at least, in {hours:hour} of the clock in all.",
            "此后至少持续到 {latest:time}，共有 {hours} 个钟点有操作。",
            when="hours",
        ),
        gone=(
            Sentence("left", "离职", when="how=left"),
            Sentence("was dismissed", "被解除劳动合同", when="how=terminated"),
        ),
        given=("begun", "hours", "how", "latest", "since"),
    ),
    notes={
        "left": Bilingual("left", "离职"),
        "terminated": Bilingual("dismissed", "被辞退"),
        "hired": Bilingual("hired again", "重新入职"),
        "active": Bilingual("active after leaving", "离职后仍有操作"),
    },
    watches=COMES_OR_GOES,
)
