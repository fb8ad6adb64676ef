# Holdfast on any machine with Python 3.11, pip and make. Nothing here calls apt or needs root.
#   make demo     set up, load the demonstration clinic and serve it (HOLDFAST_PORT, default 8000)
#   make test     set up and run the fast profile; says what it skipped and why
# The rest is in CONTRIBUTING.md.

PYTHON ?= python3
# One process for each core, two at least; more than four would not be faster.
WORKERS ?= $(shell nproc 2>/dev/null | awk '{n = $$1 < 2 ? 2 : $$1; print (n > 4 ? 4 : n)}')
# Tests write gigabytes that nobody reads again: into memory, where a machine has plenty of both.
SPACE := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 6000000 {print "/dev/shm"}')
SPACE := $(if $(SPACE),$(shell awk '/^MemAvailable/ && $$2 > 10000000 {print "TMPDIR=/dev/shm"}' /proc/meminfo))
BIN := .venv/bin
SOURCES := pyproject.toml requirements-installer.lock tools/set-up
UV := $(BIN)/uv

.PHONY: setup demo test faults nightly bench lock manual lint
.DEFAULT_GOAL := setup

.venv/.runtime: requirements.lock $(SOURCES)
	@PYTHON=$(PYTHON) tools/set-up requirements.lock
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.runtime
	@PYTHON=$(PYTHON) tools/set-up requirements-dev.lock
	@touch $@

setup: .venv/.runtime

demo: .venv/.runtime
	@$(BIN)/holdfast demo

test: .venv/.dev
	$(SPACE) $(BIN)/python -m pytest -n $(WORKERS) -m "not faults and not nightly" $(PYTEST_ARGS)

faults: .venv/.dev
	$(SPACE) $(BIN)/python -m pytest -m faults -o faulthandler_timeout=900 $(PYTEST_ARGS)

nightly: .venv/.dev
	$(BIN)/python -m tools.nightly $(NIGHTLY_ARGS)

bench: .venv/.dev
	$(BIN)/python benchmarks/run.py $(BENCH_ARGS)

manual: .venv/.dev
	$(BIN)/python tools/manual.py
	$(BIN)/python -m tools.permissions

lint: .venv/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

# Locks carry hashes and no addresses. The intermediate lock of uv is made elsewhere and thrown away.
lock: .venv/.runtime
	@PYTHON=$(PYTHON) tools/lock
