"""Talk of private deals or competitors, and then the opportunity is lost.

Catches an opportunity whose customer had chat hits `private_deal`, `off_channel_payment`,
`kickback` or `competitor` at most `within` before it was lost: the deal was handed to somebody.
One that is reopened or won after the loss is taken back.

Misses deals that are left open and forgotten (`follow-up-lapsed` sees those) and talk that no
hit ties to the customer.

Looks the same: an honest report that the customer compares offers, followed by an honest loss.
"""

from detectors.language import *


class LeakThenLostParams(Params):
    """How soon after the talk the loss must come."""

    within: Duration = at_most("14d", "from a chat hit to the loss", "从聊天命中到丢单的时长")


def find(view: View, params: LeakThenLostParams) -> Iterable[Found]:
    """One thing found an opportunity: its first loss that such talk came before, unless it is lost
    no more: who reopens it and loses it again has not taken it back."""
    own = view.profile("opportunity", view.entity_id)
    for lost in view.facts:
        if not newly(own, lost, "lost"):
            continue
        customers = [lost.about] if lost.about else own.upto(lost.at).customers()
        talk = [hit for it in customers for hit in view.profile("customer", it).of(roles.HIT)]
        hits = in_time_order(*sequence(talk, lost, params.within))
        if hits:
            yield Found(
                by=lost,
                facts=in_time_order(*hits, lost),
                settled=lost_no_more(own),
                about=Subject(employee=hits[0].about, customer=customers[0]),
                values={"hits": str(len(hits)), "opportunity": view.entity_id},
                measured={"within": elapsed(hits[-1].at, lost.at)},
            )
            return


DETECTOR = pair(
    "leak-then-lost",
    "critical",
    Bilingual("Deal lost after sensitive talk", "敏感聊天后丢单"),
    LeakThenLostParams(),
    find=find,
    within="within",
    # Who knows when a deal that was lost is won after all.
    open_for=LONGEST_ORDER,
    reads=(LOSSES,),
    says=says(
        Sentence(
            "Opportunity {opportunity} of customer {customer} was lost at {at:time}, after "
            "{hits:sensitive chat hit} about that customer from {first:time} on (within {within}), "
            "the first by {employee}.",
            "客户 {customer} 的商机 {opportunity} 于 {at:time} 丢单；此前（{within}内，自 "
            "{first:time} 起）有 {hits} 次与该客户相关的敏感聊天命中，最早的一次来自{employee}。",
        ),
        given=("hits", "opportunity"),
    ),
    notes={
        "hit": Bilingual("sensitive talk about this customer", "与该客户相关的敏感聊天"),
        **LOSS_NOTES,
    },
    watches=roles.names(roles.STAGE, roles.CUSTOMER),
)
