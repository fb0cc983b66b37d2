.DEFAULT_GOAL := help
SHELL := /bin/sh
ROOMS := namewatch console workflows monitors nlp evidence alerts casework policies records
PY := .venv/bin/python

SECONDS_OF_FUZZING ?= 300

# Tests write into memory where that has room for them: thousands of small databases.
ROOMY := $(shell df -Pm /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 8000 { print "PYTEST_DEBUG_TEMPROOT=/dev/shm" }')
TIDY := $(if $(ROOMY),rm -rf /dev/shm/pytest-of-$(shell id -un))
PYTEST := $(ROOMY) $(PY) -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder

.PHONY: help run test check clauses must fuzz bench evaluate test-servers picture model names-model pins clean

help: ## Show what there is to make
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

run: .venv/run-ready ## Watch: practice mode, or your own body with NAMEWATCH_HOME
	@exec .venv/bin/namewatch run

test: .venv/dev-ready ## Run the tests, a file at a time on each core
	$(PYTEST)
	@$(TIDY)

check: .venv/dev-ready ## Lint, types and the contracts between the rooms
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy $(ROOMS) tests benchmarks scripts
	.venv/bin/lint-imports

clauses: .venv/dev-ready ## Print each policy clause with its tests
	@$(PY) -m scripts.clauses

must: .venv/dev-ready ## Print what watching must keep to and bear, with its tests
	@$(PY) -m scripts.musts

fuzz: .venv/dev-ready ## Fuzz the screening path for SECONDS_OF_FUZZING (300)
	.venv/bin/uv pip install --quiet --python $(PY) --no-build-isolation -e '.[fuzz]'
	mkdir -p .fuzzed
	$(PY) -m tests.fuzz.fuzz_screening .fuzzed tests/fuzz/corpus \
	  -max_total_time=$(SECONDS_OF_FUZZING) -artifact_prefix=.fuzzed/

bench: .venv/dev-ready ## Measure, as ratios against named baselines
	$(PY) -m benchmarks.screening
	$(PY) -m benchmarks.path
	$(PY) -m benchmarks.capture
	$(PY) -m benchmarks.ingest
	$(PY) -m benchmarks.recovery
	$(PY) -m benchmarks.console

evaluate: .venv/run-ready ## Measure how held-out phrases are screened, by slice
	.venv/bin/namewatch evaluate nlp/phrases/held_out

test-servers: .venv/dev-ready .venv-pywb/ready tests/servers/pds/node_modules/.ready tests/pages/node_modules/.ready ## Tests that need servers or recordings (npm, PostgreSQL)
	$(PYTEST) -m servers
	@$(TIDY)

picture: .venv/dev-ready ## Draw the README's pictures from a real practice run
	$(PY) -m scripts.picture

model: .venv/dev-ready .venv-model/ready ## Teach the classifier anew: make model POSTS=FOLDER (docs/how-to/teach-the-model.md)
	@test -d "$(POSTS)" || { echo "Say where the labelled posts are: make model POSTS=FOLDER (docs/how-to/teach-the-model.md)"; exit 2; }
	PYTHONPATH=. .venv-model/bin/python -m scripts.model.train --posts $(POSTS) --out build/model-7
	PYTHONPATH=. .venv-model/bin/python -m scripts.model.train --posts $(POSTS) --out build/model-8 --seed 8
	PYTHONPATH=. .venv-model/bin/python -m scripts.model.average --weights build/model-7 build/model-8 --out build/model
	PYTHONPATH=. .venv-model/bin/python -m scripts.model.export --weights build/model --out nlp/model
	$(PY) -m scripts.model.calibrate

names-model: .venv/dev-ready ## Teach the reader of names anew: make names-model POSTS=FOLDER
	@test -d "$(POSTS)" || { echo "Say where the marked posts are: make names-model POSTS=FOLDER (docs/how-to/teach-the-model.md)"; exit 2; }
	$(PY) -m scripts.names_model.train $(POSTS)
	$(PY) -m scripts.names_model.judge $(POSTS)

pins: .venv/dev-ready ## Pin all requirements anew, with hashes
	for kind in tools run dev; do \
	  case $$kind in tools) from=requirements/tools.in;; run) from=pyproject.toml;; dev) from="pyproject.toml --extra dev";; esac; \
	  .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    $$from -o requirements/$$kind.txt || exit 1; \
	done

clean: ## Throw away the virtual environment and the practice folder
	rm -rf .venv .venv-model .venv-pywb build practice-home

.venv/run-ready: requirements/tools.txt requirements/run.txt pyproject.toml scripts/set_up.sh
	@sh scripts/set_up.sh run
	@touch $@

.venv/dev-ready: requirements/tools.txt requirements/dev.txt pyproject.toml scripts/set_up.sh
	@sh scripts/set_up.sh dev
	@touch .venv/run-ready $@

tests/servers/pds/node_modules/.ready: tests/servers/pds/package-lock.json
	@sh scripts/set_up_pds.sh

tests/pages/node_modules/.ready: tests/pages/package-lock.json
	@sh scripts/set_up_pages.sh

.venv-pywb/ready: requirements/replay.txt
	python3.11 -m venv .venv-pywb
	.venv-pywb/bin/pip install --quiet -r requirements/replay.txt
	@touch $@

.venv-model/ready: requirements/model.txt
	python3.11 -m venv .venv-model
	.venv-model/bin/pip install --quiet -r requirements/model.txt
	@touch $@
