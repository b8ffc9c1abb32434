"""A wish as it was said to the words a ticket uses, by the table `rules/wishes.yaml`."""

import re
from collections.abc import Sequence

from app.domain.patterns import compiled
from app.domain.wish_rules import Deed, WishRules
from app.understand.ticket.clauses import Clause
from app.understand.ticket.whole_words import first_words

_KEPT = ("当面", "重新", "彻底")
"""Fillers that stay: they say how."""
_NEVER = re.compile(
    r"^(?!.{0,3}[我俺]|也不要)(?P<when>[^，。]{0,12}?)(?:别(?![的人家])|甭|不要(?!紧)|不许|不准|(?<!能)不能(?!不|老|总|天天|一直)|不得|莫)(?:再|老|光|让|叫|给|都)*(?:他们?|人|它|大车)?(?P<deed>[^，。]+)$"
)
_OBJECT_FIRST = re.compile(r"(?:^|.{0,12})(?:把|将)(?P<object>[^，。把]{1,16}?)(?:都|也|全|赶紧|尽快|再|给|先)*$")
_MOVED = re.compile(
    r"^(?:把|将)(?P<object>[^，。把]{1,12}?)(?P<verb>改|移|迁|搬|挪|换|调)(?P<to>到|至|成)(?P<where>[^，。]{1,10}?)(?:去|来)?$"
)
"""把烟道改到楼顶去: what is brought where, or to what."""
_AFTER_DEED = re.compile(
    r"^(?:给(?:我们?|俺们?|其|他|她)?|我们?|俺们?|其|了|上|掉|好|住|一下|一遍|回来|下来|起来|过来|一[查管修清治])+"
)
_BEFORE_DEED = re.compile(
    r"(?:都|也|全|再|给|能|要|得|该|去|来|就|必须|作出|给予|给与|予以|进行|的(?:事|事情))+$|^(?:给|对|在|往|有)(?=[\u4e00-\u9fff]{2})"
)
_PRONOUN = re.compile(r"^(?:它|他们?|她|人家)(?:的|那个?)?(?=[\u4e00-\u9fff]|$)|^(?:到底|究竟)")
_EITHER = re.compile(
    r"^(?:要么|或者)(?:就|是)?(?P<one>[^，。]{2,8}?)(?:，|,)?(?:要么|或者)(?:就|是)?(?P<other>[^，。]{2,10})$"
)
"""要么修好要么退钱: both are asked for, and which is done is not the citizen's choice."""
_ELSE = re.compile(
    r"^(?:要是|如果)?(?P<when>[^，。]{1,4}不[好了行成下]|不[^，。就]{1,2})(?:的话)?就(?P<deed>[退赔换][^，。]{0,8})$"
)
"""不热就退钱."""
_SHORT_THING = 4
_LONGEST_BODY = 6
_LONGEST = 18
_SHORTEST = 2
_LEAST_LEFT = 3
"""Characters from which a wish stands without a second head."""


