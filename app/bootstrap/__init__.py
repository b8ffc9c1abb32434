"""Settings in, the wired flows out. The only place that picks adapters and backends."""

from app.bootstrap.chat import second_looks, with_chat
from app.bootstrap.grouping import encode_lines, link_block, start_grouping
from app.bootstrap.reader import Embedded, build_duplicates, build_reader, load_embedded, ticket_encoder
from app.bootstrap.service import build_flows
from app.bootstrap.workers import begin_worker, read_many, start_worker, take_reader
from app.understand.mentions.read import get_ready

__all__ = [
    "Embedded",
    "begin_worker",
    "build_duplicates",
    "build_flows",
    "build_reader",
    "encode_lines",
    "get_ready",
    "link_block",
    "load_embedded",
    "read_many",
    "second_looks",
    "start_grouping",
    "start_worker",
    "take_reader",
    "ticket_encoder",
    "with_chat",
]
