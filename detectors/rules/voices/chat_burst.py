"""An employee talks a lot, or with many customers, of what they should not.

Catches at least `hits` keyword hits, or hits about at least `customers` different customers,
within `window` by one employee. Hits of category `other` do not count.

Misses talk on channels the archive does not see, and words the keyword list does not have.

Looks the same: a service case or a price round in which the keywords occur innocently, a trainer's
examples.
"""

from detectors.language import *


class ChatBurstParams(Params):
    """How much talk, with how many, within what time."""

    hits: int = at_least(5, "keyword hits in all", "关键词命中合计")
    customers: int = at_least(3, "different customers they are about", "涉及的不同客户")
    window: Duration = number("24h", "from the first hit of the run", "自首次命中起的时长")


DETECTOR = burst(
    "chat-burst",
    "warning",
    Bilingual("Burst of sensitive chat", "短时间大量敏感聊天"),
    ChatBurstParams(),
    reads=(
        read(
            "employee",
            ChatHit,
            lambda hit: keep("hit", about=hit.customer),
            where=lambda hit: hit.category != "other",
        ),
    ),
    enough=either(in_all("hits"), different("customers")),
    about=lambda view, run, _: Subject(view.entity_id, sole(it.about for it in run if it.about)),
    says=says(
        Sentence(
            "{employee} had {hits:sensitive chat hit} {about} within {window} from {first:time}.",
            "{employee}自 {first:time} 起 {window}内有 {hits} 次敏感聊天命中，{about}。",
        ),
        about=(
            Sentence("naming no customer", "未关联到客户", when="customers=0"),
            Sentence("about {customers:customer}", "涉及 {customers} 个客户", when="!customers=0"),
        ),
    ),
    notes={"hit": Bilingual("chat keyword hit", "聊天关键词命中")},
)
