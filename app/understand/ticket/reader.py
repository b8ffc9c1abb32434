"""Reads a call into drafts: mentions, clauses, demands, then each demand's fields."""

import re
from collections.abc import Sequence

import numpy as np

from app.domain.reference import ReferenceData
from app.domain.ticket import Citizen, RequestKind, TicketDraft
from app.domain.transcript import Evidence, SpokenCall
from app.understand.mentions.corrections import CorrectionModel
from app.understand.mentions.details import DetailReader
from app.understand.mentions.places import AreaReader
from app.understand.mentions.privacy import PrivacyRules
from app.understand.mentions.read import read_mentions
from app.understand.mentions.set_aside import SetAside
from app.understand.mentions.types import Mentions
from app.understand.ticket.asides import AsideModel, AsideModels, AsideRules, without
from app.understand.ticket.clauses import Clause, informative, is_stated_place, names_another, read_clauses
from app.understand.ticket.compose import compose_content
from app.understand.ticket.demands import Apart, split_demands
from app.understand.ticket.follow_up import follow_up_questions, missing_fields
from app.understand.ticket.kind import KindReader
from app.understand.ticket.matters import MatterNamer, Named
from app.understand.ticket.moments import TIMELESS, MomentModel, names_moment, told_vaguely
from app.understand.ticket.nothing_wanted import broken_off, is_thanks, nothing_wanted
from app.understand.ticket.objects import ObjectFinder
from app.understand.ticket.official import WishWords
from app.understand.ticket.place import detail_by_rules, place_of
from app.understand.ticket.place_choice import PlaceModel
from app.understand.ticket.place_lines import NOTHING_TOLD, CallTagger, Told
from app.understand.ticket.subject import SubjectReader
from app.understand.ticket.title import Heading, Topics, best_keys, by_rules, headings
from app.understand.ticket.title_choice import TitleModel
from app.understand.ticket.want_pieces import Asking, asking_of
from app.understand.ticket.wants_choice import WantsModel
from models.base import PairScorer, TextClassifier

_NO_DEMAND = re.compile(r"(?<!说)(?:打|拨)错|不是找|随便打|(?:打|拨)(?:着|个)?(?:电话)?(?:试试|玩)|^[哈嗯哦啊，]*没事")
_LEAST_SURE, _MOST_ALIKE, _NAMED_ALIKE = 0.5, 0.9, 0.5
"""Of a second matter: the share of its likeliest topic, how alike the topics of two may be, and where it names a thing."""
_LEAST_MATTER = 4
_ADDRESS = re.compile(r"https?://[!-~]+|www\.[!-~]+")


