# Recipes. `make run` and `make test` need nothing but Python 3.11 to 3.14: scripts/bootstrap.py fetches
# the rest into .tools, .venv and web/node_modules, and does nothing when nothing has changed.

PYTHON ?= python3
BOOTSTRAP := $(PYTHON) scripts/bootstrap.py
BIN := .venv/bin
NPM := $(BOOTSTRAP) npm
JOBS ?= 2

.DEFAULT_GOAL := help
.PHONY: help run test check fix web migrate bench screenshots clean dev browser openapi

help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Open the product, with a demo company when it is empty
	@$(BOOTSTRAP) run
	@exec $(BIN)/cco up $(ARGS)

test: ## All tests, with coverage (ARGS="-k name" to choose)
	@$(BOOTSTRAP) run --dev
	@$(BOOTSTRAP) browser
	@$(NPM) run --silent test
	@$(BIN)/coverage erase
	@$(BIN)/pytest tests -q -n $(JOBS) --dist loadgroup --data-optional --cov --cov-report=term:skip-covered $(ARGS)

check: dev ## Static gates: ruff, mypy, import-linter, web lint and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(NPM) run --silent lint
	@$(NPM) run --silent types

fix: dev ## Mend what ruff and biome can mend by themselves
	@$(BIN)/ruff check --fix --quiet . || true
	@$(BIN)/ruff format .
	@$(NPM) run --silent fix

web: ## Build the dashboard into src/cco/_ui
	@$(BOOTSTRAP) web

migrate: dev ## A migration from the difference between tables and database: make migrate m="add budgets"
	@test -n "$(m)" || { echo 'Say what it does: make migrate m="add budgets"'; exit 2; }
	@$(BIN)/python scripts/migration.py "$(m)"

openapi: dev ## Regenerate web/openapi.json and the TypeScript client's types from the API
	@$(BIN)/python scripts/openapi.py

bench: dev ## Measure (ARGS="--rows 1000000" for a smaller run); the report is written to benchmarks/
	@$(BIN)/python -m benchmarks $(ARGS)

screenshots: dev web browser ## Every page at two widths, light and dark, into build/screenshots
	@$(BIN)/python scripts/screenshots.py $(ARGS)

clean: ## Remove everything the recipes made (your data in CCO_HOME stays)
	rm -rf .tools .venv web/node_modules src/cco/_ui build dist htmlcov .coverage .coverage.* coverage.xml \
		.mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests migrations benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

dev:
	@$(BOOTSTRAP) env --dev

browser: dev
	@$(BOOTSTRAP) browser
