# Every target does its own set-up first; a set-up that is done costs nothing.
# `make demo` and `make test` are all that a fresh clone needs.

VENV := .venv
BIN := $(VENV)/bin
# PYTHON=/path/to/python picks the interpreter that .venv is made with.
export PYTHON
STAMPS := $(VENV)/stamps
RUNTIME := $(STAMPS)/runtime
ALL := $(STAMPS)/all
SYSTEM := $(STAMPS)/system
FAST := tests/unit tests/contracts tests/runtime tests/scenarios tests/repository

.DEFAULT_GOAL := help
.PHONY: help setup demo test test-fast check format docs lock clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 14

$(VENV)/bin/python:
	scripts/make-venv

$(RUNTIME): constraints/runtime.txt pyproject.toml scripts/install-locked | $(VENV)/bin/python
	scripts/install-locked runtime
	@mkdir -p $(STAMPS) && touch $@

$(ALL): constraints/all.txt pyproject.toml scripts/install-locked | $(VENV)/bin/python
	scripts/install-locked all
	@mkdir -p $(STAMPS) && touch $@ $(RUNTIME)

$(SYSTEM): scripts/setup-system scripts/setup-go constraints/go.txt | $(VENV)/bin/python
	scripts/setup-system
	scripts/setup-go
	@mkdir -p $(STAMPS) && touch $@

setup: $(ALL) $(SYSTEM) ## create .venv and install what the tests need

demo: $(RUNTIME) ## show the loop at work: no cluster, no root, no network
	$(BIN)/netkeel demo

test: $(ALL) $(SYSTEM) ## run all tests, those on real servers too
	$(BIN)/python -m pytest

test-fast: $(ALL) ## run the tests that need no root and no servers
	$(BIN)/python -m pytest -q $(wildcard $(FAST))

check: $(ALL) ## format, lint, types, import contracts, hygiene, changelog
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/check-hygiene

format: $(ALL) ## format the code
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

docs: $(ALL) ## build the documentation, without a warning
	$(BIN)/sphinx-build -W --keep-going -b html docs docs/_build/html

lock: $(ALL) ## resolve the dependencies anew
	scripts/lock

clean: ## remove what the targets made
	rm -rf $(VENV) docs/_build results .mypy_cache .ruff_cache .pytest_cache .hypothesis
