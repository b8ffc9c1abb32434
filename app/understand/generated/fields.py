"""One checker a field: a claim of the model's in, the value with its evidence out, or what is wrong with it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from app.domain.reference import ReferenceData
from app.domain.ticket import RequestKind, Subject, TicketDraft
from app.domain.transcript import Evidence
from app.prompting.grounding import ACCOUNT, TITLE, WISH, Bounds, invention, letters, numbers_of, share_kept
from app.prompting.weighty import unsaid
from app.understand.generated.forms import Claim, Passage, TicketForm
from app.understand.generated.ground import Found, Ground
from app.understand.mentions.addressed import POLITE_WORD
from app.understand.mentions.callback import read_callback
from app.understand.mentions.names import GIVEN, WIDE_FAMILY, no_name
from app.understand.mentions.people import name_said
from app.understand.mentions.places import AreaReader
from app.understand.mentions.times import read_durations, read_times
from app.understand.ticket.kind import KindReader
from app.understand.ticket.title import LONGEST_TITLE

LONGEST_CONTENT = 480
LONGEST_WANTS = 80
_CONTENT_HEAD = re.compile(r"^来[电信]人(?:反映|咨询|表扬)：|^(?:咨询|表扬|反映)：")
_BUSINESS = re.compile(r"店|公司|厂|企业|合作社|超市|饭馆|餐馆|个体|经营|门市|门头|作坊|养殖|诊所|民宿")
_FIRST_PERSON = re.compile(r"我|俺|咱|本人|本店|本公司|我司")
_FULL_NAME = re.compile(f"{WIDE_FAMILY}(?:{GIVEN})?")
_LEAST_PIECE = 2
_MOST_LOOSE = 0.25
"""Share of a place's letters that may stand alone between pieces of talk: 与, 号 of S320."""
_MOST_LOST = 1 / 3
"""Share of the embedded content's numbers that the model's may lack: some are of another demand."""
LEAST_KEPT = 0.3
"""Share of the embedded content that the model's must hold or name as an aside: it rewords, it does not drop."""
SURE = 0.85
"""Confidence of a value that model, quote and normaliser agree on."""
COMPOSED = 0.75


@dataclass(frozen=True)
class Verified:
    """A value that the call bears out."""

    value: Any
    evidence: tuple[Evidence, ...]
    confidence: float = SURE
    doubt: str | None = None
    """What the model is asked to look at once more, in Chinese; the value stands if it says so again."""


Checked = Verified | str | None
"""A verified value, what is wrong with it (Chinese), or None where the model claimed nothing."""


