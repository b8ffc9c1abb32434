"""The card beside a trained model: what it is, what it learnt from, how good it was before and after."""

from pathlib import Path
from typing import Any


def write_card(
    folder: Path,
    manifest: dict[str, Any],
    before: dict[str, float] | None,
    after: dict[str, float],
    *,
    held: int,
    leaks: int,
) -> None:
    """Write `card.md`."""
    lines = [
        f"# {manifest['name']}",
        "",
        "| | |",
        "|---|---|",
        f"| task | {manifest['task']} |",
        f"| revision | {manifest['revision']} |",
        f"| learnt from | {manifest['data']} (sha256 {manifest['data_sha256'][:12]}…) |",
        f"| code | {manifest['commit']} |",
        f"| trained | {manifest['trained_at']} |",
        f"| base | {manifest.get('base_revision') or 'none'} |",
        f"| held out | {held} rows, {leaks} near-duplicates across the split |",
        "",
        "The figures are of a model trained without the held-out rows; the weights here have seen them.",
        "Where a model was replaced, both are asked only what it had not learnt either.",
        "",
        "| metric | before | after |",
        "|---|---|---|",
        *(f"| {name} | {f'{before[name]:.4f}' if before else '–'} | {value:.4f} |" for name, value in after.items()),
        "",
        "It scores matters, never people. A person decides what a model suggests.",
        "",
    ]
    (folder / "card.md").write_text("\n".join(lines), "utf-8")