class WishWords:
    """Says wishes in official words."""

    def __init__(self, rules: WishRules) -> None:
        self._way = {name: compiled(way.pattern) for name, way in rules.ways}
        self._words = tuple((compiled(word.said), word.written) for word in rules.words)
        self._deeds = tuple((compiled(deed.said), deed) for deed in rules.deeds)
        self._aspects = tuple((compiled(row.said), row.aspect) for row in rules.aspects)
        self._when, self._other_when = compiled(rules.when.pattern), rules.other_when
        self._when_of = compiled("|".join(rules.when_of))

    def official(self, text: str) -> str:
        """Return a wish of whatever deed without its head: 赶紧给修修 → 尽快维修."""
        head, whom = self._way["head"], self._way["whom"]
        text = self._way["numbered"].sub("", text) or text
        shorter = head.sub("", text, count=1)
        shorter = whom.sub("", shorter if len(shorter) > 1 else text, count=1)
        again = head.sub("", shorter, count=1)
        shorter = again if len(again) > _LEAST_LEFT else shorter
        for spoken, wording in self._words:
            shorter = spoken.sub(wording, shorter)
        return self._way["ended"].sub("", shorter).strip(" 的，") or text

    def demanded(self, clause: str) -> str | None:
        """Return a wish as deed and object: 把多收的钱退给我 → 退还多收的钱; None where it asks for no deed that is known."""
        text = clause.strip().replace(" ", "")
        text = self._way["numbered"].sub("", text) or text
        if either := _EITHER.match(text):
            both = [self.demanded(either["one"]), self.demanded(either["other"])]
            return _as_written("或".join(filter(None, both))) or None
        if (otherwise := _ELSE.match(text)) and (deed := self.demanded(otherwise["deed"])):
            return _as_written(f"{otherwise['when']}则{deed}")
        if self._way["not_asked"].search(text) and not self._way["told"].match(text):
            return None
        text = self._way["may_you"].sub("", text)
        text = self._way["sorry"].sub("道歉", text)
        hasty = bool(self._way["haste"].search(text))
        text = self._stripped(self._way["haste"].sub("", text))
        if match := _NEVER.match(text):
            return self._forbidden(match)
        if moved := _MOVED.match(text):
            return f"{moved['object']}{moved['verb']}{'至' if moved['to'] == '到' else moved['to']}{moved['where']}"
        if named := self.deed_in(text):
            return self._in_order(text, *named, hasty)
        return None

    def aspects(self, told: Sequence[Clause]) -> list[tuple[str, Clause]]:
        """Return what is asked about, each with the clause that asks."""
        found = [(aspect, clause) for said, aspect in self._aspects for clause in told if said.search(clause.text)]
        return found + [(self.time_of(clause.text), clause) for clause in told if self._when.search(clause.text)]

    def time_of(self, text: str) -> str:
        """Return the time that is asked about: 什么时候通车 → 通车时间."""
        deed = self._when_of.search(text)
        return f"{deed.group()}时间" if deed else self._other_when

    def deed_in(self, text: str) -> tuple[re.Match[str], Deed] | None:
        """Return the deed that a clause names, the first and of those the longest, and where it stands."""
        found = [(m.start(), -len(m.group()), m, deed) for said, deed in self._deeds if (m := said.search(text))]
        return min(found, key=lambda item: item[:2])[2:] if found else None

    def _forbidden(self, match: re.Match[str]) -> str | None:
        """Return what shall not be done: 晚上10点以后别干 → 晚上10点以后禁止干."""
        deed = self._way["tail"].sub("", match["deed"])
        timed = self._way["when_or_how"].search(match["when"]) or (
            not match["when"] and self._way["forbidden"].search(deed)
        )
        fits = _SHORTEST <= len(match["when"] + deed) <= _LONGEST and timed and not self._way["secret"].search(deed)
        return f"{match['when']}禁止{deed}" if fits else None

    def _in_order(self, text: str, match: re.Match[str], deed: Deed, hasty: bool) -> str | None:
        """Return deed and object, the object from before the verb where it stands there."""
        before, after = text[: match.start()], self._way["tail"].sub("", text[match.end() :])
        if deed.deed == "道歉":
            return f"{before}道歉" if len(before) <= _LONGEST_BODY else deed.deed
        said = match.group()
        as_said = deed.as_said and len(set(said)) > 1 and not self._way["as_spoken"].search(said)
        phrase = self._placed(before, said if as_said else deed.deed, _AFTER_DEED.sub("", after), deed)
        phrase = first_words(phrase.strip("的，：:"), _LONGEST)
        if len(phrase) < _SHORTEST:
            return None
        return ("尽快" if hasty and not phrase.startswith("尽快") else "") + phrase

    def _placed(self, before: str, verb: str, after: str, deed: Deed) -> str:
        """Put what stands before a verb where it belongs: its object after it, time and manner before it."""
        if moved := _OBJECT_FIRST.match(before):
            return verb + moved["object"] + after
        head, after = _BEFORE_DEED.sub("", before), _PRONOUN.sub("", after)
        if self._way["authority"].match(head):
            return verb + after
        if self._way["body"].match(head):
            return "督促" + head.rstrip("的") + verb + after
        if head and not after and not self._way["when_or_how"].search(head):
            return verb + head
        short = _SHORTEST <= len(head) <= _SHORT_THING and _SHORTEST <= len(after) <= _SHORT_THING
        return verb + head + after if short and deed.before_spot and verb == deed.deed else head + verb + after

    def _stripped(self, text: str) -> str:
        """Return a clause without its lead, the one asked, the caller and filler words."""
        before = ""
        while before != text:
            before = text
            text = self._way["lead"].sub("", text) or text
            if sent := self._way["sent"].match(text):
                return "派人" + self._stripped(text[sent.end() :])
            text = self._way["asked"].sub("", text) or text
        text = self._way["for_me"].sub("", self._way["told"].sub("", text))
        text = text.replace("剩下的", "剩余").replace("剩下", "剩余")
        text = self._way["tail"].sub("", text)
        return self._way["filler"].sub(lambda m: m.group() if m.group() in _KEPT else "", text)


def _as_written(choice: str) -> str:
    for spoken, written in (("退还钱", "退款"), ("退还款", "退款"), ("更换货", "换货")):
        choice = choice.replace(spoken, written)
    return choice
