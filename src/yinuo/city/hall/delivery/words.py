"""The words of the text that a delivery is written down with."""

from __future__ import annotations

from collections.abc import Mapping

DELIVERY = "delivery"
DOCUMENTS: Mapping[str, str] = {"granted": "准予决定书", "refused": "不予许可决定书"}
"""What a decision is delivered as."""
AT_WINDOW, BY_MAIL = "窗口领取", "邮寄"
"""Ways of delivery: handed over at a window, and mailed, which has its number."""
