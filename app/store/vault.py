"""Personal data sealed at rest, callers known by a keyed hash, events chained: all by one key outside the database."""

import base64
import hashlib
import hmac
import json
import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from pydantic_core import to_json

from app.domain.errors import ServiceUnavailable

KEY_BYTES = 32
_NONCE_BYTES = 12
_VERSION = "v1:"
_MOBILE = re.compile(r"^(?:0|(?:00)?86)(1[3-9]\d{9})$")


class Vault:
    """Seals, opens, hashes and chains. Losing the key loses the names and numbers, not the tickets."""

    def __init__(self, key: bytes) -> None:
        """Derive one key a purpose (HKDF-SHA256, RFC 5869)."""
        self._cipher = AESGCM(_derived(key, b"personal data"))
        self._caller_key = _derived(key, b"caller hash")
        self._chain_key = _derived(key, b"event chain")

    def seal(self, value: Any) -> str:
        """Return a JSON value encrypted with AES-256-GCM, as text."""
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + base64.b64encode(nonce + self._cipher.encrypt(nonce, to_json(value), None)).decode()

    def open(self, sealed: str) -> Any:
        """Return the value; raises ServiceUnavailable where the key is not the one it was sealed with."""
        raw = base64.b64decode(sealed.removeprefix(_VERSION))
        try:
            return json.loads(self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], None))
        except InvalidTag as error:
            raise ServiceUnavailable("个人信息的密钥与数据库不符，请核对 DATABASE__KEY_FILE") from error

    def caller_hash(self, phone: str) -> str:
        """Return what joins one person's requests across channels without telling who it is.

        A mobile number is the same with 86 or 0 before it, as exchanges hand it on.
        """
        digits = _MOBILE.sub(r"\1", "".join(c for c in phone if c.isdigit()))
        return hmac.new(self._caller_key, digits.encode(), hashlib.sha256).hexdigest()

    def chained(self, previous: str, content: Any) -> str:
        """Return the hash of an event that follows the one hashed `previous`."""
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
        return hmac.new(self._chain_key, f"{previous}\n{text}".encode(), hashlib.sha256).hexdigest()


def open_vault(key_file: Path, sealed: str | None = None) -> Vault:
    """Return the vault of a key file; where nothing is `sealed` yet a missing file is made, for its owner alone.

    Raises:
        ServiceUnavailable: the file is missing or no key, or its key did not seal what is `sealed`.
    """
    if not key_file.exists():
        if sealed:
            raise ServiceUnavailable(
                f"没有密钥文件 {key_file}，而数据库中已有加密的信息：请放回备份的密钥，或用 DATABASE__KEY_FILE 指明"
            )
        _make_key(key_file)
    text = key_file.read_text().strip()
    try:
        key = bytes.fromhex(text)
    except ValueError as error:
        raise ServiceUnavailable(f"{key_file} 不是密钥文件：应为十六进制文字") from error
    if len(key) != KEY_BYTES:
        raise ServiceUnavailable(f"{key_file} 应为{KEY_BYTES}字节的十六进制密钥")
    vault = Vault(key)
    if sealed:
        vault.open(sealed)
    return vault


def _make_key(key_file: Path) -> None:
    """Write a fresh key, unless another process was first."""
    key_file.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        handle = os.open(key_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(KEY_BYTES))


def _derived(key: bytes, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=purpose).derive(key)
