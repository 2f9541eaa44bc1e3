# Everything that a person or CI types. `make help` prints this list.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
KAFKA ?= embedded
COHORT ?= tenth
DEMO_FLAGS := $(if $(filter full,$(COHORT)),--full,) $(if $(CHILDREN),--children $(CHILDREN),) $(if $(EXIT),--exit,)

.DEFAULT_GOAL := help
.PHONY: help setup demo up down status test test-installed test-browser test-inside test-kafka test-kafka-feed test-kafka-chain test-long check format schemas words screenshots bench lock clean

help: ## print this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

setup: .venv/ready ## make .venv and install (all other targets do this by themselves)

.venv/ready: requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Tongkang needs Python 3.11 or newer; PYTHON=/path/to/python3.12 make ... chooses one.")'
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python cannot make a virtual environment; install the package python3-venv."; exit 1; }
	@echo "Installing into .venv (once) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch .venv/ready

demo: .venv/ready ## run the whole chain on embedded servers (COHORT=full, CHILDREN=n, KAFKA=apache, EXIT=1)
	@$(BIN)/tongkang demo --kafka $(KAFKA) $(DEMO_FLAGS)

up: .venv/ready ## start all servers and services, stay until Ctrl-C
	@$(BIN)/tongkang up --kafka $(KAFKA)

down: .venv/ready ## stop what `make up` or `make demo` started elsewhere
	@$(BIN)/tongkang down

status: .venv/ready ## show each service, lag, complete-to, parked
	@$(BIN)/tongkang status

test: .venv/ready ## all tests on embedded servers (unit, memory, contract, arch, integration, access, journey, browser, faults)
	@$(BIN)/python -m pictures.chromium # says what is missing for the browser's tests, before the others run
	@$(MAKE) --no-print-directory --jobs=3 --output-sync=target test-browser test-installed test-inside

# Three parts side by side, as each waits for servers half of its time: what people see in a browser, what else starts
# processes of its own, and the rest.
BROWSER := tests/journey/browser
INSTALLED := tests/integration/cli tests/integration/deploy tests/journey tests/faults

test-browser test-installed test-inside: .venv/ready

test-browser:
	$(BIN)/pytest -m "not long and not kafka_apache" $(BROWSER)

test-installed:
	$(BIN)/pytest -m "not long and not kafka_apache" $(INSTALLED) --ignore=$(BROWSER)

test-inside:
	$(BIN)/pytest -m "not long and not kafka_apache" tests $(INSTALLED:%=--ignore=%)

# What depends on the broker; the rules of the stages are the same on any, and `make test` has run them.
# What a journey sends backwards a second time is counted by all services: before the cohort, not behind it.
FEED_ON_KAFKA := tests/integration/journal tests/integration/test_published_records.py tests/faults
CHAIN_ON_KAFKA := tests/integration/deploy tests/journey/test_one_child.py tests/journey/test_reactions.py \
  tests/journey/test_reactions_to_the_child.py tests/journey/test_stages_away.py tests/journey/test_cohort.py \
  tests/journey/test_survival.py

test-kafka: .venv/ready ## journal, faults and journeys on Apache Kafka (needs java 17 and mvn)
	@$(MAKE) --no-print-directory --jobs=2 --output-sync=target test-kafka-chain test-kafka-feed

test-kafka-feed test-kafka-chain: .venv/ready

test-kafka-feed:
	$(BIN)/pytest -m "not long" --kafka apache $(FEED_ON_KAFKA)

test-kafka-chain:
	$(BIN)/pytest -m "not long" --kafka apache $(CHAIN_ON_KAFKA)

test-long: .venv/ready ## the long fault runs
	$(BIN)/pytest -m long tests

check: .venv/ready ## ruff, mypy strict, import contracts, schemas current
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m shared.contracts.generate --check

format: .venv/ready ## let ruff format and fix
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format --quiet .

schemas: .venv/ready ## write schemas, examples, docs/events.md and API documents anew
	$(BIN)/python -m shared.contracts.generate

screenshots: .venv/ready ## picture the portal's pages of the demo in docs/images (COHORT, CHILDREN, KAFKA as above)
	@$(BIN)/python -m pictures --kafka $(KAFKA) $(filter-out --exit,$(DEMO_FLAGS))

words: .venv/ready ## find new words of the portal's pages for its Chinese catalogue
	$(BIN)/python -m services.portal.extract

bench: .venv/ready ## measure, and print each figure beside its ceiling (KAFKA=apache)
	@$(BIN)/python -m benchmarks --kafka $(KAFKA)

lock: .venv/ready ## pin requirements anew, with hashes
	@for name in base local dev; do $(BIN)/pip-compile --quiet --generate-hashes --no-header --strip-extras --allow-unsafe --output-file requirements/$$name.txt requirements/$$name.in && sed -i '/^--/d' requirements/$$name.txt; done

clean: ## remove .venv and the data of embedded servers
	@test ! -e .tongkang/running.json || { echo "Something runs on .tongkang: make down first."; exit 1; }
	rm -rf .venv .tongkang build *.egg-info
