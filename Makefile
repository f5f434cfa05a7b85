# Deep Learning by Hand. `make help` lists what there is; each target sets up .venv first, with the versions of
# requirements.lock. Needed: make and Python 3.11 or later.

PYTHON ?= python3
COURSE ?= .
ARGS ?=
JOBS ?= 2
DEMO ?= backpropagation multi_task_learning gumbel_softmax
VENV := .venv
BIN := $(abspath $(VENV)/bin)
RUN := $(BIN)/python -m
# small models run many times slower when torch shares two cores with other threads
export OMP_NUM_THREADS := 1
export PATH := $(BIN):$(PATH)
.DEFAULT_GOAL := help

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or later is needed; name it: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(RUN) pip install --quiet --disable-pip-version-check -r requirements.lock
	$(RUN) pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

install: $(VENV)/.installed ## set up .venv, and nothing else

demo: install ## build the course, grade a sample class through nbgrader, show the result
	@$(RUN) dlcourse.cli demo $(DEMO:%=--assignment %) $(ARGS)

test: install lint ## everything that CI runs
	$(RUN) dlcourse.cli build --check
	$(RUN) dlcourse.cli audit --check
	$(RUN) pytest -q -n $(JOBS) --dist loadgroup --no-loadscope-reorder --durations=25 $(ARGS)

quick: install lint ## lint, types, import contracts and the unit tests: under a minute
	$(RUN) pytest -q -n $(JOBS) tests/dlcourse/unit

lint: install
	$(RUN) ruff check .
	$(RUN) ruff format --check .
	$(RUN) mypy
	$(BIN)/lint-imports --no-logo --no-cache
	$(BIN)/codespell

format: install ## let ruff write the code's layout
	$(RUN) ruff check --fix-only .
	$(RUN) ruff format .

build: install ## make source/ and release/ from solutions/ and tests/
	@$(RUN) dlcourse.cli build $(ARGS)

lab: install ## start JupyterLab at the course's index, with formgrader (COURSE=folder for another course, such as the demo's)
	cd $(COURSE) && $(RUN) jupyter lab $(patsubst $(COURSE)/%,%,$(wildcard $(COURSE)/release/index.ipynb)) $(ARGS)

.PHONY: docs
docs: install ## the documentation site in dist/docs, every link within it checked
	$(BIN)/sphinx-build -q -W --keep-going -d dist/.doctrees -b html docs dist/docs
	$(RUN) pytest -q tests/dlcourse/whole/test_site.py

wheel: install ## dist/*.whl, the package that students install
	rm -rf build
	$(RUN) pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation -w dist .

lock: ## make requirements.lock anew from pyproject.toml; torch stays at the version that it names
	rm -rf .venv-lock
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python -m pip install --quiet -e '.[instructor,hub,cluster,gradescope,postgresql,docs,dev]' "$$(grep '^torch==' requirements.lock)"
	{ grep '^#' requirements.lock; \
	  .venv-lock/bin/python -m pip freeze --all | grep -E '^[A-Za-z0-9]' | grep -viE '^(pip|dlcourse)==' | sed 's/+.*//'; } > requirements.lock.new
	mv requirements.lock.new requirements.lock
	rm -rf .venv-lock
