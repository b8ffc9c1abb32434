"""An exported encoder run by ONNX Runtime, on a GPU where its build and the machine have one."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.base import ModelUnavailable
from models.model_folder import read_manifest

AT_A_TIME = 64
PROVIDERS = ("CUDAExecutionProvider", "CPUExecutionProvider")


class OnnxEncoder:
    """Tokenises, pads and runs; `model.onnx`, `tokenizer.json` and `manifest.json` of a trained folder."""

    def __init__(self, folder: Path) -> None:
        try:
            from onnxruntime import InferenceSession, get_available_providers
            from tokenizers import Tokenizer

            self._tokenizer: Any = Tokenizer.from_file(str(folder / "tokenizer.json"))
            able = [provider for provider in PROVIDERS if provider in get_available_providers()]
            self._session: Any = InferenceSession(str(folder / "model.onnx"), providers=able)
            self.manifest: dict[str, Any] = read_manifest(folder)
        except Exception as error:  # the runtime's and the tokenizer's errors have no common base but this
            raise ModelUnavailable(f"{folder} 中的模型不能用：{error}") from error

    def run(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the model's output, one row a text."""
        found = [self._batch(texts[start : start + AT_A_TIME]) for start in range(0, len(texts), AT_A_TIME)]
        return np.concatenate(found)

    def _batch(self, texts: Sequence[str]) -> NDArray[np.float32]:
        encoded = self._tokenizer.encode_batch(list(texts))
        fed = {
            "input_ids": np.array([one.ids for one in encoded], dtype=np.int64),
            "attention_mask": np.array([one.attention_mask for one in encoded], dtype=np.int64),
        }
        return np.asarray(self._session.run(None, fed)[0], dtype=np.float32)
