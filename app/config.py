"""Settings of the service. The only reader of the environment; nested names are joined by `__`."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class ChatSettings(BaseModel):
    """Which engine answers."""

    engine: Literal["embedded"] = "embedded"


class DatabaseSettings(BaseModel):
    """The relational store; empty means SQLite under `data_dir`."""

    url: str = ""


class AuthSettings(BaseModel):
    """Keys at first start."""

    bootstrap_key: SecretStr | None = None
    """The first administrator key; one is made and printed once where this is not set."""


class Settings(BaseSettings):
    """Everything that may differ between two installations."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", extra="ignore")

    data_dir: Path = Path("./var")
    knowledge_dir: Path = ROOT / "knowledge_base"
    weights_dir: Path = ROOT / "models" / "weights"
    chat: ChatSettings = ChatSettings()
    database: DatabaseSettings = DatabaseSettings()
    auth: AuthSettings = AuthSettings()

    @property
    def database_url(self) -> str:
        """The URL in force."""
        return self.database.url or f"sqlite:///{self.data_dir / 'hotline.db'}"
