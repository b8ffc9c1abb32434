"""Reads every kind of mention in one pass over what counts."""

from app.domain.transcript import SpokenCall
from app.understand.mentions.callback import read_callback
from app.understand.mentions.corrections import CorrectionModel
from app.understand.mentions.details import DetailReader
from app.understand.mentions.people import read_caller
from app.understand.mentions.places import AreaReader, read_areas
from app.understand.mentions.privacy import PrivacyRules
from app.understand.mentions.sayings import read_sayings
from app.understand.mentions.set_aside import SetAside
from app.understand.mentions.time_values import date_reader
from app.understand.mentions.times import read_clocks, read_durations, read_times
from app.understand.mentions.types import Mentions
from app.understand.mentions.values import numeral_reader


def get_ready() -> None:
    """Import what only some calls need, before one of them waits for it."""
    numeral_reader()
    date_reader()


def read_mentions(
    call: SpokenCall,
    areas: AreaReader,
    details: DetailReader,
    privacy: PrivacyRules,
    corrections: CorrectionModel | None = None,
    set_aside: SetAside | None = None,
) -> Mentions:
    """Return everything mentioned in a call."""
    sayings = read_sayings(call, corrections, set_aside)
    districts, towns = read_areas(call, sayings, areas)
    name, name_refused = read_caller(call, sayings, privacy)
    named, spots = details.read(call, sayings)
    times = read_times(call, sayings)
    return Mentions(
        sayings=sayings,
        times=times,
        durations=read_durations(call, sayings),
        clocks=read_clocks(call, sayings, times),
        districts=districts,
        towns=towns,
        details=named,
        spots=spots,
        caller_name=name,
        name_refused=name_refused,
        callback=read_callback(call, sayings),
        phone_refused=privacy.wants_no_call(call),
        confidential=privacy.confidential(call),
    )
