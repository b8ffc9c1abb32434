"""An answer that is still being written in, the forms with the fields that stand in it whole out."""

from typing import Any

from pydantic import ValidationError

from app.understand.generated.forms import TicketForm, TicketForms

_NOTHING: dict[str, Any] = dict.fromkeys(TicketForm.model_fields) | {"left_out": ()}


def finished(written: Any) -> tuple[TicketForms, int]:
    """Return the forms so far, and how many fields they hold; the field at the end is left out: it may grow yet."""
    tickets = written.get("tickets") if isinstance(written, dict) else None
    if not isinstance(tickets, list):
        return TicketForms(tickets=()), 0
    forms, fields = [], 0
    for position, ticket in enumerate(tickets):
        names = list(ticket) if isinstance(ticket, dict) else []
        whole = names[:-1] if position == len(tickets) - 1 else names
        try:
            forms.append(TicketForm.model_validate(_NOTHING | {name: ticket[name] for name in whole}))
        except ValidationError:
            continue
        fields += len(whole)
    return TicketForms(tickets=tuple(forms)), fields
