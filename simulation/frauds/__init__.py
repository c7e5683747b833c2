"""Every fraud the simulation knows, one file for each family; each has an easy and a disguised
version."""

from simulation.frauds import (
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
from simulation.frauds.scenario import SCENARIOS

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
