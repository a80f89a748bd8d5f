# Set-up and everyday commands. Needs Python 3.11 or newer and make, nothing else (make lock needs uv).

PYTHON ?= python3
DUMPS ?= warehouse/landing
WAREHOUSE ?=
UPGRADE ?=
SIZE ?= 1GB
ROUNDS ?= 5
PARTS ?=

# Recipes read these from the environment, quoted: a path may hold spaces.
export DUMPS WAREHOUSE SIZE ROUNDS PARTS

# Settings of the user that would send the packages elsewhere, or put other code in front of the pinned one.
export PIP_USER := 0
unexport PIP_CONSTRAINT PIP_PREFIX PIP_TARGET PYTHONHOME PYTHONPATH UV_FIND_LINKS

BIN := .venv/bin
# The processes are the parallelism: within one, polars would only make threads wait for each other.
ON_ALL_CORES := --numprocesses auto --dist worksteal
test exhaustive: export POLARS_MAX_THREADS := 1
PIP_HERE := python -m pip -qq --disable-pip-version-check --no-input
PIP := $(BIN)/$(PIP_HERE)
# A lock names all there is to install: nothing is resolved again, and nothing is built from source.
PIP_INSTALL_LOCK := $(PIP) install --require-hashes --no-deps --only-binary :all: -r
LOCK := uv pip compile --quiet --no-config --universal --python-version 3.11 --only-binary :all: --generate-hashes \
	--no-emit-index-url --annotation-style line --custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)

# Environments of other people's tools, each with its lock requirements-check-NAME.lock.
CHECKERS := croissant datacontract httpfs readers

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help warehouse ui test cluster exhaustive check checkers descriptions fix docs bench lock clean

## make warehouse     set up, then build a release from warehouse/landing
##                    (DUMPS=path for other dumps, WAREHOUSE=folder to write elsewhere)
warehouse: .venv/installed
	@$(BIN)/paperhouse build "$$DUMPS" $${WAREHOUSE:+--warehouse "$$WAREHOUSE"}

## make ui            set up, then start the Dagster UI on this machine (WAREHOUSE=folder)
ui: .venv/installed
	@$(BIN)/paperhouse ui $${WAREHOUSE:+--warehouse "$$WAREHOUSE"}

## make test          set up, then run the checks and the tests, on all cores
##                    (all but those of make cluster, make exhaustive and make descriptions)
test: check
	@echo 'Running the tests'
	@$(BIN)/pytest $(ON_ALL_CORES) -m 'not cluster and not exhaustive and not checkers'

## make cluster       set up, add Ray and an S3 server to .venv, then run the tests of clusters and stores
cluster: .venv/cluster .checkers/httpfs/installed
	@echo 'Running the tests of clusters and stores'
	@$(BIN)/pytest -m cluster tests

## make exhaustive    set up, then run the tests that take long: kills, power cuts, every fault at every call, and builds
##                    of the same dumps in every order and way
exhaustive: .venv/dev
	@echo 'Running the exhaustive tests'
	@$(BIN)/pytest $(ON_ALL_CORES) -m exhaustive

## make check         set up, then run the checks alone: lint, format, types, import rules
check: .venv/dev
	@echo 'Checking lint, format, types and import rules'
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/mypy --no-error-summary
	@report=$$($(BIN)/lint-imports --no-logo 2>&1) || { printf '%s\n' "$$report" >&2; exit 1; }

## make checkers      install the tools of others that check releases, each in .checkers/ by itself
checkers: $(CHECKERS:%=.checkers/%/installed)

## make descriptions  load and check what a release says of itself with them, and run docs/consumers.md
descriptions: .venv/dev checkers
	@$(BIN)/pytest $(ON_ALL_CORES) -m checkers tests/checkers

## make fix           mend what lint and format can mend by themselves
fix: .venv/dev
	@$(BIN)/ruff check --fix
	@$(BIN)/ruff format

## make docs          write the generated parts of the docs again
docs: .venv/dev
	@$(BIN)/python docs/generate.py

