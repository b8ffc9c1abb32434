"""Reads knowledge_base/ once, checks every cross-reference, and returns it frozen."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from app.domain.analytics import HotWordRules, KeyDateRules
from app.domain.city_time import CITY_TIME
from app.domain.cue_rules import AsideCues, CorrectionCues, CueRules, PrivacyCues, SubjectCues, SureCues
from app.domain.deadline_rules import DeadlineRules, SupervisionRules
from app.domain.early_warning import EarlyWarningRules
from app.domain.errors import ReferenceDataError
from app.domain.frozen import Frozen
from app.domain.lanes import LaneRules
from app.domain.place import District, Gazetteer, Landmark, Town
from app.domain.reference import CalendarDay, CategoryTree, OfficeHours, ReferenceData, WorkCalendar
from app.domain.reference_rules import (
    DuplicateRules,
    EmotionRules,
    MatterRules,
    ReferralRules,
    RequestKindRules,
    RoutingRules,
)
from app.domain.thresholds import Thresholds
from app.domain.unit import Function, Unit
from app.domain.wish_rules import WishRules
from app.store.reference.checks import check_cross_references
from app.store.reference.yaml_file import YamlFile

UNIT_FILES = ("city", "utilities", "districts", "towns")
RULE_FILES: dict[str, type[Frozen]] = {
    "deadline": DeadlineRules,
    "routing": RoutingRules,
    "supervision": SupervisionRules,
    "referral": ReferralRules,
    "lanes": LaneRules,
    "emotion": EmotionRules,
    "request_kind": RequestKindRules,
    "matters": MatterRules,
    "wishes": WishRules,
    "areas": SureCues,
    "asides": AsideCues,
    "corrections": CorrectionCues,
    "moments": CueRules,
    "privacy": PrivacyCues,
    "subject": SubjectCues,
    "duplicate": DuplicateRules,
    "thresholds": Thresholds,
    "key_dates": KeyDateRules,
    "hot_words": HotWordRules,
    "early_warning": EarlyWarningRules,
}


def load_reference_data(folder: Path) -> ReferenceData:
    """Load everything under `folder` but the articles.

    Raises:
        ReferenceDataError: anything is wrong; the message lists every problem with file, line and key.
    """
    if not folder.is_dir():
        raise ReferenceDataError(f"没有知识库目录 {folder}，请核对 KNOWLEDGE_DIR")
    files: dict[str, YamlFile] = {}

    def opened(name: str) -> YamlFile:
        files[name] = YamlFile(folder / f"{name}.yaml", folder)
        return files[name]

    parts: dict[str, Any] = {
        "functions": opened("units/functions").parse_list("functions", Function),
        "units": tuple(u for name in UNIT_FILES for u in opened(f"units/{name}").parse_list("units", Unit)),
        "categories": opened("categories").parse(CategoryTree),
        "gazetteer": _gazetteer(opened),
        "calendar": _calendar(opened),
        **{name: opened(f"rules/{name}").parse(model) for name, model in RULE_FILES.items()},
    }
    _stop_on_problems(files)
    reference = ReferenceData.model_construct(**parts, digest=_digest(folder, list(files)))
    check_cross_references(reference, files, datetime.now(CITY_TIME).date())
    _stop_on_problems(files)
    return reference


def _gazetteer(opened: Callable[[str], YamlFile]) -> Gazetteer:
    return Gazetteer(
        districts=opened("places/districts").parse_list("districts", District),
        towns=opened("places/towns").parse_list("towns", Town),
        landmarks=opened("places/landmarks").parse_list("places", Landmark),
    )


def _calendar(opened: Callable[[str], YamlFile]) -> WorkCalendar | None:
    days = opened("calendars/overrides").parse_list("days", CalendarDay)
    hours = opened("calendars/office_hours").parse(OfficeHours)
    return WorkCalendar(days=days, hours=hours) if hours else None


def _stop_on_problems(files: dict[str, YamlFile]) -> None:
    problems = [problem for file in files.values() for problem in file.problems]
    if problems:
        raise ReferenceDataError("知识库基础数据有误：\n" + "\n".join(problems))


def _digest(folder: Path, names: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for name in sorted(names):
        digest.update((folder / f"{name}.yaml").read_bytes())
    return digest.hexdigest()