class FieldChecker:
    """Checks every field of a form against the call and the city's own data."""

    def __init__(self, reference: ReferenceData, kinds: KindReader) -> None:
        self._gazetteer = reference.gazetteer
        areas_by_name = (self._gazetteer.district_by_name, self._gazetteer.town_by_name)
        self._names = {area.name for by_name in areas_by_name for area in by_name.values()}
        self._areas = AreaReader(reference.gazetteer, reference.areas)
        self._kinds = kinds
        self._least_kind = reference.thresholds.request_kind.least_generated

    def check(self, form: TicketForm, draft: TicketDraft, ground: Ground) -> dict[str, Checked]:
        """Return the outcome of every field by its dotted path."""
        claims: dict[str, tuple[Claim[Any] | None, Callable[..., Verified | str]]] = {
            "request_kind": (form.kind, self._kind),
            "subject": (form.subject, self._subject),
            "place.district": (form.district, self._district),
            "place.town": (form.town, self._town),
            "event_time": (form.event_time, self._event_time),
            "citizen.name": (form.caller_name, self._name),
            "citizen.phone": (form.callback_number, self._phone),
            "citizen.confidential": (form.confidential, self._confidential),
        }
        outcome: dict[str, Checked] = {}
        for path, (claim, checker) in claims.items():
            if claim is None:
                outcome[path] = None
                continue
            found = ground.find(claim)
            outcome[path] = checker(claim.value, found, draft, ground) if found else f"引文不在第{claim.turn}句原话中"
        if ground.gives_orders:
            return outcome | {"request_kind": None, "subject": None}
        outcome["place.detail"] = self._detail(form.detail, ground)
        outcome["wants"] = self._composed(form.wants, ground, WISH, longest=LONGEST_WANTS)
        outcome["title"] = self._composed(form.title, ground, TITLE, longest=LONGEST_TITLE)
        outcome["content"] = self._content(form, draft, ground)
        return outcome

    def _kind(self, value: RequestKind, found: Found, draft: TicketDraft, ground: Ground) -> Verified | str:
        likely = self._kinds.probabilities(draft.matter, ground.call.transcript.title)
        if likely[value] < self._least_kind:
            return "诉求类型与原话不符"
        return Verified(value, ground.evidence(found), round(max(likely[value], COMPOSED), 3))

    def _subject(self, value: Subject, found: Found, draft: TicketDraft, ground: Ground) -> Verified | str:
        words = found.saying.text[found.start : found.end]
        if value is not draft.subject and value is Subject.CITIZEN:
            return "原话表明是经营主体"
        if value is Subject.MARKET_ENTITY and not (_BUSINESS.search(words) and _FIRST_PERSON.search(words)):
            return "引文没有说明本人是经营主体"
        return Verified(value, ground.evidence(found))

    def _district(self, value: str, found: Found, draft: TicketDraft, ground: Ground) -> Verified | str:
        district = self._gazetteer.district_by_name.get(value)
        named = [self._areas.area(name)[0] for name, _, _ in self._areas.named(_words(found))]
        if district is None or district.name not in named:
            return "引文没有说到这个区（市）"
        return Verified(district.name, ground.evidence(found))

    def _town(self, value: str, found: Found, draft: TicketDraft, ground: Ground) -> Verified | str:
        town = self._gazetteer.town_by_name.get(value)
        named = [self._areas.area(name)[1] for name, _, _ in self._areas.named(_words(found))]
        if town is None or town.name not in named:
            return "引文没有说到这个镇（街道）"
        return Verified(town.name, ground.evidence(found))

    def _detail(self, passage: Passage | None, ground: Ground) -> Checked:
        if passage is None:
            return None
        value = self._without_area(passage.value.strip())
        found = ground.quoted(passage.quotes)
        if found is None:
            return "有引文不在原话中"
        if not made_of(letters(value), letters(ground.said)):
            return "地点不是由原话中的名称拼成"
        return Verified(value, tuple(e for one in found for e in ground.evidence(one)))

    def _without_area(self, place: str) -> str:
        """Return a place without the district and the town that it begins with."""
        for names in (self._gazetteer.district_by_name, self._gazetteer.town_by_name):
            place = next((place.removeprefix(name) for name in names if place.startswith(name)), place)
        return place

    def _event_time(self, value: str, found: Found, draft: TicketDraft, ground: Ground) -> Verified | str:
        sayings = (found.saying,)
        said = (*read_times(ground.call, sayings), *read_durations(ground.call, sayings))
        within = [m for m in said if m.start < found.end and found.start < m.end]
        same = next((m for m in within if same_moment(value, m.value)), None)
        if same is not None:
            return Verified(same.value, (*ground.evidence(found),), same.confidence)
        if not ground.spells(value, _words(found)) and not ground.happens_now(value, _words(found)):
            return "时间与引文推算的不符"
        return Verified(value, ground.evidence(found), COMPOSED)

    def _name(self, value: str, found: Found, draft: TicketDraft, ground: Ground) -> Verified | str:
        if ground.mentions.name_refused:
            return "诉求人不愿透露姓名"
        mention = name_said(ground.call, (found.saying,))
        if mention is not None and value == mention.value:
            return Verified(mention.value, mention.evidence)
        bare = POLITE_WORD.sub("", value)
        alone = re.search(f"{re.escape(bare)}(?![\u4e00-\u9fff])", found.saying.text[found.start :])
        if not (alone and bare in _words(found) and _FULL_NAME.fullmatch(bare)) or no_name(bare):
            return "引文没有说这是诉求人本人的姓名"
        return Verified(value, ground.evidence(found), COMPOSED)

    def _phone(self, value: str, found: Found, draft: TicketDraft, ground: Ground) -> Verified | str:
        mention = read_callback(ground.call, (found.saying,))
        if mention is None or letters(value) != letters(mention.value):
            return "引文没有说这是回电号码"
        return Verified(mention.value, mention.evidence)

    def _confidential(self, value: bool, found: Found, draft: TicketDraft, ground: Ground) -> Verified | str:
        if not value and draft.citizen.confidential:
            return "诉求人要求过保密"
        return Verified(value or draft.citizen.confidential, ground.evidence(found))

    def _composed(self, passage: Passage | None, ground: Ground, bounds: Bounds, *, longest: int) -> Checked:
        if passage is None or not passage.value.strip():
            return None
        if len(passage.value) > longest or "\n" in passage.value:
            return f"超过{longest}字或者分了行"
        found = ground.quoted(passage.quotes)
        if found is None:
            return "有引文不在原话中"
        if wrong := invention(passage.value, ground.spoken, bounds):
            return wrong
        if number := ground.counts(passage.value):
            return f"数字{number}在原话中没有，或者已被诉求人改口"
        if foreign := ground.foreign_date(passage.value):
            return f"日期{foreign}与原话推算的不符"
        if wrong := unsaid(passage.value, ground.spoken) or self._new_area(passage.value, ground):
            return wrong
        evidence = tuple(e for one in found for e in ground.evidence(one))
        withdrawn = ground.taken_back(passage.value)
        doubt = f"诉求人似乎已把“{withdrawn}”改口；请核对，确属有效的照写" if withdrawn else None
        return Verified(passage.value.strip(), evidence, COMPOSED, doubt)

    def _new_area(self, text: str, ground: Ground) -> str | None:
        """Return, in Chinese, that a text names a district or town which the call does not."""
        named = {self._areas.area(name) for name, _, _ in self._areas.named(ground.spoken)}
        known = {name for area in named for name in area}
        return next((f"“{name}”在原话中没有" for name in self._names if name in text and name not in known), None)

    def _content(self, form: TicketForm, draft: TicketDraft, ground: Ground) -> Checked:
        checked = self._composed(form.content, ground, ACCOUNT, longest=LONGEST_CONTENT)
        if not isinstance(checked, Verified):
            return checked
        if not _CONTENT_HEAD.match(checked.value):
            return "内容应以“来电人反映：”或“来信人反映：”开头"
        aside = [found for quote in form.left_out if (found := ground.find(quote))]
        told = numbers_of(checked.value) | {n for one in aside for n in numbers_of(_words(one))}
        numbers = numbers_of(draft.content)
        lost = numbers - told
        if len(lost) > _MOST_LOST * len(numbers):
            return f"漏了数字{'、'.join(sorted(lost)[:5])}；确实不该写的请抄进left_out"
        whole = checked.value + "，".join(_words(one) for one in aside)
        return checked if share_kept(draft.content, whole) >= LEAST_KEPT else "漏了诉求人说的事实"


