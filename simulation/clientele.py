"""Who buys: few large customers and many small ones."""

from __future__ import annotations

from simulation.chance import around, happens, pick, stream
from simulation.people import Customer, Employee

_CITIES, _BRANDS, _TRADES, _STREETS = (
    words.split()
    for words in (
        "江澜 望湖 沧宁 景湾 云川 临泽 安昌 东陵 海宁渡 平安里",
        "长丰 天铸 宏志 启明 永盛 金泰 瑞丰 华宇 正源 海川 恒益 新科 广联 同创 东岳 立信 宏远 佳禾 "
        "百川 顺达 嘉诚 信合 四维 远帆 泰和 飞跃 安捷 中南 凯旋 巨力 德润 明德 鼎盛 富康 兴业 光华",
        "重型装备 汽车零部件 包装材料 纺织 食品机械 精密铸造 塑料制品 造纸 建材 电子科技 化工",
        "望江路 工业大道 开元路 创业一路 滨河路 兴园街 振兴路",
    )
)

#: Where some have their goods sent to be exported.
_FORWARDER = "沧宁市保税物流园区8号库"
#: Orders in 90 days of the smallest customer, how they grow with rank, and the most anybody places.
_FEWEST, _STEEPNESS, _MOST = 0.6, 0.7, 11.0
#: What an order of a small customer is worth in the middle, in yuan.
_SMALL_ORDER = 9_000.0


def newcomer(seed: int, number: int, rhythm: float, basket: float, tier: str) -> Customer:
    """A customer that nobody owns yet."""
    rng = stream(seed, "customer", number)
    city, brand = pick(rng, _CITIES), pick(rng, _BRANDS)
    return Customer(
        id=f"CU-{100_000 + number}",
        name=f"{city}{brand}{pick(rng, _TRADES)}有限公司",
        phone=f"+86 100 1{number // 10_000 % 1000:03} {number % 10_000:04}",
        email=f"buyer{number}@cu-{number}.example",
        address=f"{city}市{pick(rng, _STREETS)}{number}号",
        account=f"00006600{number:08}",
        owner=None,
        tier=tier,
        rhythm=rhythm,
        basket=basket,
    )


def clientele(seed: int, count: int, reps: list[Employee]) -> list[Customer]:
    """`count` customers, the largest first, handed to `reps` by skill; a twentieth has no owner."""
    customers = []
    shares = [rep for rep in reps for _ in range(max(1, round(4 * rep.skill)))]
    for number in range(count):
        larger = (count / (number + 1)) ** _STEEPNESS
        orders = min(_FEWEST * larger, _MOST)
        rng = stream(seed, "portfolio", number)
        basket = around(rng, _SMALL_ORDER * larger**0.45, 0.45)
        place = rng.random()
        tier = "key" if number < max(1, count // 80) else "normal"
        customer = newcomer(seed, number, 90 / orders, basket, tier)
        if place < 0.001:
            customer.site = _FORWARDER
        elif place < 0.03:
            customer.site = f"{pick(rng, _CITIES)}市{pick(rng, _STREETS)}{number}号工地"
        if tier == "key" or not happens(rng, 0.05):
            assign(customer, pick(rng, shares))
        customers.append(customer)
    return customers


def assign(customer: Customer, owner: Employee | None) -> None:
    """Make `owner` the owner, in the books of both sides."""
    if customer.owner is not None:
        customer.owner.customers.pop(customer.id, None)
        customer.owner.live.pop(customer.id, None)
    customer.owner = owner
    if owner is not None:
        owner.customers[customer.id] = customer
        if customer.opportunity is not None:
            owner.live[customer.id] = 0