class TicketReader:
    """The embedded engine's reader of tickets."""

    def __init__(
        self,
        reference: ReferenceData,
        kinds: KindReader,
        topics: Topics,
        asides: AsideModels | None = None,
        business: TextClassifier | None = None,
        corrections: PairScorer | None = None,
        places: PlaceModel | None = None,
        titles: TitleModel | None = None,
        moments: MomentModel | None = None,
        tagger: CallTagger | None = None,
        wants: WantsModel | None = None,
    ) -> None:
        self._subjects = SubjectReader(business, reference.thresholds.subject.market_entity, reference.subject)
        self._aside_rules = AsideRules(reference.asides)
        self._asides = AsideModel(asides, reference.asides.cues, reference.thresholds.clauses) if asides else None
        least = reference.thresholds.clauses.taken_back
        self._corrections = CorrectionModel(corrections, reference.corrections.cues, least) if corrections else None
        self._topics = topics
        self._privacy = PrivacyRules(reference.privacy)
        self._areas = AreaReader(reference.gazetteer, reference.areas)
        self._details = DetailReader(reference.gazetteer)
        self._set_aside = SetAside(reference.corrections, self._areas.own_names, self._areas.town_names)
        self._least_place = reference.thresholds.place.min_confidence
        self._places = places
        self._titles = titles
        self._wants = wants
        self._moments = moments
        self._tagger = tagger
        self._kinds = kinds
        self._leaf_codes = tuple(leaf.code for leaf in reference.categories.leaves)
        self._anywhere = reference.matters.anywhere
        self._matters = MatterNamer(reference.matters, self._leaf_codes)
        self._words = WishWords(reference.wishes)
        self._objects = ObjectFinder(reference)
        self._matter_words = self._objects.words

    def read(self, call: SpokenCall) -> tuple[TicketDraft, ...]:
        """Return one draft a demand; none where nothing is asked or told."""
        mentions = self.mentions(call)
        told = self.told(call, mentions)
        parts = self.parts(call, mentions, told)
        return tuple(self._draft(call, mentions, part, told) for part in parts)

    def whole(self, call: SpokenCall) -> tuple[TicketDraft, ...]:
        """Return one call for help of all the citizen said, however little; none where he took it back or misdialled."""
        mentions = self.mentions(call)
        clauses = read_clauses(call, mentions)
        if not informative(clauses) or nothing_wanted(call, clauses):
            return ()
        return (self._draft(call, mentions, clauses, self.told(call, mentions), RequestKind.HELP),)

    def told(self, call: SpokenCall, mentions: Mentions) -> Told:
        """Return the call's characters as the taggers mark them."""
        return self._tagger.told(call, mentions) if self._tagger else NOTHING_TOLD

    def parts(self, call: SpokenCall, mentions: Mentions, told: Told) -> list[tuple[Clause, ...]]:
        """Return the clauses of each demand."""
        clauses = read_clauses(call, mentions)
        asides = self._aside_rules.found(call, mentions, clauses, self._matter_words)
        if self._asides:
            asides |= self._asides.found(call, mentions, clauses, told, self._matter_words)
        clauses = without(clauses, {i for i in asides if not names_another(clauses[i].text)})
        if broken_off(call) or not self._has_matter(clauses) or nothing_wanted(call, clauses):
            return []
        return [part for part in split_demands(call, mentions, clauses, self._apart(call)) if informative(part)]

    def _apart(self, call: SpokenCall) -> Apart:
        """Return what tells two matters of a call apart: the second is a sure one, and not a second question."""

        def apart(before: Sequence[Clause], after: Sequence[Clause], named: bool) -> bool:
            shares = self._topics([_texts(before)[0], _texts(after)[0]])[1]
            alike = float(shares[0] @ shares[1] / np.linalg.norm(shares[0]) / np.linalg.norm(shares[1]))
            if named:
                return alike <= _NAMED_ALIKE
            one, other = (self.kind_and_bound(call, part)[0] for part in (before, after))
            if RequestKind.PRAISE in (one, other) and RequestKind.SUGGESTION in (one, other):
                return True
            sure = float(shares[1].max()) >= _LEAST_SURE and alike <= _MOST_ALIKE
            return sure and {one, other} != {RequestKind.CONSULTATION}

        return apart

    def kind_and_bound(self, call: SpokenCall, clauses: Sequence[Clause]) -> tuple[RequestKind, bool]:
        """Return what kind of demand the clauses make, and whether its matter stands or happens somewhere."""
        matter, spoken = _texts(clauses)
        kind, _sure = self._kinds.read(matter, spoken, call.transcript.title)
        return kind, self._place_bound(int(self._topics([matter])[1][0].argmax()))

    def headings(self, clauses: tuple[Clause, ...], kind: RequestKind, place: str | None) -> list[Heading]:
        """Return the titles that a demand at a place could have."""
        matter, _spoken = _texts(clauses)
        shares = self._topics([matter])[1][0]
        rows, objects = self._matters.fitting(clauses, shares), self._objects.find(matter, shares)
        return self._headings(clauses, kind, place, rows, objects)

    def asking(self, call: SpokenCall, mentions: Mentions, clauses: tuple[Clause, ...]) -> Asking:
        """Return a demand as far as its wants go."""
        matter, spoken = _texts(clauses)
        kind, _sure = self._kinds.read(matter, spoken, call.transcript.title)
        shares = self._topics([matter])[1][0]
        rows, objects = self._matters.fitting(clauses, shares), self._objects.find(matter, shares)
        keys = best_keys(self._headings(clauses, kind, None, rows, objects))
        unsaid = self._matters.unsaid(informative(clauses))
        return asking_of(self._words, call, mentions, clauses, kind, shares, rows, objects, keys, unsaid)

    def _headings(
        self,
        clauses: tuple[Clause, ...],
        kind: RequestKind,
        place: str | None,
        rows: tuple[Named, ...],
        objects: tuple[str, ...],
    ) -> list[Heading]:
        return headings(clauses, kind, place, self._matter_words, self._topics, rows, objects)

    def mentions(self, call: SpokenCall) -> Mentions:
        """Return everything mentioned in a call."""
        return read_mentions(call, self._areas, self._details, self._privacy, self._corrections, self._set_aside)

    def no_demand_reason(self, call: SpokenCall) -> str:
        """Return, in Chinese, why a call holds no demand."""
        said = "".join(turn.text for turn in call.citizen_turns)
        if not said.strip():
            return "通话中没有诉求人的话，未生成工单"
        if is_thanks(call):
            return "诉求人表示事情已经解决，未生成工单；有原工单的请在原工单登记"
        return "疑似误拨或者无实际诉求，未生成工单" if _NO_DEMAND.search(said) else "未识别到诉求内容，请人工核对"

    def _has_matter(self, clauses: Sequence[Clause]) -> bool:
        told = informative(clauses)
        length = sum(len(clause.text) for clause in told)
        text = _ADDRESS.sub("", "".join(clause.text for clause in told))
        if _NO_DEMAND.search(text) and not self._matter_words.found(text):
            return False
        return length >= _LEAST_MATTER and bool(re.search("[\u4e00-\u9fff]{2}|[A-Za-z]{3}", text))

    def _draft(
        self,
        call: SpokenCall,
        mentions: Mentions,
        clauses: tuple[Clause, ...],
        told: Told,
        known: RequestKind | None = None,
    ) -> TicketDraft:
        matter, spoken = _texts(clauses)
        kind, sure = (known, 1.0) if known else self._kinds.read(matter, spoken, call.transcript.title)
        _leaves, shares = self._topics([matter])
        rows = self._matters.fitting(clauses, shares[0])
        objects = self._objects.find(matter, shares[0])
        bound = self._place_bound(int(shares[0].argmax()))
        detail = detail_by_rules(mentions, clauses, kind)
        if self._places and told.lines:
            detail = self._places.best(call, told, mentions, clauses, kind, bound, detail)
        place, evidence, confidence = place_of(mentions, clauses, detail, least=self._least_place)
        citizen = self._citizen(call, mentions, evidence, confidence)
        happened = None
        if self._moments and kind not in TIMELESS:
            happened = self._moments.best(call, mentions, clauses, kind, self._matter_words)
        web = len(call.transcript.turns) == 1 and call.transcript.channel != "phone"
        where = "" if web else place.whole
        shown = self._aside_rules.with_dangers(clauses)
        apart = tuple(c for c in shown if not (where and is_stated_place(c, mentions, where)))
        spot = place.detail or place.town
        found = self._headings(clauses, kind, spot, rows, objects)
        keys, unsaid = best_keys(found), self._matters.unsaid(informative(clauses))
        asking = asking_of(self._words, call, mentions, clauses, kind, shares[0], rows, objects, keys, unsaid)
        thought = self._wants.thought(asking, told) if self._wants and told.lines else None
        wants = self._wants.best(thought) if self._wants and thought else asking.ruled
        content = compose_content(apart if informative(apart) else shown, kind, wants, where=where, web=web)
        heading = by_rules(found, kind)
        if self._titles and thought:
            heading = self._titles.best(found, heading, told, clauses, asking, thought.like, spot or "")
        title = heading.passage
        subject, said = self._subjects.read(clauses, matter)
        evidence |= {
            "title": title.evidence,
            "content": content.evidence,
            "request_kind": content.evidence[:2],
        }
        confidence |= {"title": 0.7, "content": 0.8, "request_kind": sure}
        if said:
            evidence["subject"], confidence["subject"] = said, 0.8
        if wants:
            evidence["wants"], confidence["wants"] = wants.evidence, 0.75
        if happened:
            evidence["event_time"], confidence["event_time"] = happened.evidence, happened.confidence
        missing = missing_fields(
            kind,
            place,
            citizen,
            bound=bound,
            timed=bool(happened) or told_vaguely(matter) or names_moment(call, mentions, clauses),
            name_refused=mentions.name_refused,
            phone_refused=mentions.phone_refused,
        )
        return TicketDraft(
            request_kind=kind,
            subject=subject,
            title=title.text,
            content=content.text,
            wants=wants.text if wants else None,
            citizen=citizen,
            place=place,
            event_time=happened.value if happened else None,
            missing=missing,
            follow_up_questions=follow_up_questions(missing),
            evidence=evidence,
            confidence=confidence,
            matter=matter,
        )

    def _place_bound(self, leaf: int) -> bool:
        """Tell whether a matter of a category leaf stands or happens where somebody must go and see."""
        return not self._leaf_codes[leaf].startswith(self._anywhere)

    def _citizen(
        self,
        call: SpokenCall,
        mentions: Mentions,
        evidence: dict[str, tuple[Evidence, ...]],
        confidence: dict[str, float],
    ) -> Citizen:
        phone = None if mentions.phone_refused else call.transcript.caller_number
        found = (
            ("citizen.name", mentions.caller_name),
            ("citizen.phone", mentions.callback),
            ("citizen.confidential", mentions.confidential),
        )
        for path, mention in found:
            if mention:
                evidence[path], confidence[path] = mention.evidence, mention.confidence
        return Citizen(
            name=mentions.caller_name.value if mentions.caller_name else None,
            phone=mentions.callback.value if mentions.callback else phone,
            confidential=mentions.confidential is not None,
        )


def _texts(clauses: Sequence[Clause]) -> tuple[str, str]:
    """Return the matter that clauses tell, and all that they say."""
    matter = "，".join(clause.text for clause in informative(clauses)) or clauses[0].text
    return matter, "，".join(clause.text for clause in clauses)