## make bench         measure a build beside its rivals, and small changes; takes minutes
##                    (SIZE=100MB for another corpus than 1GB, ROUNDS=3 for fewer rounds than 5, PARTS=stages for one part)
bench: .venv/dev
	@$(BIN)/python bench/build.py $$PARTS --size "$$SIZE" --rounds "$$ROUNDS" --write

## make lock          write the lock files again after a change of dependencies
##                    (needs uv; UPGRADE=1 takes the newest versions)
lock:
	@command -v uv >/dev/null || { echo 'make lock needs uv: install it and run make lock again.' >&2; exit 1; }
	@$(LOCK) --group build --output-file requirements.lock pyproject.toml
	@$(LOCK) --group dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml
	@$(LOCK) --group ray --constraint requirements-dev.lock --output-file requirements-ray.lock pyproject.toml
	@$(LOCK) --group cluster --constraint requirements-dev.lock --constraint requirements-ray.lock \
		--output-file requirements-cluster.lock pyproject.toml
	@for name in $(CHECKERS); do $(LOCK) --no-binary jsonpath-rw --group pyproject.toml:check-$$name \
		--output-file requirements-check-$$name.lock || exit 1; done

## make clean         remove .venv, .checkers and the caches; warehouse/data stays
clean:
	@rm -rf .venv .checkers .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

## make help          this list (any target takes PYTHON=python3.12 for the set-up)
help:
	@sed -n 's/^## //p' Makefile

# The stamp holds the clone's place. After a move of the clone, or an upgrade of the Python that .venv was made from,
# the scripts in .venv lead nowhere, or to other code: then it is made again.
ifneq ($(CURDIR),$(shell $(BIN)/python -c 'import pip; print(open(".venv/made").read())' 2>/dev/null))
.PHONY: .venv/made
endif

.venv/made: requirements.lock requirements-dev.lock
	@command -v "$(PYTHON)" >/dev/null || { echo '$(PYTHON) was not found: install Python 3.11 or newer, or name' \
		'one that is there: make $(MAKECMDGOALS) PYTHON=python3.12' >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "paperhouse needs Python 3.11 or" \
		"newer and $(PYTHON) is $$("$(PYTHON)" -V 2>&1): name another: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo '$(PYTHON) cannot make virtual environments:' \
		'install its venv package (Debian, Ubuntu: apt-get install python3-venv) and run make $(MAKECMDGOALS) again.' >&2; exit 1; }
	@echo 'Installing the pinned packages into .venv'
	@"$(PYTHON)" -m venv --clear .venv
	@$(PIP_INSTALL_LOCK) requirements.lock
	@printf '%s' '$(CURDIR)' >$@

.venv/installed: .venv/made pyproject.toml etl/version.py
	@echo 'Installing paperhouse into .venv'
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@

# jsonpath-rw ships no wheel: it alone is built here, with the setuptools of the lock and nothing that is fetched beside.
.checkers/%/installed: requirements-check-%.lock
	@echo 'Installing the pinned tools of $* into .checkers/$*'
	@"$(PYTHON)" -m venv --clear .checkers/$*
	@awk '/^[^ ]/ { wanted = /^setuptools==/ } wanted' $< >.checkers/$*/first.txt
	@.checkers/$*/bin/$(PIP_HERE) install --require-hashes --no-deps --only-binary :all: -r .checkers/$*/first.txt
	@.checkers/$*/bin/$(PIP_HERE) install --require-hashes --no-deps --only-binary :all: --no-binary jsonpath-rw \
		--no-build-isolation -r $<
	@touch $@

.venv/dev: .venv/made requirements-dev.lock | .venv/installed
	@echo 'Installing the pinned tools for tests into .venv'
	@$(PIP_INSTALL_LOCK) requirements-dev.lock
	@touch $@

# In .venv itself: a cluster's packages are those of the runtime and more, none of them in another version.
.venv/cluster: .venv/made requirements-cluster.lock | .venv/dev
	@echo 'Installing the pinned packages of clusters and stores into .venv'
	@$(PIP_INSTALL_LOCK) requirements-cluster.lock
	@touch $@
