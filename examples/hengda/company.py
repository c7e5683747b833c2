"""Who works at Hengda, who buys from it, and which accounts are its own.

All of it is invented. Account numbers start with 0000 and telephone numbers with +86 100,
which nobody issues.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

MAIN_ACCOUNT = "0000880000000001"
ACCEPTANCE_ACCOUNT = "0000880000000002"
OLD_ACCOUNT = "0000880000000003"
OLD_ACCOUNT_CLOSES = date(2026, 3, 13)
RING_ACCOUNT = "0000770000000555"


@dataclass(frozen=True)
class Employee:
    id: str
    name: str
    team: str
    role: str
    manager: str | None

    @property
    def account(self) -> str:
        """The private account personnel pays the salary into."""
        return f"0000620000000{self.id[1:]}"

    @property
    def phone(self) -> str:
        return f"+86 100 0000 0{self.id[1:]}"


@dataclass(frozen=True)
class Customer:
    id: str
    name: str
    owner: str
    tier: str
    phone: str
    account: str
    address: str


_STAFF = """
E001 周国栋 总经办 manager -
E101 陈立峰 华东区 manager E001
E111 王浩然 华东区 sales E101
E112 刘洋 华东区 sales E101
E113 赵敏 华东区 sales E101
E114 孙磊 华东区 sales E101
E102 林慧 华南区 manager E001
E121 黄志强 华南区 sales E102
E122 吴倩 华南区 sales E102
E123 郑凯 华南区 sales E102
E124 何雨桐 华南区 sales E102
E125 曹宁 华南区 sales E102
E103 高建平 大客户部 manager E001
E131 马晓东 大客户部 sales E103
E132 唐静 大客户部 sales E103
E201 许文娟 财务部 finance E001
E202 冯岚 财务部 finance E201
E301 丁大勇 仓储物流部 logistics E001
E302 邓小军 仓储物流部 logistics E301
E401 沈佳 客服部 service E001
E402 罗琳 客服部 service E401
E501 蒋涛 信息部 other E001
E502 韩素琴 人事部 other E001
"""

EMPLOYEES: dict[str, Employee] = {
    row[0]: Employee(row[0], row[1], row[2], row[3], None if row[4] == "-" else row[4])
    for row in map(str.split, _STAFF.strip().splitlines())
}

#: How many customers each rep owns, in the order of the customers' numbers.
_PORTFOLIOS = {
    "E131": 2,
    "E132": 2,
    "E111": 8,
    "E112": 8,
    "E113": 8,
    "E114": 7,
    "E121": 7,
    "E122": 6,
    "E123": 7,
    "E124": 7,
}
_BRANDS = """
长丰 天铸 宏志 启明 永盛 金泰 瑞丰 华宇 正源 海川 恒益 新科 广联 同创 东岳 立信 宏远 佳禾
百川 顺达 嘉诚 信合 四维 远帆 泰和 飞跃 安捷 中南 凯旋 巨力 德润 明德 鼎盛 富康 兴业
光华 联众 万通 北辰 南方 红旗 卓越 晨光 星河 通汇 鑫源 大成 宝来 力源 振邦 申达 鸿运
荣昌 精诚 汇丰源 利民 博雅 盛世 康泰 锦程 云帆 博源
"""
_TRADES = """
重型装备 汽车零部件 包装材料 纺织 食品机械 精密铸造 塑料制品 造纸 建材 电子科技 化工
五金制品
"""
_CITIES = ("江澜", "望湖", "沧宁", "景湾", "云川")
_STREETS = ("望江路", "工业大道", "开元路", "创业一路", "滨河路", "兴园街", "振兴路")
_KEY = {"CU-1001", "CU-1002"}


def _customers() -> dict[str, Customer]:
    owners = [rep for rep, count in _PORTFOLIOS.items() for _ in range(count)]
    customers = {}
    trades = _TRADES.split()
    for n, (owner, brand) in enumerate(zip(owners, _BRANDS.split(), strict=True), start=1):
        id_, city = f"CU-{1000 + n}", _CITIES[n % len(_CITIES)]
        customers[id_] = Customer(
            id=id_,
            name=f"{city}{brand}{trades[n % len(trades)]}有限公司",
            owner=owner,
            tier="key" if id_ in _KEY else "normal",
            phone=f"+86 100 0001 {1000 + n}",
            account=f"000066000000{1000 + n}",
            address=f"{city}市{_STREETS[n % len(_STREETS)]}{n * 3 + 5}号",
        )
    return customers


CUSTOMERS = _customers()


def manager_of(employee: str) -> str:
    manager = EMPLOYEES[employee].manager
    assert manager is not None
    return manager


def reference() -> list[tuple[str, dict[str, Any]]]:
    """(kind, data) of every reference document."""
    accounts: list[dict[str, Any]] = [
        {
            "account": MAIN_ACCOUNT,
            "name": "云川恒达机械设备贸易有限公司",
            "bank": "云川银行营业部",
            "valid_from": "2015-06-01",
        },
        {
            "account": ACCEPTANCE_ACCOUNT,
            "name": "云川恒达机械设备贸易有限公司（承兑）",
            "bank": "江澜商业银行云川分行",
            "valid_from": "2019-01-01",
        },
        {
            "account": OLD_ACCOUNT,
            "name": "云川恒达机械设备贸易有限公司",
            "bank": "云川银行城郊支行",
            "valid_from": "2012-03-01",
            "valid_to": OLD_ACCOUNT_CLOSES.isoformat(),
        },
    ]
    employees = [
        {
            "employee": person.id,
            "name": person.name,
            "team": person.team,
            "manager": person.manager,
            "role": person.role,
            "phones": [person.phone],
            "accounts": [person.account],
        }
        for person in EMPLOYEES.values()
    ]
    customers = [
        {
            "customer": customer.id,
            "name": customer.name,
            "owner": customer.owner,
            "tier": customer.tier,
            "phone": customer.phone,
            "address": customer.address,
        }
        for customer in CUSTOMERS.values()
    ]
    return (
        [("account", data) for data in accounts]
        + [("employee", data) for data in employees]
        + [("customer", data) for data in customers]
    )
