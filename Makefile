# Everything starts here. `make demo` and `make test` need Python 3.11+, pip and make; uv is fetched
# into .tools when it is not on PATH, and all else goes into .venv. `make help` lists the targets.

ifeq ($(OS),Windows_NT)
PYTHON ?= python
BIN := .venv/Scripts
LINT := .venv-lint/Scripts
EXE := .exe
else
PYTHON ?= python3
BIN := .venv/bin
LINT := .venv-lint/bin
endif

# Two workers suit the smallest machine; stealing keeps one from idling behind slow process tests.
PYTEST := $(BIN)/python -m pytest -n 2 --dist worksteal
FETCHED_UV := .tools/bin/uv$(EXE)
UV := $(or $(shell command -v uv 2>/dev/null),$(FETCHED_UV))
# A path outside of the repository is no target: only the fetched uv is one.
UV_READY := $(filter .tools/%,$(UV))
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header $(LOCK)

.PHONY: help demo test test-clients lint format bench torture docs lock clean

help:                   ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-13s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: .venv/.ready      ## the main job on examples/: diagnostics, a task from one, an agent that does it
	@$(BIN)/python examples/demo.py

test: .venv/.ready      ## the whole Python suite
	@$(PYTEST) -q --ignore=tests/clients

test-clients: .venv/.ready  ## real editors and clients against the servers (fetches Neovim; needs npm)
	@bash clients/neovim/tests/get-neovim.sh .tools/neovim
	@bash tests/clients/debug_adapter/get-client.sh .tools/debug-adapter-client
	@$(PYTEST) -q tests/clients

lint: .venv/.ready .venv-lint/.ready  ## format, lint and types
	@status=0; for tool in "ruff format --check ." "ruff check ." basedpyright; do \
		$(LINT)/$$tool || status=1; done; exit $$status

format: .venv-lint/.ready  ## put files into the house format and mend what can be mended
	@$(LINT)/ruff format .
	@$(LINT)/ruff check --fix .

bench: .venv/.ready     ## start-up, many files, running nodes and the language server beside peers (needs npm; minutes)
	@$(BIN)/python -m compileall -q server mcp_tools
	@$(BIN)/python -m bench.startup
	@$(BIN)/python -m bench.check
	@$(BIN)/python -m bench.run
	@$(BIN)/python -m bench.lsp

torture: .venv/.ready   ## what no client should do to a language server (half an hour)
	@$(BIN)/python -m bench.torture --strict

docs: .venv/.ready      ## the reference pages and the schemas anew, from the code
	@$(BIN)/python docs/generate.py

lock: | $(UV_READY)      ## both lock files anew; `make lock LOCK=--upgrade` takes newer versions
	@$(COMPILE) --group test --output-file requirements.lock pyproject.toml
	@$(COMPILE) --group lint --output-file requirements-lint.lock

clean:                  ## everything the targets made, back to a bare clone
	@rm -rf .venv .venv-lint .tools .demo .pytest_cache .ruff_cache .hypothesis .import_linter_cache dist
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.ready: pyproject.toml requirements.lock | $(UV_READY)
	@$(PYTHON) -c 'import sys; sys.version_info < (3, 11) and sys.exit("Vesper needs Python 3.11 or newer: try make PYTHON=python3.12")'
	@echo "Setting up .venv (once)"
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	@$(UV) pip sync --quiet --python .venv --require-hashes --compile-bytecode requirements.lock
	@$(UV) pip install --quiet --python .venv --offline --no-deps --no-build-isolation --editable .
	@$(BIN)/python -m compileall -q server mcp_tools
	@touch $@

.venv-lint/.ready: requirements-lint.lock | $(UV_READY)
	@echo "Setting up .venv-lint (once)"
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv-lint
	@$(UV) pip sync --quiet --python .venv-lint --require-hashes requirements-lint.lock
	@touch $@

$(FETCHED_UV):
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --root-user-action=ignore --target .tools uv
