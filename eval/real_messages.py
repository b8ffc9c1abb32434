"""Runs public messages through the batch and reports what can be checked: nothing lost, kind, title, place found.

`python -m eval.real_messages tickets.csv DIR`: the CSV has id, title, text, and may have kind,
created_at. The human title is withheld from the service and compared with the title it makes.
"""

import csv
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from eval.normal_form import rouge_l

KINDS = {
    "咨询": "consultation",
    "求助": "help",
    "投诉": "complaint",
    "建议": "suggestion",
    "举报": "report",
    "表扬": "praise",
}
csv.field_size_limit(10_000_000)


def main(source: Path, work: Path, shown: int = 20) -> None:
    """Batch the file, then print figures and a sample to read."""
    work.mkdir(parents=True, exist_ok=True)
    with source.open(encoding="utf-8-sig", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    calls = work / "in.jsonl"
    calls.write_text("\n".join(json.dumps(payload(row), ensure_ascii=False) for row in rows.values()), "utf-8")
    command = [sys.executable, "-m", "app.cli", "batch", str(calls), str(work / "out.jsonl")]
    # A store of its own: a call known to the service would get its earlier answer again.
    subprocess.run(command, check=True, env={**os.environ, "DATA_DIR": str(work / "var")})
    results = [json.loads(line) for line in (work / "out.jsonl").read_text("utf-8").splitlines()]
    console = Console(width=160)
    console.print(figures(rows, results))
    step = max(1, len(results) // shown)
    for result in results[::step][:shown]:
        row = rows[result["call_id"]]
        console.print(f"[bold]{row['title']}[/bold] | {row['text'][:200]!r}", markup=False)
        for ticket in result["tickets"]:
            console.print("  →", ticket["title"], "|", ticket["content"], "|", ticket["wants"], markup=False)


def payload(row: dict[str, Any]) -> dict[str, Any]:
    """Return a message as a web channel would deliver it, without its title."""
    when = row.get("created_at", "").replace("/", "-")
    date, _, clock = when.partition(" ")
    parts = [part.zfill(2) for part in date.split("-")]
    time_of_day = clock.zfill(8) if clock.count(":") == 2 else "00:00:00"
    called_at = f"{'-'.join(parts)}T{time_of_day}" if len(parts) == 3 else None
    turns = [{"speaker": "citizen", "text": row["text"]}]
    return {"id": row["id"], "channel": "web", "called_at": called_at, "turns": turns}


def figures(rows: dict[str, dict[str, Any]], results: list[dict[str, Any]]) -> Table:
    """Return the table of figures."""
    first = {result["call_id"]: result["tickets"][0] for result in results if result["tickets"]}
    table = Table("figure", "value")
    table.add_row("messages, results, with a ticket", f"{len(rows)}, {len(results)}, {len(first)}")
    table.add_row("tickets", str(sum(len(result["tickets"]) for result in results)))
    known = [(KINDS[rows[i]["kind"]], t["request_kind"]) for i, t in first.items() if rows[i].get("kind") in KINDS]
    if known:
        table.add_row("kind accuracy", f"{sum(a == b for a, b in known) / len(known):.3f} of {len(known)}")
    titles = [rouge_l(rows[i]["title"], t["title"]) for i, t in first.items()]
    table.add_row("title ROUGE-L (characters)", f"{sum(titles) / len(titles):.3f}")
    for name in ("district", "town", "detail"):
        found = sum(t["place"][name] is not None for t in first.values())
        table.add_row(f"place.{name} found", f"{found / len(first):.3f}")
    return table


if __name__ == "__main__":
    typer.run(main)
