# What a person types here. `make run` and `make test` do all their own set-up.
#   make PYTHON=python3.13 test    uses another interpreter (and makes the environment anew for it)
#   make VERSIONS=oldest test      uses the oldest libraries that pyproject.toml allows (or the newest)
#   make test ARGS="-k refused"    hands words on to pytest

PYTHON ?= python3
VERSIONS ?= pinned
VENV ?= $(if $(filter pinned,$(VERSIONS)),.venv,.venv-$(VERSIONS))
JOBS ?= 2
# Tests of real kernels and daemons share two cores with one another: what fails once is run once more, and listed.
AGAIN ?= --reruns 1 -raR
ARGS ?=
SEEDS ?= 5
EXAMPLES ?= 5000
WHAT ?=

bin := $(VENV)/bin
# The environment is right as long as none of these changed: the pins, the interpreter, the place it stands in.
key := $(firstword $(shell { $(PYTHON) -VV; pwd; cat pyproject.toml packaging/requirements.txt packaging/setup; } 2>&1 | cksum))
ready := $(VENV)/.ready-$(key)

.PHONY: help run test check lint fmt bench fuzz soak simulate mutants held screenshots lock setup setup-run setup-test clean

help:  ## say what can be made
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 20

run: setup-run  ## start Watchbell; with nothing to watch yet it shows its demo world
	$(bin)/watchbell run --window --demo-if-empty

test: setup-test  ## all tests, those on a real virtual desktop too
	$(bin)/python -m pytest -n $(JOBS) --dist loadfile --max-worker-restart 2 $(AGAIN) $(ARGS)

check: lint test  ## everything a change must pass

lint: setup-run  ## format, style, types and the arrows between the rooms
	$(bin)/ruff format --check .
	$(bin)/ruff check .
	$(bin)/mypy
	$(bin)/lint-imports

fmt: setup-run  ## format the code and mend what ruff can mend
	$(bin)/ruff format .
	$(bin)/ruff check --fix .

bench: setup-test  ## memory, start, CPU per check, wake-ups, reports and long histories, beside others and their aims
	$(bin)/python -m tests.bench.tray
	$(bin)/python -m tests.bench.history
	$(bin)/python -m tests.bench.many
	$(bin)/python -m tests.bench.checks
	$(bin)/python -m tests.bench.report
	$(bin)/python -m tests.bench.year 5 60

simulate: setup-run  ## thirty days of a laptop, some 4 min for each of the SEEDS: false alarms and missed outages
	$(bin)/python -m tests.simulation --seeds $(SEEDS)

fuzz: setup-test  ## many more hostile answers for every kind of probe; make fuzz EXAMPLES=20000
	WATCHBELL_EXAMPLES=$(EXAMPLES) $(bin)/python -m pytest -n $(JOBS) tests/probes/test_fuzz.py

soak: setup-test  ## a million checks: what grows
	$(bin)/python -m tests.bench.soak

mutants: setup-test  ## what the tests of core and alerts let through; make mutants WHAT='trayapp.core.verdict*' for a part
	$(bin)/python -m pip install --quiet 'mutmut>=3.8,<4'
	WATCHBELL_LIVES=20 WATCHBELL_SEED=1 PATH="$(CURDIR)/$(bin):$$PATH" nice -n 19 mutmut run --max-children $(JOBS) $(WHAT)
	$(bin)/mutmut results

held: setup-test  ## today's tests of what was found, against the code of an older COMMIT: they should fail there
	$(bin)/python -m tests.held $(COMMIT) $(ARGS)

screenshots: setup-test  ## pictures of window, settings, menu and notification, into screenshots/
	$(bin)/python -m tests.desktop.screenshots screenshots

lock: setup-run  ## renew packaging/requirements.txt: the newest versions that pyproject.toml allows, with their hashes
	$(bin)/uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --upgrade --generate-hashes \
		--no-header --no-annotate --no-emit-index-url --no-emit-find-links --quiet --output-file packaging/requirements.txt

setup: setup-test  ## all set-up, and nothing else

setup-run:
	@packaging/setup packages run
	@$(MAKE) --silent $(ready)

setup-test:
	@packaging/setup packages run test
	@$(MAKE) --silent $(ready)

$(ready):
	@packaging/setup environment $(PYTHON) $(VENV) $(VERSIONS)
	@rm -f $(VENV)/.ready-*
	@touch $@

clean:  ## remove everything that was made here
	rm -rf .venv .venv-oldest .venv-newest build dist screenshots *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache mutants
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
