"""A fault in the knowledge base stops the start and names file, line and key."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.config import ROOT
from app.domain.errors import ReferenceDataError
from app.domain.reference import ReferenceData
from app.flows.rule_examples import broken_examples
from app.store.reference.load import load_reference_data


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, str, str], Path]:
    folder = tmp_path / "knowledge_base"
    shutil.copytree(ROOT / "knowledge_base", folder)

    def edit(name: str, old: str, new: str) -> Path:
        path = folder / name
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        return folder

    return edit


def test_the_city_is_complete(reference: ReferenceData) -> None:
    kinds = [unit.kind for unit in reference.units]
    assert len(reference.units) >= 180
    assert kinds.count("town") == len(reference.gazetteer.towns) == 66
    assert len(reference.categories.categories) == 15


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("rules/deadline.yaml", "amount: 2, unit: hour", "amount: 2, unit: fortnight", "unit"),
        ("rules/deadline.yaml", "max: {amount: 10, unit: working_day}", "max: {amount: 80, unit: working_hour}", "max"),
        (
            "rules/supervision.yaml",
            "before: {amount: 8, unit: hour}",
            "before: {amount: 1, unit: working_day}",
            "before",
        ),
        ("rules/deadline.yaml", "basis: 国办发", "basic: 国办发", "basic"),
        ("rules/deadline.yaml", "id: deadline.consultation", "id: deadline.emergency", "deadline.emergency"),
        ("rules/thresholds.yaml", "suggest: 0.25", "sugest: 0.25", "sugest"),
        ("rules/thresholds.yaml", "answer:\n", "answer:\n  sure_enough: 0.5\n", "sure_enough"),
        ("categories.yaml", "function: heating_supply", "function: heating", "heating"),
        ("categories.yaml", 'code: "010102"', 'code: "010101"', "010101"),
        ("rules/routing.yaml", "tells: statutory.discipline", "tells: statutory.nowhere", "statutory.nowhere"),
        ("rules/lanes.yaml", "cadre_conduct]", "cadre_manners]", "cadre_manners"),
        ("rules/lanes.yaml", "persons: {high: 1, extreme: 2}", "persons: {high: 1, extreme: 1}", "两人"),
        (
            "rules/lanes.yaml",
            "statutory_route: statutory.discipline",
            "statutory_route: statutory.none",
            "statutory.none",
        ),
        ("rules/lanes.yaml", "receiver: judicial", "receiver: political_legal", "各有一条"),
        ("calendars/office_hours.yaml", 'end: "12:00"', 'end: "14:00"', "office_hours"),
        ("calendars/overrides.yaml", '"2027-02-06"', '"2027-02-05"', "2027-02-05"),
        ("calendars/office_hours.yaml", '"08:30"', '"8:30"', "morning.start"),
        ("rules/referral.yaml", "direct:\n", "direct:\n  - '(俺'\n", "direct.0: 正则"),
        ("rules/emotion.yaml", "idioms:\n", "idioms:\n  - '(烦'\n", "idioms.0: 正则"),
        ("rules/deadline.yaml", "when: {}", "when: {subject: [citizen]}", "最后一条规则"),
        ("rules/deadline.yaml", "resolve: {amount: 4,", "resolve: {amount: four,", "应为整数"),
        ("rules/deadline.yaml", 'effective_from: "2021-01-06"', 'effective_from: "2130-01-06"', "尚未到期"),
        ("rules/lanes.yaml", 'effective_from: "2023-09-01"', 'effective_from: "明年"', "不是日期"),
        ("rules/supervision.yaml", "event: ticket_reopened", "event: ticket_reopend", "ticket_reopend"),
        ("places/landmarks.yaml", "name: 枣庄西站, ", "name: 枣庄站, ", "枣庄站 已在第 1 条"),
        ("units/city.yaml", "kind: city_centre", "kind: city_department", "city_centre"),
        ("units/city.yaml", "former_names: [枣庄市环境保护局]", "former_names: [枣庄市体育局]", "370400.sports"),
        ("units/towns.yaml", '"370402001.town"', '"370402001.street"', "中心街街道 没有承办单位"),
    ],
)
def test_a_fault_is_named_with_its_file_and_line(
    edited: Callable[[str, str, str], Path], name: str, old: str, new: str, told: str
) -> None:
    with pytest.raises(ReferenceDataError) as stopped:
        load_reference_data(edited(name, old, new))
    message = stopped.value.message_zh
    assert Path(name).name in message
    assert told in message
    assert any(character.isdigit() for character in message)


def test_every_fault_is_told_at_once(edited: Callable[[str, str, str], Path]) -> None:
    edited("rules/deadline.yaml", "amount: 2, unit: hour", "amount: 2, unit: fortnight")
    folder = edited("rules/emotion.yaml", "window: 16", "windows: 16")
    with pytest.raises(ReferenceDataError) as stopped:
        load_reference_data(folder)
    assert "deadline.yaml" in stopped.value.message_zh
    assert "emotion.yaml" in stopped.value.message_zh


def test_rules_are_tried_on_their_examples(edited: Callable[[str, str, str], Path]) -> None:
    edited("rules/referral.yaml", "must_catch:\n", "must_catch:\n  - {receiver: judicial, texts: [路灯坏了]}\n")
    edited(
        "rules/referral.yaml", "    examples:\n      match:\n", "    examples:\n      match:\n        - 今天天气好\n"
    )
    asked, other = "{request_kind: consultation, subject: citizen, urgency: normal}", "{request_kind: help}"
    told = list(broken_examples(load_reference_data(edited("rules/deadline.yaml", asked, other))))
    assert [fault.split(": ", 1)[0] for fault in told] == ["rules/referral.yaml"] * 2 + ["rules/deadline.yaml"]
    assert ["应命中而未命中：今天天气好" in told[0], "规则未提请：路灯坏了" in told[1]] == [True, True]
    assert "deadline.consultation: 应由本条决定，实际为 deadline.citizen" in told[2]
