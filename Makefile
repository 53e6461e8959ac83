# Two commands carry this project: `make run` and `make test`. Nothing here asks a question.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
# Tests wait for servers more than they compute.
WORKERS ?= 3

.PHONY: help run smoke screenshots test chaos lint format openapi roles lock clean venv
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-13s%s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\n  Options of run and smoke: PORT=8000 SANDBOX_PORT=12111 DATA_DIR=.data\n'

run: venv ## everything, with demo data, until Ctrl-C
	@exec $(BIN)/python -m devstack run --parent $$PPID

smoke: ## book, pay and refund by curl, against a running `make run`
	@devstack/smoke.sh

screenshots: venv ## the pictures in docs/screenshots, of a running `make run`
	@$(BIN)/python -m devstack.pictures

test: venv ## every test, in parallel
	@$(BIN)/python -m devstack tools
	@$(BIN)/pytest -n $(WORKERS) --dist loadgroup

chaos: venv ## a storm of some minutes, and the books held against Stripe's; SEED=…
	@$(BIN)/python -m devstack.chaos $(if $(SEED),--seed $(SEED)) \
		$(if $(GUESTS),--guests $(GUESTS)) $(if $(SECONDS),--seconds $(SECONDS))

lint: venv ## style, types, floors, migrations, settings
	@$(BIN)/python -m devstack.lint

format: venv ## rewrite the code in the house's style
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .

openapi: venv ## docs/openapi.yaml from the code
	@$(BIN)/python -m devstack.openapi

roles: venv ## docs/roles.md from the table of who may what
	@$(BIN)/python -m myhibachi.tests.roles_matrix

lock: venv ## requirements*.in to requirements*.txt, with hashes
	@$(BIN)/uv pip compile $(LOCK_FLAGS) requirements.in -o requirements.txt
	@$(BIN)/uv pip compile $(LOCK_FLAGS) requirements-dev.in -o requirements-dev.txt

clean: ## remove the virtual environment and all data of run and test
	@if [ -x $(BIN)/python ]; then $(BIN)/python -m devstack.clean; fi

venv:
	@$(PYTHON) devstack/bootstrap.py

LOCK_FLAGS := --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header
