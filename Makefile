# Two commands do everything: `make demo` shows it, `make test` proves it. `make help` lists the rest.
# Each sets up what it needs on a machine with only Python 3.11 or newer, make and the package registries.

PYTHON ?= python3
ARGS ?=
WORKERS ?= 2
export PYTHON YINUO_CHROMIUM

BIN := .venv/bin
ECHARTS := src/yinuo/cli/report/static/echarts.min.js
# Random texts and logs are drawn from what is imported too: in a process of their own they are the same every time.
AGAINST_REFERENCE := tests/engine/test_against_reference.py tests/engine/test_constraints_against_reference.py
PACKS = $(notdir $(patsubst %/pack.toml,%,$(wildcard packs/*/pack.toml)))

.PHONY: help demo messages test test-faults check fix packs bench bench-smoke lock pictures removal audit clean
.DEFAULT_GOAL := help

help: ## say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /|/' | awk -F '|' '{ printf "  make %-12s %s\n", $$1, $$2 }'

.venv/.ready: requirements.lock pyproject.toml
	@scripts/environment.sh .venv requirements.lock

$(ECHARTS): web/package-lock.json scripts/vendor.sh .venv/.ready
	@scripts/vendor.sh

messages: .venv/.ready ## the English catalogues of the pages
	@BIN=$(BIN) scripts/messages.sh

demo: .venv/.ready $(ECHARTS) messages ## a city with a year of history at http://127.0.0.1:8000 (ARGS=--once: without serving it)
	@$(BIN)/python scripts/demo.py $(ARGS)

check: .venv/.ready ## style, types, imports: seconds
	@scripts/tick.sh "ruff" $(BIN)/ruff check src tests benchmarks scripts
	@scripts/tick.sh "mypy" $(BIN)/mypy
	@scripts/tick.sh "import-linter" $(BIN)/lint-imports

packs: .venv/.ready ## read every shipped pack, tell its stories, and change each of its numbers: a story must notice
	@for pack in $(PACKS); do scripts/tick.sh "pack $$pack" $(BIN)/yinuo check $$pack --mutate --workers $(WORKERS) || exit 1; done

test: .venv/.ready $(ECHARTS) messages check packs ## all checks and tests
	@scripts/browser.sh
	@$(BIN)/python -m pytest -n $(WORKERS) -q $(AGAINST_REFERENCE)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(addprefix --ignore=,$(AGAINST_REFERENCE)) $(ARGS)

test-faults: .venv/.ready ## kill -9 of server, worker, sender and database under load, 20 rounds (FAULT_ROUNDS, FAULT_SEED)
	@FAULT_ROUNDS=$${FAULT_ROUNDS:-20} $(BIN)/python -m pytest -q -s tests/city/faults $(ARGS)

fix: .venv/.ready ## let ruff mend what it can
	@$(BIN)/ruff check --fix -q src tests benchmarks scripts

.venv-bench/.ready: benchmarks/requirements.txt requirements.lock
	@scripts/environment.sh .venv-bench requirements.lock
	@scripts/tick.sh "the peers to measure against" .venv-bench/bin/pip install -q -r benchmarks/requirements.txt

bench: .venv-bench/.ready ## the speed bars, beside their peers
	@.venv-bench/bin/python benchmarks/run.py $(ARGS)

bench-smoke: .venv-bench/.ready ## the same at 1 % of the size: equal results, no times asserted
	@.venv-bench/bin/python benchmarks/run.py --smoke $(ARGS)

lock: .venv/.ready ## choose the newest versions again and write requirements.lock
	@$(BIN)/pip install -q uv
	@$(BIN)/uv lock -q --upgrade
	@{ echo '# Made by `make lock`: exact versions and hashes of everything the environment holds. Do not edit.'; \
	   $(BIN)/uv export -q --frozen --no-emit-project --extra city --no-header --no-annotate; } > requirements.lock

removal: .venv/.ready ## take each page away that shows a requirement: a test of it must fail; minutes (ARGS="--rows E058")
	@$(BIN)/python scripts/removal.py $(ARGS)

pictures: .venv/.ready ## every page of a running city (make demo) in both languages and two widths, into out/pictures
	@$(BIN)/python scripts/pictures.py http://127.0.0.1:8000 --user supervisor --password yinuo-demo $(ARGS)

audit: .venv/.ready ## ask the public advisories about every locked package (needs the internet)
	@$(BIN)/python -m venv .venv-audit && .venv-audit/bin/pip install -q pip-audit
	@.venv-audit/bin/pip-audit --require-hashes --disable-pip -r requirements.lock

clean: ## remove what was made here
	rm -rf .venv .venv-bench .venv-node web/node_modules src/yinuo/cli/report/static src/yinuo/city/site/static/vendor src/yinuo/city/papers/fonts demo-out bench-out out
