"""Makes a tiny Qwen3-style chat model at random weights, its tokenizer trained on our own texts: a server's test piece.

Run: `python -m training.tiny_chat_model --out var/tiny-chat`. Needs transformers and torch (the environment of
`make vllm-cpu`). The model talks nonsense; that is its use.
"""

import json
from pathlib import Path
from typing import Annotated

import typer

SEED = 20261118
VOCABULARY = 4000
LONGEST = 16_384
TEXTS = (Path("training/datasets/demands.jsonl"), Path("eval/datasets/ticket_dev.jsonl"))
WIDTH = {
    "hidden_size": 128,
    "intermediate_size": 256,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "head_dim": 32,
}
SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def main(out: Annotated[Path, typer.Option(help="folder to write the model to")]) -> None:
    """Write the tiny model."""
    count, tokens = make(out, WIDTH)
    typer.echo(f"{out}: {count:,} parameters, {tokens:,} tokens, random weights")


def make(out: Path, width: dict[str, int]) -> tuple[int, int]:
    """Write tokenizer, configuration and weights, the same every time; return how many parameters and tokens."""
    import torch
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=list(SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(own_texts(), trainer)
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        model_max_length=LONGEST,
    )
    fast.chat_template = CHAT_TEMPLATE
    torch.manual_seed(SEED)
    config = Qwen3Config(
        vocab_size=len(fast),
        max_position_embeddings=LONGEST,
        tie_word_embeddings=True,
        eos_token_id=fast.eos_token_id,
        pad_token_id=fast.pad_token_id,
        bos_token_id=None,
        **width,
    )
    model = Qwen3ForCausalLM(config)
    out.mkdir(parents=True, exist_ok=True)
    fast.save_pretrained(out)
    model.save_pretrained(out)
    return sum(p.numel() for p in model.parameters()), len(fast)


def own_texts() -> list[str]:
    """Return the project's own texts that the tokenizer learns from."""
    texts = [path.read_text("utf-8") for path in Path("prompts").rglob("*.jinja")]
    for path in TEXTS:
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            texts += [row["text"]] if "text" in row else [turn["text"] for turn in row["turns"]]
    return texts


if __name__ == "__main__":
    typer.run(main)
