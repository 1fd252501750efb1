# The commands of this checkout; `make help` lists them. Works with GNU make 3.81 and later.

MATTER ?= examples/northwind/matter.yaml
FOLDER ?= examples
PYTHON ?= python3
WORKERS ?= 2
ARGS ?=
PYTEST_ARGS ?=

ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif

# make itself always ends with status 2 after a failure, so the code that isa-docs gave is printed.
SAY_CODE = { code=$$?; echo "isa-docs ended with exit code $$code (docs/errors.md says what it means)" >&2; exit $$code; }

# Compiled modules are kept between the many processes of a build or a test run.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help package desk test test-dms test-stress check format setup setup-dev setup-servers doctor bench desk-bundle lock clean distclean python

help: ## list the commands
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' Makefile

package: setup ## build every submission of MATTER (examples/northwind/matter.yaml) into build/
	@$(BIN)/isa-docs build "$(MATTER)" $(ARGS) || $(SAY_CODE)

desk: setup ## open the desk for the matters of FOLDER (examples) in the browser; Ctrl-C ends it
	@$(BIN)/python -c "import python_multipart, starlette, uvicorn" 2>/dev/null || $(BIN)/python -m pip install --quiet \
	  --require-hashes --no-deps --only-binary :all: -r requirements-service.lock
	@$(BIN)/isa-docs desk "$(FOLDER)" --out build $(ARGS) || $(SAY_CODE)

test: setup-dev ## run the tests, from nothing if need be (PYTEST_ARGS="-k calendar" narrows them)
	@$(BIN)/python -m pytest --ignore tests/dms -m "not stress" -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(PYTEST_ARGS)

test-stress: setup-dev ## kill workers, run a season of letters, build with WebAssembly (needs npm or pip access)
	@$(BIN)/python -m pytest -m stress tests/acceptance tests/unit/conversion $(PYTEST_ARGS)

test-dms: setup-servers ## test with real servers: Mayan EDMS, PostgreSQL (Linux; keeps Mayan in .venv-mayan)
	@$(BIN)/python tests/dms/run.py $(ARGS)

check: setup-dev ## format, lint, types and the fast tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/mypy scripts
	@$(BIN)/python -m pytest -m "not slow" -n $(WORKERS) --dist loadscope --no-loadscope-reorder $(PYTEST_ARGS)

format: setup-dev ## format the code and apply the linter's safe fixes
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

setup: python ## install the locked dependencies into .venv, and the converter and fonts if missing
	@$(PYTHON) scripts/bootstrap.py

setup-dev: python ## as setup, with what tests and checks need
	@$(PYTHON) scripts/bootstrap.py --dev

setup-servers: python ## as setup-dev, with what test-dms needs: compiler, headers, PostgreSQL
	@$(PYTHON) scripts/bootstrap.py --dev --servers

doctor: setup ## say which programs and fonts are found, and how to get those that are not
	@$(BIN)/isa-docs doctor $(ARGS) || $(SAY_CODE)

bench: setup ## time builds side by side with the usual ways (ARGS="--packages 1 10 --rounds 7")
	@$(BIN)/python -m bench $(ARGS)

desk-bundle: ## build the page of the desk anew into isa_docs/desk/static (needs Node.js with npm; only developers do)
	@command -v npm >/dev/null 2>&1 || { echo "npm is needed:  sudo apt-get install nodejs npm" >&2; exit 3; }
	@cd desk && npm ci --silent && npm run --silent check && npm run --silent build

lock: python ## choose the newest allowed dependencies anew and write the three lock files
	@$(PYTHON) scripts/lock.py $(ARGS)

clean: ## delete what builds and checks left (build/ but its README, dist/, tool caches)
	@find build -mindepth 1 -maxdepth 1 ! -name README.md -exec rm -rf {} +
	@rm -rf dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
	@find isa_docs scripts tests -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## clean, and delete .venv and .venv-mayan as well
	@rm -rf .venv .venv-mayan

python:
	@command -v "$(PYTHON)" >/dev/null 2>&1 || { \
	  echo "Python 3.11 or later is needed, and '$(PYTHON)' is not on PATH. Install it:" >&2; \
	  echo "  Debian, Ubuntu:  sudo apt-get install python3 python3-venv" >&2; \
	  echo "  Fedora:          sudo dnf install python3" >&2; \
	  echo "  macOS:           brew install python@3.12" >&2; \
	  echo "  Windows:         winget install Python.Python.3.12" >&2; \
	  exit 3; }
