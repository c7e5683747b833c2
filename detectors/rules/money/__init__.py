"""Where the money goes: private accounts, payments that match no order, money that never came."""
