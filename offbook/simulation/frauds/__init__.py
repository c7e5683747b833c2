"""Every fraud the simulation knows, a file a family; each in an easy and a disguised version."""

from offbook.simulation.deed import SCENARIOS
from offbook.simulation.frauds import (
    customers,
    figures,
    goods,
    leaving,
    money,
    orders,
    records,
    talk,
    together,
)

__all__ = [
    "SCENARIOS",
    "customers",
    "figures",
    "goods",
    "leaving",
    "money",
    "orders",
    "records",
    "talk",
    "together",
]
