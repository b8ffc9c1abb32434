"""An answer as it was sent, kept so that the same request again changes nothing."""

from app.domain.frozen import Frozen


class GivenAnswer(Frozen):
    """Status, headers that belong to the content, and body, with the digest of the request it answered."""

    digest: str
    status: int
    headers: dict[str, str]
    body: str
