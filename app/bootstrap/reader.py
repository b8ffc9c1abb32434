"""The embedded engine's readers: no store, so a worker process can have its own."""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import structlog

from app.config import Settings
from app.domain.knowledge import Article
from app.domain.reference import ReferenceData
from app.flows.reading import CallReader
from app.learn.title_words import TitleWords
from app.receive.spoken import Normaliser
from app.store.articles import load_articles
from app.store.reference.load import load_reference_data
from app.store.ticket_index import TicketSegments
from app.understand.duplicate.reader import DuplicateReader
from app.understand.duplicate.rows import ROW, TicketEncoder
from app.understand.risk import RiskReader
from app.understand.ticket.asides import AsideModels
from app.understand.ticket.kind import KindReader
from app.understand.ticket.moments import MomentModel
from app.understand.ticket.place_choice import PlaceModel
from app.understand.ticket.place_lines import CallTagger
from app.understand.ticket.reader import TicketReader
from app.understand.ticket.title_choice import TitleModel
from app.understand.ticket.wants_choice import WantsModel
from app.understand.unit import TopicReader, UnitReader
from models.base import LaneScorer, ModelUnavailable, TextClassifier, TrainedEmbedder
from models.char_tagger import CharTagger
from models.classifier.choice import ChoiceModel
from models.classifier.pairs import PairModel
from models.earlier_wants import EarlierWants
from models.embedding.rare import RareGrams
from models.factory import load_classifier, load_embedder, load_lane_scorer
from models.pair_odds import PairOdds
from models.ranker import FunctionRanker

_YOUNG = 10_000
"""New objects from which the garbage collector looks for cycles among them."""


@dataclass(frozen=True)
class Embedded:
    """What is read from files and never changes while the service runs: several services may share one."""

    reference: ReferenceData
    articles: tuple[Article, ...]
    reader: CallReader
    words: TitleWords


def load_embedded(settings: Settings) -> Embedded:
    """Load the city's reference data and articles, checked, and the embedded engine's readers.

    Raises:
        ReferenceDataError: a file cannot be used; the message names file, line and key.
    """
    with kept_for_good():
        reference = load_reference_data(settings.knowledge_dir)
        owners = frozenset(reference.function_by_id)
        articles = load_articles(settings.knowledge_dir / "articles", owners=owners)
        return Embedded(reference, articles, build_reader(settings, reference), TitleWords(reference))


@contextmanager
def kept_for_good() -> Iterator[None]:
    """Load what lives as long as the process: the garbage collector neither runs meanwhile nor walks it ever after.

    Afterwards it runs seldom: reading a call leaves hardly a cycle behind, but many objects for a while.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()
        gc.set_threshold(_YOUNG)


def kind_reader(weights: Path, reference: ReferenceData) -> KindReader:
    """Return what tells kinds of request, for those who need nothing else of the reader of tickets."""
    return KindReader(reference.request_kind, *(classifier(weights / name) for name in ("kind", "asked")))


def build_reader(settings: Settings, reference: ReferenceData) -> CallReader:
    """Wire the embedded engine's readers: no store, so a worker process can have its own."""
    weights = settings.weights_dir
    function, category = (classifier(weights / name) for name in ("function", "category"))
    own = tuple(classifier(weights / name) for name in ("kind", "asked", "subject"))
    topics = TopicReader(reference, category)
    units = UnitReader(reference, function, topics, FunctionRanker(weights / "ranker"))
    return CallReader(
        normaliser=Normaliser(reference.gazetteer),
        tickets=ticket_reader(weights, reference, topics, own, EarlierWants.load(weights / "wants")),
        risk=RiskReader(reference.referral, reference.emotion, reference.routing, lane_scorer(weights)),
        units=units,
        model="+".join(f"{model.name}@{model.revision}" for model in (function, category, *own)),
    )


