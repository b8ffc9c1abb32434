"""Years of a city's tickets written into a store past the flows: rows, facts, counts, words, issues, orders, warnings.

The last WRITTEN tickets are written one by one; what came before them is the same again so many days earlier, closed.
Bodies hold no evidence, which no list looks at, and only tickets written one by one are found by words.
Words come from the project's own texts (eval/bench/varied_tickets.py); places are theirs; leaf, unit, channel
and times are drawn.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from itertools import islice
from random import Random
from typing import Any, NamedTuple

from rich.progress import track
from sqlalchemy import insert, select, text

from app.config import Settings
from app.domain.analytics import TicketFact
from app.domain.early_warning import Signal
from app.domain.reference import ReferenceData
from app.flows.registry import Flows
from app.store.analytics_tables import FactRow
from app.store.engine import make_engine
from app.store.issue_tables import IssueMemberRow, IssueRow
from app.store.service_tables import SupervisionOrderRow
from app.store.tables import Base, TicketRow
from app.store.tickets import pairs_of
from app.store.unit_of_work import SqlUnitOfWork
from app.store.vault import open_vault
from eval.bench.kill_trials import payload
from eval.bench.varied_tickets import varied_tickets

A_DAY = 5_000
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=timezone(timedelta(hours=8)))
CHANNELS = ("phone", "app", "wechat", "web", "letter")
CHUNK = 10_000
TABLES = Base.metadata.tables
WRITTEN = 60 * A_DAY
_LEVELS = ("system", "system", "telephone", "telephone", "written", "on_site")
_WORDS = {
    "sqlite": "INSERT INTO ticket_words (rowid, words) VALUES (CAST(:number AS INTEGER), :words)",
    "postgresql": "INSERT INTO ticket_words VALUES (:number, array_to_tsvector(string_to_array(:words, ' ')))",
}
_SHIFTS = {
    "sqlite": {
        "number": "strftime('%Y%m%d', substr(COLUMN, 1, 4) || '-' || substr(COLUMN, 5, 2) || '-' ||"
        " substr(COLUMN, 7, 2), '-DAYS days') || substr(COLUMN, 9)",
        "moment": "datetime(COLUMN, '-DAYS days')",
        "end": "datetime(coalesce(COLUMN, resolve_by), '-DAYS days')",
        "day": "date(COLUMN, '-DAYS days')",
        "body": "replace(COLUMN, ticket_number, NUMBER)",
    },
    "postgresql": {
        "number": "to_char(to_date(substr(COLUMN, 1, 8), 'YYYYMMDD') - DAYS, 'YYYYMMDD') || substr(COLUMN, 9)",
        "moment": "COLUMN - interval 'DAYS days'",
        "end": "coalesce(COLUMN, resolve_by) - interval 'DAYS days'",
        "day": "to_char(to_date(COLUMN, 'YYYY-MM-DD') - DAYS, 'YYYY-MM-DD')",
        "body": "replace(COLUMN::text, ticket_number, NUMBER)::json",
    },
}
_MOVED = {
    "tickets": {
        "ticket_number": "number", "call_id": "number", "created_at": "moment", "changed_at": "moment",
        "resolve_by": "moment", "status": "'archived'", "body": "body",
    },
    "ticket_facts": {
        "ticket_number": "number", "day": "day", "respond_by": "moment", "responded_at": "moment",
        "closed_at": "end", "resolve_by": "moment",
    },
    "issue_members": {"ticket_number": "number", "issue_id": "number", "at": "moment"},
    "issues": {"issue_id": "number", "first_at": "moment", "last_at": "moment", "changed_at": "moment"},
    "supervision_orders": {"ticket_number": "number", "raised_at": "moment", "status": "'sent'"},
}  # fmt: skip
"""Table → what differs in its row so many days earlier: a kind of shift, or a value."""


class Filled(NamedTuple):
    """One ticket of the city: what is counted, what it says, whose matter it is."""

    fact: TicketFact
    text: str
    place: str
    issue: str
    caller: str


def fill(settings: Settings, flows: Flows, tickets: int) -> int:
    """Write at least so many tickets, A_DAY a day, the last of them NOW; return how many."""
    flows.intake.run(payload("template"))
    engine, vault = make_engine(settings.database_url), open_vault(settings.key_file)
    with SqlUnitOfWork(engine, vault) as uow:
        row = uow.session.execute(select(TicketRow)).scalar_one()
        columns = {c.name: getattr(row, c.name) for c in TicketRow.__table__.columns}
    written, issues = min(tickets, WRITTEN), defaultdict[str, list[dict[str, object]]](list)
    made = city(flows.reference, written, Random(1))
    for _ in track(range(0, written, CHUNK), "writing"):
        chunk = list(islice(made, CHUNK))
        with SqlUnitOfWork(engine, vault) as uow:
            write(uow, columns, chunk)
            uow.commit()
        for one in chunk:
            issues[one.issue].append(member(one))
    with SqlUnitOfWork(engine, vault) as uow:
        shared = {issue: own for issue, own in issues.items() if len(own) > 1}
        uow.session.execute(
            insert(TABLES[IssueMemberRow.__tablename__]),
            [one | {"issue_id": issue} for issue, own in shared.items() for one in own],
        )
        uow.session.execute(insert(TABLES[IssueRow.__tablename__]), [issue_row(i, own) for i, own in shared.items()])
        uow.commit()
    copies = range(1, math.ceil(tickets / written))
    for copy in track(copies, "copying"):
        for statement in earlier(engine.dialect.name, copy * (written // A_DAY)):
            with SqlUnitOfWork(engine, vault) as uow:
                uow.session.execute(text(statement))
                uow.commit()
    with SqlUnitOfWork(engine, vault) as uow:
        days = sorted(uow.session.scalars(select(FactRow.day).distinct()))
    for first in track(range(0, len(days), 30), "counting"):
        with SqlUnitOfWork(engine, vault) as uow:
            uow.analytics.count(days[first : first + 30], NOW)
            for day in days[first : first + 30]:
                raise_one(uow, flows.reference, day)
                uow.analytics.add_words(words_of(day))
            uow.commit()
    with SqlUnitOfWork(engine, vault) as uow:
        uow.analytics.sum_up(NOW.date())
        uow.commit()
    engine.dispose()
    return written * (1 + len(copies))


def write(uow: SqlUnitOfWork, columns: dict[str, Any], chunk: Sequence[Filled]) -> None:
    """Write tickets with their facts, words and orders."""
    uow.session.execute(
        insert(TABLES[TicketRow.__tablename__]), [columns | changed(columns["body"], one) for one in chunk]
    )
    words = [{"number": one.fact.ticket_number, "words": " ".join(pairs_of(one.text))} for one in chunk]
    uow.session.execute(text(_WORDS[uow.session.get_bind().dialect.name]), words)
    uow.analytics.keep([one.fact for one in chunk])
    uow.session.execute(insert(TABLES[SupervisionOrderRow.__tablename__]), orders(chunk))


def earlier(dialect: str, days: int) -> Iterator[str]:
    """Yield the statements that write the newest tickets and what hangs on them once more, so many days earlier."""
    number = _SHIFTS[dialect]["number"].replace("COLUMN", "ticket_number")
    shifts = {
        kind: made.replace("NUMBER", number).replace("DAYS", str(days)) for kind, made in _SHIFTS[dialect].items()
    }
    for table, moved in _MOVED.items():
        values = {c.name: c.name for c in TABLES[table].columns if c.name != "id"}
        for column, kind in moved.items():
            values[column] = shifts.get(kind, kind).replace("COLUMN", column)
        first = (NOW - timedelta(days=WRITTEN // A_DAY - 1)).strftime("%Y%m%d")
        key = "issue_id" if table == IssueRow.__tablename__ else "ticket_number"
        yield (
            f"INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())} FROM {table}"
            f" WHERE {key} >= '{first}' AND substr({key}, 9) >= '100000'"
        )


def changed(body: dict[str, Any], one: Filled) -> dict[str, object]:
    """Return what differs in one ticket's row."""
    fact = one.fact
    told = {
        "evidence": {},
        "confidence": {},
        "ticket_number": fact.ticket_number,
        "title": one.text[:24],
        "content": one.text,
    }
    return {
        "ticket_number": fact.ticket_number,
        "call_id": fact.ticket_number,
        "district": fact.district,
        "category_code": fact.category_code,
        "handler_code": fact.unit_code,
        "channel": fact.channel,
        "caller_hash": one.caller,
        "created_at": fact.created_at,
        "changed_at": fact.created_at,
        "resolve_by": fact.resolve_by,
        "status": "archived" if fact.closed_at else "in_progress",
        "body": body | told,
    }


