"""Something that is sealed in a database: by it the key is tried before anything is sealed with another."""

from sqlalchemy import Engine, select

from app.store.engine import reached
from app.store.service_tables import WebhookRow
from app.store.tables import TicketRow


def sealed_sample(engine: Engine) -> str | None:
    """Return what the newest ticket, or a receiver of events, has sealed; None where nothing is.

    Raises:
        ServiceUnavailable: the database cannot be reached.
    """
    newest_ticket = select(TicketRow.body).order_by(TicketRow.ticket_number.desc()).limit(1)
    with reached(engine) as connection:
        sealed = (connection.scalar(newest_ticket) or {}).get("sealed")
        return sealed or connection.scalar(select(WebhookRow.secret).limit(1))
