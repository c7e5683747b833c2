"""From a company's own systems to events: what they send is read, mapped and checked here.

`decoding` makes records of bytes, `mapping` makes events of records, by a page of TOML that the
integrator writes or takes from `presets`. Both are pure. `signatures` says who sent it, `keywords`
makes hits of messages, and `receiving` is what listens, watches and asks.
"""
