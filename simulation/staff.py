"""Who works there. All names and numbers are invented: nobody issues accounts from 0000 or phones
from +86 100."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from contract.types import Role
from simulation.chance import around, between, pick, stream
from simulation.people import Employee

TEAM_SIZE = 10
_SURNAMES, _GIVEN = (
    words.split()
    for words in (
        "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗 梁 宋 郑 谢 韩 唐 冯 于 董",
        "伟 芳 娜 敏 静 磊 洋 勇 艳 杰 娟 涛 明 超 霞 平 刚 桂英 志强 建华 秀兰 丽华 文博 子轩 "
        "雨桐 浩然 思远 佳怡 晓东 海燕 国栋 立峰 慧敏 俊杰 雪梅 振宇 梦洁 一鸣 婷婷 家豪",
    )
)
_AREAS = ("华东", "华南", "华北", "西南", "华中", "东北", "西北", "大客户")


@dataclass
class Staff:
    """Everybody, by what they do. `reps` counts those who sell."""

    head: Employee
    managers: list[Employee]
    reps: list[Employee]
    finance: list[Employee]
    logistics: list[Employee]
    service: list[Employee]
    office: list[Employee]

    def everybody(self) -> Iterable[Employee]:
        yield self.head
        for group in (self.managers, self.reps, self.finance, self.logistics, self.service):
            yield from group
        yield from self.office


class Hiring:
    """Assigns numbers and names."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._number = 1000

    def hire(self, role: Role, team: str, manager: Employee | None) -> Employee:
        self._number += 1
        rng = stream(self._seed, "employee", self._number)
        return Employee(
            id=f"E{self._number}",
            name=pick(rng, _SURNAMES) + pick(rng, _GIVEN),
            role=role,
            team=team,
            manager=manager,
            rng=rng,
            skill=min(max(around(rng, 1.0, 0.3), 0.5), 2.0),
            patience=between(rng, 2, 4),
        )


def founded(hiring: Hiring, reps: int) -> Staff:
    """A company with `reps` who sell, and as many others as that takes."""
    head = hiring.hire("manager", "总经办", None)

    def office(role: Role, team: str, count: int) -> list[Employee]:
        first = hiring.hire(role, team, head)
        return [first] + [hiring.hire(role, team, first) for _ in range(count - 1)]

    teams = max(1, round(reps / TEAM_SIZE))
    managers = [
        hiring.hire("manager", f"{_AREAS[n % len(_AREAS)]}{n // len(_AREAS) + 1}部", head)
        for n in range(teams)
    ]
    return Staff(
        head=head,
        managers=managers,
        reps=[
            hiring.hire("sales", managers[n % teams].team, managers[n % teams]) for n in range(reps)
        ],
        finance=office("finance", "财务部", max(2, reps // 30)),
        logistics=office("logistics", "仓储物流部", max(2, reps // 25)),
        service=office("service", "客服部", max(2, reps // 25)),
        office=office("other", "信息部", 2) + office("other", "人事部", 1),
    )
