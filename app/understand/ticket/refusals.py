"""What somebody refuses, as the deed that is asked for: 地产公司不退认筹金 → 退还认筹金."""

import re

_REFUSED = re.compile(r"不(?:给|肯)?(?P<deed>[退换修赔发])(?!货|烧|理)(?P<what>[^\W\d]{2,6})?$")
_DEEDS = {"退": "退还", "换": "更换", "修": "维修", "赔": "赔偿", "发": "发放"}


def refusal(key: str) -> re.Match[str] | None:
    """Return the refusal that words end in."""
    return _REFUSED.search(key)


def asked_instead(refused: re.Match[str]) -> str:
    """Return the deed that a refusal calls for; empty where it does not say of what."""
    what = (refused["what"] or "").removeprefix("还")
    return _DEEDS[refused["deed"]] + what if len(what) > 1 and "说" not in what else ""
