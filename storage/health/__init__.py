"""Every source beside its own past: who fell out, how, since when; see ``docs/health.md``.

``judge`` puts the question, ``acks`` keeps what is known already; both load pyarrow, the values here do not.
"""

from storage.health.model import CODES, Expectations, Finding, Health

__all__ = ["CODES", "Expectations", "Finding", "Health"]
