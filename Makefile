# Four virtual environments, made from the hashed locks: .venv for the product and its tests; one each for DfE's rules,
# the audit and Spark, made when they are asked for. Nothing is installed outside this folder.
# `make` prints the targets.

VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
READY_DEV := $(VENV)/.ready-dev
VALIDATORS := .venv-validators
AUDIT := .venv-audit
ENGINE := .venv-engine

# Interpreters tried in turn; `make setup PYTHON=/path/to/python3.12` puts another one first.
PYTHON ?= python3
PYTHONS := $(PYTHON) python3 python3.13 python3.12 python3.11

# Two cores are the smallest machine that this is meant for; a file's tests share its fixtures. In the order of
# the folders: sorted by their number of tests, the whole nights would come last, on one core.
PYTEST_FLAGS ?= --numprocesses 2 --dist loadfile --no-loadscope-reorder

# A kill takes a minute; a slice at a time, as many as there is time for.
KILLS ?= 1-100
FLIPS ?= 1-200

# No tool phones home.
export DO_NOT_TRACK := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DAGSTER_DISABLE_TELEMETRY := 1
export GX_ANALYTICS_ENABLED := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup manifest run test faults kills flips attack engine engine-test lint lint-python lint-types lint-sql lint-dbt format bench serve validators sbom audit lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: $(READY_DEV) manifest ## virtual environment, locked dependencies, dbt manifest

run: $(READY) manifest ## set-up, a demo where there are no extracts, then the nightly job once
	@$(BIN)/cypp demo --if-empty
	@$(BIN)/cypp run

test: $(READY_DEV) manifest ## set-up, then the whole test suite
	@$(BIN)/python -m pytest $(PYTEST_FLAGS)

faults: $(READY_DEV) manifest ## the long proofs: kills, full disks, orders of arrival, planted faults
	@$(BIN)/python -m pytest $(PYTEST_FLAGS) -m faults

kills: $(READY_DEV) manifest ## of these the kills at random moments, by number: make kills KILLS=1-20
	@CYPP_KILLS=$(KILLS) $(BIN)/python -m pytest -n 0 -m faults tests/faults/test_random_kills.py

flips: $(READY_DEV) manifest ## and the flipped bits: make flips FLIPS=1-200
	@CYPP_FLIPS=$(FLIPS) $(BIN)/python -m pytest -n 0 -m faults -k flipped_bit_changes tests/faults/test_damage.py

attack: $(READY_DEV) manifest ## the long proof of the public edition: attacked as an outsider would
	@$(BIN)/python -m pytest $(PYTEST_FLAGS) -m attack

engine-test: $(ENGINE)/.ready ## the long proof of Spark: every table of two areas equal to DuckDB's
	@$(ENGINE)/bin/python -m pytest -n 0 -m engine $(ENGINE_FLAGS)

lint: lint-python lint-types lint-sql lint-dbt ## formatting, linting, types, SQL style, dbt rules