def lane_scorer(weights: Path) -> LaneScorer:
    """Return the model of lanes and emergencies; a city's own model of the lanes leaves emergencies to the patterns."""
    try:
        return load_lane_scorer(weights / "risk", weights / "alarm")
    except ModelUnavailable as error:
        lanes = load_lane_scorer(weights / "risk")
        structlog.get_logger().warning("emergencies_by_rules_alone", reason=str(error))
        return lanes


def ticket_reader(
    weights: Path,
    reference: ReferenceData,
    topics: TopicReader,
    own: Sequence[TextClassifier],
    earlier: EarlierWants | None = None,
) -> TicketReader:
    """Wire the reader of tickets; `own` are the classifiers of kind, of what is only asked, and of subject.

    Without memory of `earlier` demands rules word wants and titles.
    """
    kind, asked, subject = own
    return TicketReader(
        reference,
        KindReader(reference.request_kind, kind, asked),
        topics.topics,
        AsideModels(classifier(weights / "aside"), PairModel(weights / "bearing"), embedder(weights / "embedding")),
        subject,
        PairModel(weights / "correction"),
        place_model(weights, reference),
        title_model(weights, earlier) if earlier else None,
        moment_model(weights, reference),
        CallTagger(CharTagger(*(weights / name for name in ("spot", "marks", "wish")))),
        wants_model(weights, earlier) if earlier else None,
    )


def place_model(weights: Path, reference: ReferenceData) -> PlaceModel:
    """Load what finds the place of a demand."""
    least = reference.thresholds.place.least_detail
    return PlaceModel(ChoiceModel(weights / "place"), PairOdds.load(weights / "place"), least)


def wants_model(weights: Path, earlier: EarlierWants) -> WantsModel:
    """Load what words the wants of a demand."""
    return WantsModel(earlier, PairModel(weights / "wants_characters"), ChoiceModel(weights / "wants"))


def title_model(weights: Path, earlier: EarlierWants) -> TitleModel | None:
    """Load what chooses the title of a demand; none without earlier titles."""
    if earlier.titles is None:
        return None
    return TitleModel(PairModel(weights / "title"), PairModel(weights / "title_characters"), earlier.titles)


def moment_model(weights: Path, reference: ReferenceData) -> MomentModel:
    """Load what finds when the matter of a demand began or happened."""
    return MomentModel(ChoiceModel(weights / "moment"), reference.moments.cues, reference.thresholds.clauses.moment)


@cache
def classifier(folder: Path) -> TextClassifier:
    """Load one of the embedded engine's own models, once: it never changes, and several readers ask it the same."""
    return load_classifier(folder)


@cache
def embedder(folder: Path) -> TrainedEmbedder:
    """Load one of the embedded engine's own embeddings, once."""
    return load_embedder(folder)


def build_duplicates(
    settings: Settings, reference: ReferenceData, caller_key: Callable[[str], str] | None = None
) -> DuplicateReader:
    """Wire the search for earlier tickets of the same matter; with a key for callers, over an index on disk."""
    weights = settings.weights_dir / "duplicate"
    encoder, scorer = ticket_encoder(settings, reference, RareGrams.load(weights)), PairModel(weights)
    days = reference.duplicate.window_days
    if caller_key is None:
        return DuplicateReader(encoder, scorer, window_days=days)
    model = f"{scorer.revision} {encoder.revision} {ROW.descr}"  # topics are numbered as these models number labels
    index = TicketSegments(settings.data_dir / "tickets", dimensions=encoder.dimensions, row=ROW, model=model)
    return DuplicateReader(encoder, scorer, window_days=days, index=index, caller_key=caller_key)


def ticket_encoder(settings: Settings, reference: ReferenceData, rare: RareGrams) -> TicketEncoder:
    """Wire what makes rows and vectors of tickets."""
    weights = settings.weights_dir
    topics = classifier(weights / "category"), classifier(weights / "function")
    return TicketEncoder(embedder(weights / "embedding"), rare, reference.gazetteer, topics)
