"""What the keyword rules of the chat archive match: mostly harmless, sometimes a real trace.

Each entry is the keyword and the message.
"""

from __future__ import annotations

from contract.types import KeywordCategory

Words = tuple[str, str]

SMALL_TALK: tuple[Words, ...] = (
    ("发票", "发票我让财务今天寄出"),
    ("加微信", "加微信方便发图纸"),
    ("私人", "私人事情，请半天假"),
    ("优惠", "季度优惠到月底，别错过"),
    ("转账", "转账后把回单发给财务"),
    ("合同", "合同走公司流程，两天能盖章"),
    ("保密", "图纸保密，不要外传"),
)
INNOCENT: dict[KeywordCategory, tuple[Words, ...]] = {
    "competitor": (
        ("竞品报价", "客户拿竞品报价压我们，我再争取一下"),
        ("竞争对手", "竞争对手的交期要八周，我们四周"),
    ),
    "kickback": (("好处费", "客户开玩笑问有没有好处费，已婉拒并报备"),),
    "customer_data": (("客户名单", "把客户名单按区域重新分一下"),),
    "leaving": (("离职", "财务小王离职，周五给她送行"),),
    "private_deal": (("私下", "客户问能不能私下便宜点，我说价格都走系统"),),
}
GUILTY: dict[KeywordCategory, tuple[Words, ...]] = {
    "private_deal": (
        ("私单", "这单不走公司，价格给您再让八个点"),
        ("不走公司", "别跟公司说，我们私下签就行"),
        ("飞单", "我找别家厂给您做，一样的货"),
    ),
    "off_channel_payment": (
        ("打我卡上", "货款直接打我卡上，当天发货"),
        ("私账", "走私账不开票，便宜三个点"),
        ("个人账户", "这是我个人账户，您先转定金"),
    ),
    "kickback": (
        ("返点", "返点老规矩，月底给您"),
        ("回扣", "回扣我单独转给您，别走账"),
    ),
    "competitor": (
        ("底价", "我们底价给您透个底，您让他们报低一点就行"),
        ("跳槽", "我下月去他们那边，到时候您还找我"),
    ),
    "customer_data": (("客户资料", "客户资料我整理好了，晚上发你邮箱"),),
    "leaving": (("离职", "我准备走了，客户我会带过去"),),
}
