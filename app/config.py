"""Settings of the service. The only reader of the environment; nested names are joined by `__`."""

import os
import re
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


def is_address(url: str) -> bool:
    """Tell whether a client can send to a URL; without its scheme every call would fail."""
    return re.fullmatch(r"\s*https?://[^\s/,]+[^\s,]*\s*", url) is not None


class Part(BaseModel, extra="forbid"):
    """Settings that belong together; a name that is none of them is a fault, not a setting that has no effect."""


class ChatSettings(Part):
    """Which engine answers, and where the language model is served."""

    engine: Literal["embedded", "llm"] = "embedded"
    backend: Literal["vllm", "openai", "transformers", "offline"] = "vllm"
    """`vllm` and `openai` are servers of one port; the others run a model folder in this process, for batches."""
    base_url: str = ""
    """`http://host:8000/v1`; several, separated by commas, share the load."""
    model: str = ""
    """The name the server serves the model under, or the folder of a model in this process."""
    api_key: SecretStr = SecretStr("-")
    """Sent to every server; what needs none does not look at it."""
    seconds: float = Field(default=20.0, gt=0)
    """The whole time the model may add to one call or consultation: then the embedded engine's answer stands."""
    connect_seconds: float = Field(default=2.0, gt=0)
    read_seconds: float = Field(default=15.0, gt=0)
    """Longest silence of a server that is connected."""
    attempts: int = Field(default=3, ge=1)
    concurrency: int = Field(default=16, ge=1)
    """Calls under way at once, over all servers; the others wait, within their `seconds`."""
    break_after: int = Field(default=3, ge=1)
    """Failures in a row after which a server is left alone for `break_seconds`."""
    break_seconds: float = Field(default=15.0, gt=0)
    max_tokens: int = Field(default=4000, ge=1)
    """The longest answer."""
    extra_body: dict[str, Any] | None = None
    """Sent with every request; unset asks the server's chat template for no thoughts."""

    @model_validator(mode="after")
    def _llm_is_somewhere(self) -> Self:
        served = self.backend in ("vllm", "openai")
        if self.engine == "llm" and not (self.model and (self.base_url or not served)):
            raise ValueError("CHAT__ENGINE=llm 需要 CHAT__MODEL，由服务提供的模型还需要 CHAT__BASE_URL")
        urls = [url for url in self.base_url.split(",") if url.strip()]
        if self.engine == "llm" and served and not (urls and all(map(is_address, urls))):
            raise ValueError("CHAT__BASE_URL 应为 http://主机:端口/v1，多个用逗号分开")
        return self


class SearchServer(Part):
    """A model server that the search of the knowledge base asks; empty: the embedded parts alone."""

    base_url: str = ""
    """`http://host:8000/v1`."""
    model: str = ""
    api_key: SecretStr = SecretStr("-")
    seconds: float = Field(default=2.0, gt=0)
    """The time of one request; then the embedded parts answer alone."""
    break_seconds: float = Field(default=15.0, gt=0)
    """After a failure the server is left alone for so long."""

    @model_validator(mode="after")
    def _model_is_named(self) -> Self:
        if self.base_url and not self.model:
            raise ValueError("EMBED__BASE_URL 须与 EMBED__MODEL 同时设置，RERANK__BASE_URL 须与 RERANK__MODEL 同时设置")
        if self.base_url and not is_address(self.base_url):
            raise ValueError("EMBED__BASE_URL、RERANK__BASE_URL 应为 http://主机:端口/v1")
        return self

    def options(self) -> dict[str, Any]:
        """Return what a client of it is made with."""
        return {**self.model_dump(exclude={"api_key"}), "api_key": self.api_key.get_secret_value()}


class DatabaseSettings(Part):
    """The relational store; empty means SQLite under `data_dir`."""

    url: str = ""
    key_file: Path | None = None
    """The key that seals personal data: keep it apart from the database. Made under `data_dir` where not set."""


class IndexSettings(Part):
    """The index of meanings; empty: embedded, under `data_dir`."""

    url: str = ""
    """A Chroma server, `http://host:port`."""

    @model_validator(mode="after")
    def _server_is_named(self) -> Self:
        if self.url and not re.fullmatch(r"http://[^\s/:,]+(:\d{1,5})?/?", self.url):
            raise ValueError("INDEX__URL 应为 http://主机:端口")
        return self


class AuthSettings(Part):
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
    oidc_lanes_claim: str = "lanes"
    """The lanes whose referrals alone an officer sees; none: all."""

    @model_validator(mode="after")
    def _provider_is_somewhere(self) -> Self:
        for name in ("oidc_issuer", "oidc_jwks_url"):
            if (url := getattr(self, name)) and not is_address(url):
                raise ValueError(f"AUTH__{name.upper()} 应为 http:// 或 https:// 开头的地址")
        return self


class ReportSettings(Part):
    """Reports that nobody asks for."""

    hour: int = Field(default=7, ge=0, le=23)
    """From this hour, Chinese standard time, the report of the day before is made, on Mondays that of the week too."""


class Settings(BaseSettings):
    """Everything that may differ between two installations."""

    model_config = SettingsConfigDict(env_nested_delimiter="__", env_ignore_empty=True, extra="ignore")

    data_dir: Path = Path("./var")
    """Where all that the service writes lies."""
    knowledge_dir: Path = ROOT / "knowledge_base"
    """The city's rules and articles."""
    weights_dir: Path = ROOT / "models" / "weights"
    """The embedded engine's models; a city's own are a copy of this folder with some replaced."""
    evaluations_dir: Path = ROOT / "eval" / "baselines"
    """What `hotline eval … --json` wrote, for the page 模型."""
    prompts_dir: Path = ROOT / "prompts"
    chat: ChatSettings = ChatSettings()
    embed: SearchServer = SearchServer()
    """OpenAI-compatible embeddings that propose articles beside our own vectors."""
    rerank: SearchServer = SearchServer()
    """A cross-encoder that says which of the proposed articles fits best."""
    database: DatabaseSettings = DatabaseSettings()
    auth: AuthSettings = AuthSettings()
    index: IndexSettings = IndexSettings()
    reports: ReportSettings = ReportSettings()
    duties: bool = True
    """Whether this process tells receivers, supervises, seals and deletes by itself; several may."""

    def apart(self, folder: Path) -> Self:
        """Return these settings with a store of its own under a folder: not the city's database, key or index."""
        own = {"data_dir": folder, "database": DatabaseSettings(), "index": IndexSettings()}
        return self.model_copy(update=own)

    @classmethod
    def misspelt(cls) -> dict[str, str]:
        """Return variables of the environment that lack the second line of a setting's name, with that name."""
        meant = {
            f"{part}_{setting}".upper(): f"{part}__{setting}".upper()
            for part, field in cls.model_fields.items()
            if isinstance(field.annotation, type) and issubclass(field.annotation, Part)
            for setting in field.annotation.model_fields
        }
        return {wrong: right for wrong, right in meant.items() if wrong in os.environ and right not in os.environ}

    @property
    def database_url(self) -> str:
        """The URL in force."""
        return self.database.url or f"sqlite:///{self.data_dir / 'hotline.db'}"

    @property
    def key_file(self) -> Path:
        """The file in force."""
        return self.database.key_file or self.data_dir / "keys" / "store.key"
