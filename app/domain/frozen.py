"""The base every domain type builds on: immutable, and closed to unknown fields."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value that never changes after it is made; an unknown field is an error, whose text quotes no value (logs)."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)