def made_of(wanted: str, words: str) -> bool:
    """Tell whether a value is put together from pieces of what was said: no figure stands alone, and few letters do."""
    loose, at = 0, 0
    while at < len(wanted):
        size = next((n for n in range(len(wanted) - at, 1, -1) if stands(wanted[at : at + n], words)), 1)
        if size == 1 and wanted[at].isdigit():
            return False
        loose, at = loose + (size == 1), at + size
    return len(wanted) >= _LEAST_PIECE and loose <= _MOST_LOOSE * len(wanted)


def stands(piece: str, words: str) -> bool:
    """Tell whether a piece stands in words and cuts no number in two: 3号楼 is no piece of 13号楼."""
    before, after = ("(?<!\\d)" if piece[0].isdigit() else ""), ("(?!\\d)" if piece[-1].isdigit() else "")
    return piece in words and re.search(f"{before}{re.escape(piece)}{after}", words) is not None


def same_moment(claimed: str, read: str) -> bool:
    """Tell whether two ISO moments agree as far as both go; the minutes of a whole hour may be left out."""
    claimed, read = claimed.strip().removesuffix(":00"), read.removesuffix(":00")
    return len(claimed) >= len("2026") and (read.startswith(claimed) or claimed.removesuffix(":00").startswith(read))


def _words(found: Found) -> str:
    return found.saying.text[found.start : found.end]