lint-python: $(READY_DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/deptry .

lint-types: $(READY_DEV)
	$(BIN)/ty check orchestration expectations

lint-sql: $(READY_DEV) manifest
	$(BIN)/sqlfluff lint --processes 2 dbt_project/models

lint-dbt: $(READY_DEV) manifest
	COLUMNS=160 $(BIN)/dbt-bouncer run --config-file .dbt-bouncer.yml --show-all-failures

format: $(READY_DEV) manifest ## rewrite Python and SQL in the house style
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/sqlfluff fix --processes 2 dbt_project/models

bench: $(READY_DEV) manifest ## the benchmarks
	@$(BIN)/python -m tests.benchmarks

serve: $(READY) manifest ## Dagster's pages and daemon, on this machine only (127.0.0.1)
	@$(BIN)/python -m orchestration.dagster.serve

validators: $(VALIDATORS)/.ready ## optional: DfE's rules for SSDA903 and CIN census (needs Python 3.11)

engine: $(ENGINE)/.ready ## optional: an environment with Spark in it (needs Java 17): .venv-engine/bin/cypp run

sbom: $(AUDIT)/.ready ## what the product consists of: dist/sbom.json (CycloneDX), from the lock
	@mkdir -p dist
	@$(AUDIT)/bin/cyclonedx-py requirements requirements.txt --pyproject pyproject.toml --output-reproducible \
		--output-file dist/sbom.json
	@echo "dist/sbom.json"

# Strict: a registry that knows nothing of a package must not look like one that knows nothing against it.
audit: $(AUDIT)/.ready ## known vulnerabilities of what the lock names; asks the package registry
	@$(AUDIT)/bin/pip-audit --strict --requirement requirements.txt --disable-pip --require-hashes

lock: $(READY) ## resolve the locks again from pyproject.toml
	$(BIN)/uv pip compile --quiet $(LOCK_FLAGS) --group uv --output-file requirements-uv.txt
	$(BIN)/uv pip compile --quiet $(LOCK_FLAGS) pyproject.toml --group build --output-file requirements.txt
	$(BIN)/uv pip compile --quiet $(LOCK_FLAGS) --constraint requirements.txt --group dev \
		--output-file requirements-dev.txt
	$(BIN)/uv pip compile --quiet $(LOCK_FLAGS) --constraint requirements.txt pyproject.toml --extra spark --group build \
		--output-file requirements-engine.txt
	$(BIN)/uv pip compile --quiet $(LOCK_FLAGS) --python-version 3.11 --group validators \
		--output-file requirements-validators.txt
	$(BIN)/uv pip compile --quiet $(LOCK_FLAGS) --group audit --output-file requirements-audit.txt

clean: ## remove the environment, build products and caches; never data
	rm -rf $(VENV) $(VALIDATORS) $(AUDIT) $(ENGINE) dist dbt_project/target dbt_project/logs logs
	rm -rf .pytest_cache .ruff_cache .hypothesis .benchmarks
	find orchestration expectations tests -name __pycache__ -type d -prune -exec rm -rf {} +

# ---------------------------------------------------------------------------------------------------

LOCK_FLAGS := --universal --generate-hashes --no-strip-extras --no-header

# uv takes a third of pip's time, but knows nothing of a mirror or certificate set up for pip: then
# pip does it. Either way nothing is installed whose hash is not in the lock.
INSTALL_FLAGS := --quiet --no-deps --require-hashes
define install
	@echo "Installing from $(1)"
	@$(BIN)/uv pip install --python $(BIN)/python --compile-bytecode $(INSTALL_FLAGS) -r $(1) \
		|| { echo "uv could not; pip takes over"; $(BIN)/python -m pip install $(INSTALL_FLAGS) -r $(1); }
endef

$(BIN)/python:
	@for python in $(PYTHONS); do \
		if "$$python" -c 'import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null; then \
			echo "Creating $(VENV) with $$("$$python" --version)"; \
			exec "$$python" -m venv --clear $(VENV); \
		fi; \
	done; \
	echo "No usable Python: 3.11, 3.12 or 3.13 is needed, with its venv module." >&2; \
	echo "Found: $$($(PYTHON) --version 2>/dev/null || echo "no $(PYTHON)"). On Debian or Ubuntu: apt install python3 python3-venv." >&2; \
	echo "Another interpreter: make setup PYTHON=/path/to/python3.12" >&2; \
	exit 1

$(READY): pyproject.toml requirements-uv.txt requirements.txt | $(BIN)/python
	@$(BIN)/python -m pip install $(INSTALL_FLAGS) -r requirements-uv.txt
	$(call install,requirements.txt)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(READY_DEV): requirements-dev.txt $(READY)
	$(call install,requirements-dev.txt)
	@touch $@

# The packages of the rules need numpy 1, which no later Python has; `make setup` does not need them.
$(VALIDATORS)/.ready: requirements-validators.txt
	@for python in $(PYTHON) python3.11 $(BIN)/python; do \
		if "$$python" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then \
			echo "Creating $(VALIDATORS) with $$("$$python" --version)"; \
			"$$python" -m venv --clear $(VALIDATORS) || exit 1; \
			break; \
		fi; \
	done; \
	[ -x $(VALIDATORS)/bin/python ] || { echo "DfE's rules need Python 3.11: make validators PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Installing from $<"
	@$(BIN)/uv pip install --python $(VALIDATORS)/bin/python --compile-bytecode $(INSTALL_FLAGS) -r $< 2>/dev/null \
		|| $(VALIDATORS)/bin/python -m pip install $(INSTALL_FLAGS) -r $<
	@touch $@

# Product, tests and Spark in one place of their own: Spark is a gigabyte that most do not need.
$(ENGINE)/.ready: requirements-engine.txt requirements-dev.txt $(READY)
	@$(BIN)/python -m venv --clear $(ENGINE)
	@echo "Installing from $<"
	@for lock in $< requirements-dev.txt; do \
		$(BIN)/uv pip install --python $(ENGINE)/bin/python $(INSTALL_FLAGS) -r $$lock 2>/dev/null \
			|| $(ENGINE)/bin/python -m pip install $(INSTALL_FLAGS) -r $$lock || exit 1; \
	done
	@$(BIN)/uv pip install --quiet --python $(ENGINE)/bin/python --no-deps --no-build-isolation --editable .
	@touch $@

$(AUDIT)/.ready: requirements-audit.txt | $(BIN)/python
	@$(BIN)/python -m venv --clear $(AUDIT)
	@echo "Installing from $<"
	@$(BIN)/uv pip install --python $(AUDIT)/bin/python $(INSTALL_FLAGS) -r $< 2>/dev/null \
		|| $(AUDIT)/bin/python -m pip install $(INSTALL_FLAGS) -r $<
	@touch $@

# What dbt says of the project, for Dagster: parsed again when a model or its YAML has changed.
manifest: $(READY)
	@$(BIN)/python -m orchestration.warehouse.manifest