def city(reference: ReferenceData, count: int, random: Random) -> Iterator[Filled]:
    """Yield tickets, the oldest first; before the last ten days all are closed, of those half."""
    leaves = [leaf.code for leaf in reference.categories.leaves]
    units = [unit.unit_code for unit in reference.units]
    numbers: dict[int, str] = {}
    for i, (told, issue) in enumerate(varied_tickets(count, reference.gazetteer)):
        day = i // A_DAY
        at = NOW - timedelta(days=(count - 1) // A_DAY - day, minutes=random.randrange(500))
        open_now = at > NOW - timedelta(days=10) and random.random() < 0.5
        answered = at + timedelta(hours=random.expovariate(1 / 40))
        closed = None if open_now else at + timedelta(days=random.expovariate(1 / 4))
        rated = closed is not None and random.random() < 0.6
        number = numbers[i] = f"{at:%Y%m%d}{100_000 + i % A_DAY}"
        fact = TicketFact(
            ticket_number=number,
            demo=False,
            created_at=at,
            district=told.district,
            town=told.town,
            category_code=random.choice(leaves),
            unit_code=random.choice(units),
            channel=random.choice(CHANNELS),
            kind=random.choice(("consultation", "help", "complaint")),
            subject="market_entity" if random.random() < 0.08 else "citizen",
            respond_by=at + timedelta(days=1),
            responded_at=answered if answered < NOW else None,
            resolve_by=at + timedelta(days=7),
            closed_at=closed if closed and (closed < NOW or not open_now) else None,
            solved=random.random() < 0.9 if rated else None,
            satisfied=random.random() < 0.85 if rated else None,
        )
        yield Filled(fact, told.text, told.detail or "", numbers[issue], told.caller or "")


def orders(chunk: Sequence[Filled]) -> list[dict[str, object]]:
    """Return the orders of supervision: one for every thirtieth ticket, drafted where the ticket is open."""
    return [
        {
            "ticket_number": one.fact.ticket_number,
            "occasion": "overdue",
            "level": _LEVELS[n % len(_LEVELS)],
            "rule_id": "overdue",
            "receiver": "handler",
            "reason": "超过办结时限",
            "note": "请于今日内反馈办理情况。",
            "status": "sent" if one.fact.closed_at else "drafted",
            "raised_at": one.fact.resolve_by,
        }
        for n, one in enumerate(chunk[::30])
    ]


def member(one: Filled) -> dict[str, object]:
    """Return what an issue keeps of a ticket."""
    fact = one.fact
    return {
        "ticket_number": fact.ticket_number,
        "title": one.text[:24],
        "at": fact.created_at,
        "district": fact.district,
        "town": fact.town,
        "place": one.place,
        "category_code": fact.category_code,
        "caller": one.caller,
        "demo": False,
    }


def issue_row(issue: str, own: Sequence[dict[str, Any]]) -> dict[str, object]:
    """Return an issue as its row."""
    shown = ("title", "district", "town", "place", "category_code", "demo")
    return {
        "issue_id": issue,
        **{name: own[0][name] for name in shown},
        "first_at": own[0]["at"],
        "last_at": own[-1]["at"],
        "tickets": len(own),
        "people": len({one["caller"] for one in own}),
        "heat": float(len(own)),
        "trend": 0.0,
        "changed_at": own[-1]["at"],
    }


def raise_one(uow: SqlUnitOfWork, reference: ReferenceData, day: str) -> None:
    """Keep one warning of a day."""
    random = Random(day)
    at = datetime.fromisoformat(f"{day}T12:00:00+08:00")
    signal = Signal(
        district=random.choice(reference.gazetteer.districts).name,
        category_code=random.choice(reference.categories.leaves).code[:4],
        since=at - timedelta(hours=3),
        raised_at=at,
        observed=12,
        expected=1.5,
        score=11.0,
    )
    uow.early_warnings.add(signal, demo=False, quiet_since=at)


def words_of(day: str) -> dict[tuple[bool, str, str], int]:
    """Return the words of a day's titles, a few often and most rarely, some of them of this month alone."""
    random = Random(day)
    words = {(False, day, f"词{n}"): 1 + random.randrange(2 + 3_000 // (n + 3)) for n in range(2_000)}
    words |= {(False, day, f"{day[:7]}新词{n}"): 3 for n in range(20)}
    return words | {(False, day, ""): A_DAY}
