"""What several rules speak of: the order book, ownership, approvals, stages, notice, …"""
