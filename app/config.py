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
    key_file: Path | None = None
    """The key that seals personal data: keep it apart from the database. Made under `data_dir` where not set."""


class IndexSettings(BaseModel):
    """The index of meanings; empty: embedded, under `data_dir`."""

    url: str = ""
    """A Chroma server, `http://host:port`."""


class AuthSettings(BaseModel):
    """Keys at first start, and the identity provider where there is one."""

    bootstrap_key: SecretStr | None = None
    """The first administrator key; one is made and printed once where this is not set."""
    oidc_issuer: str = ""
    """Issuer of identity tokens (`iss`); empty: API keys only."""
    oidc_audience: str = "hotline"
    oidc_jwks_url: str = ""
    """Where the issuer publishes its keys; empty: `<issuer>/.well-known/jwks.json`."""
    oidc_roles_claim: str = "roles"
    oidc_unit_claim: str = "unit_code"


class Settings(BaseSettings):
    """Everything that may differ between two installations."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", extra="ignore")

    data_dir: Path = Path("./var")
    knowledge_dir: Path = ROOT / "knowledge_base"
    weights_dir: Path = ROOT / "models" / "weights"
    chat: ChatSettings = ChatSettings()
    database: DatabaseSettings = DatabaseSettings()
    auth: AuthSettings = AuthSettings()
    index: IndexSettings = IndexSettings()
    duties: bool = True
    """Whether this process tells receivers, supervises, seals and deletes by itself; several may."""

    @property
    def database_url(self) -> str:
        """The URL in force."""
        return self.database.url or f"sqlite:///{self.data_dir / 'hotline.db'}"

    @property
    def key_file(self) -> Path:
        """The file in force."""
        return self.database.key_file or self.data_dir / "keys" / "store.key"
