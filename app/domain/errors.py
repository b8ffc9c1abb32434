"""Errors of the service.

HotlineError(code, message_zh)
├── InvalidInput          what was sent cannot be used; the message names the field and the reason
│   └── TooLarge          … because it is over a stated limit
├── Unauthenticated       no key, or an unknown or revoked one
├── Forbidden             the key lacks the scope
├── NotFound
├── Conflict              the same id or key with other content, or a stale version
│   └── InvalidTransition a step that is not possible now
├── ServiceUnavailable
└── ReferenceDataError    knowledge_base/ is wrong: file, line and key; stops the start
"""


class HotlineError(Exception):
    """Base of all expected errors; `message_zh` is shown to the caller."""

    code = "hotline_error"

    def __init__(self, message_zh: str, *, field: str | None = None) -> None:
        super().__init__(message_zh)
        self.message_zh = message_zh
        self.field = field


class InvalidInput(HotlineError):
    """What was sent cannot be used; `field` names where."""

    code = "invalid_input"


class TooLarge(InvalidInput):
    """What was sent is over a stated limit."""

    code = "too_large"


class Unauthenticated(HotlineError):
    """No key, or an unknown or revoked one."""

    code = "unauthenticated"


class Forbidden(HotlineError):
    """The key lacks the scope."""

    code = "forbidden"


class NotFound(HotlineError):
    """There is no such thing."""

    code = "not_found"


class Conflict(HotlineError):
    """The same id or key came with other content, or the version is stale."""

    code = "conflict"


class InvalidTransition(Conflict):
    """A step that is not possible in the ticket's present status."""

    code = "invalid_transition"


class ServiceUnavailable(HotlineError):
    """A part the service stands on does not answer."""

    code = "service_unavailable"


class ReferenceDataError(HotlineError):
    """A file of knowledge_base/ is wrong; the message gives file, line and key."""

    code = "reference_data_error"
