# Tasks. Each makes what it needs; a stamp file says that it is made.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: serve test check eval train locks clean

serve: .venv/base.stamp
	$(BIN)/hotline serve

test: .venv/dev.stamp
	$(BIN)/python -m pytest -n 2

check: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy

eval: .venv/base.stamp
	$(BIN)/hotline eval ticket --data eval/datasets/ticket_test.jsonl

train: .venv/dev.stamp
	$(BIN)/python -m training.own_weights

.venv/base.stamp: .locks/base.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q -r .locks/base.txt
	$(BIN)/python -m pip install -q --no-deps --no-build-isolation -e .
	touch $@

.venv/dev.stamp: .venv/base.stamp .locks/dev.txt
	$(BIN)/python -m pip install -q -r .locks/dev.txt
	touch $@

locks:
	for set in base train dev; do \
	  extra=$$( [ $$set = base ] || echo "--extra $$set --extra train"); \
	  $(BIN)/uv pip compile -q pyproject.toml $$extra --no-emit-index-url --no-header --python-version 3.11 -o .locks/$$set.txt; \
	done

clean:
	rm -rf .venv var
