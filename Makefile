PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(PYTHON) requirements/install.py
LOCKED := requirements/build.txt requirements/uv.txt pyproject.toml
UV = $(or $(shell command -v uv),$(BIN)/uv)
COMPILE = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --prerelease if-necessary-or-explicit \
	--custom-compile-command "make lock" $(LOCK_ARGS)

.DEFAULT_GOAL := help
.PHONY: help setup demo test attacks sbom bench faults image-steps trial-tls lint format lock clean
MAKEFLAGS += --no-print-directory

help: ## Show what can be made
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: .venv/.dev ## Install everything for work on Monthline into .venv

demo: .venv/.embedded ## Run a company's month on this machine; Ctrl-C ends it
	@$(BIN)/monthline demo $(ARGS)

test: .venv/.dev ## Run everything CI runs
	@$(BIN)/python -m tests $(ARGS)

attacks: .venv/.dev ## Run all attacks at length: every caller in every stage, many random requests
	@ATTACKS=all ATTACK_EXAMPLES=10 $(BIN)/python -m pytest tests/attacks $(ARGS)

sbom: .venv/.dev ## Write the software bill of materials of the product to build/sbom.json
	@mkdir -p build
	@$(BIN)/cyclonedx-py requirements --pyproject pyproject.toml --output-reproducible --of JSON \
		-o build/sbom.json requirements/run.txt

bench: .venv/.dev ## Run the performance suite (ARGS=--help says which parts there are)
	@$(BIN)/python -m bench $(ARGS)

faults: .venv/.embedded ## Break the stack on purpose and see what holds
	@$(BIN)/python -m faults $(ARGS)

lint: .venv/.dev ## Check format, style, types, walls and dependencies
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-cache > .venv/lint-imports.log || { cat .venv/lint-imports.log; exit 1; }
	@$(BIN)/deptry --no-ansi . 2> .venv/deptry.log || { cat .venv/deptry.log; exit 1; }

image-steps: ## Run the steps that make the image in a scratch folder, without a container engine
	@sh deploy/image/try.sh

trial-tls: .venv/.dev ## Run the production manifests' commands on this machine, over TLS, for a sample month
	@$(BIN)/python -m pytest tests/trial $(ARGS)

format: .venv/.dev ## Put the code into its format
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

lock: ## Choose the versions of all packages anew (LOCK_ARGS=--upgrade)
	@test -x "$(UV)" || { echo "make lock needs uv; run make setup first"; exit 1; }
	@$(COMPILE) --output-file requirements/run.txt pyproject.toml
	@$(COMPILE) --constraint requirements/run.txt --extra embedded --output-file requirements/embedded.txt pyproject.toml
	@$(COMPILE) --constraint requirements/embedded.txt --extra embedded --extra dev \
		--output-file requirements/dev.txt pyproject.toml
	@printf 'hatchling\neditables\n' | $(COMPILE) --constraint requirements/dev.txt --output-file requirements/build.txt -
	@printf 'uv\n' | $(COMPILE) --output-file requirements/uv.txt -

clean: ## Remove .venv and all caches
	@rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.dev: $(LOCKED) requirements/dev.txt
	@$(INSTALL) dev
	@touch .venv/.embedded $@

.venv/.embedded: $(LOCKED) requirements/embedded.txt
	@$(INSTALL) embedded
	@touch $@
