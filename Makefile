# Every target sets up .venv on its first run, from requirements.lock, and reuses it afterwards.
#   make demo   make test   make check   make test-kafka   make bench   make bench-peers   make quality   make docs   make detector   make lock

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON ?= python3
PY := .venv/bin/python
STAMP := .venv/.installed

.PHONY: help .venv demo test check style test-kafka bench bench-peers quality docs detector lock clean

help:
	@echo "make demo        a broker, a Redis and a worker on this machine; watch fraud being found"
	@echo "make test        all tests, on embedded servers; HYPOTHESIS_PROFILE=ci or nightly tries more"
	@echo "make check       style, types, layers, fast tests, and generated documents up to date"
	@echo "make style       of these, all but the tests"
	@echo "make test-kafka  tests on real servers: KAFKA_BOOTSTRAP=host:port REDIS_URL=redis://…"
	@echo "make bench       speed and memory; fails if a ratio of one run has fallen behind"
	@echo "make bench-peers beside Flink, Bytewax and Quix Streams, which it fetches"
	@echo "make quality     how well the detectors see, into docs/quality.md; takes a while"
	@echo "make docs        write the generated documents anew"
	@echo "make detector    the files of a new detector: NAME=two-managers-one-order ROOM=orders"
	@echo "make lock        resolve requirements.lock anew (needs uv)"

.venv: $(STAMP)

# pip alone, every archive held to its hash. The project itself is built with the locked hatchling:
# build isolation would fetch another one without a hash.
$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit(1)' 2>/dev/null || { \
	  echo "offbook needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>/dev/null || echo 'not there')." \
	    "Name another one: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' cannot make virtual environments; on Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Setting up .venv"
	@rm -rf .venv
	@$(PYTHON) -m venv .venv
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: .venv
	@$(PY) -m offbook demo

# All that starts a Python imports the same files: compiled once, they are there in half the time.
unexport PYTHONDONTWRITEBYTECODE

# Each process begins with a part of its own (tests/parts/dealing.py) and takes from another's when
# it is done.
PYTEST := $(PY) -m pytest --numprocesses auto --dist worksteal

test: .venv
	env -u KAFKA_BOOTSTRAP -u REDIS_URL $(PYTEST) -m "not kafka"

check: style
	env -u KAFKA_BOOTSTRAP -u REDIS_URL $(PYTEST) -m "not integration and not kafka"

style: .venv
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports --no-logo
	$(PY) -m contract.publishing.schemas --check
	$(PY) -m offbook.cli.explain.documentation --check
	$(PY) -m deploy.grafana.render --check
	$(PY) -m offbook.cli.connect.preset_pages --check

test-kafka: .venv
	@[ -n "$${KAFKA_BOOTSTRAP:-}" ] && [ -n "$${REDIS_URL:-}" ] || { \
	  echo "make test-kafka needs KAFKA_BOOTSTRAP=host:port and REDIS_URL=redis://host:port/db (an empty" \
	    "database). With Kafka's jars and a redis-server here, this starts both:" >&2; \
	  echo "  KAFKA_LIBS=DIR .venv/bin/python -m tests.parts.with_servers make test-kafka" >&2; exit 1; }
	$(PYTEST) -m "integration or kafka"

bench: .venv
	$(PY) -m bench

bench-peers: .venv
	$(PY) -m bench.peers

quality: .venv
	$(PY) -m bench.quality

docs: .venv
	$(PY) -m contract.publishing.schemas
	$(PY) -m offbook.cli.explain.documentation
	$(PY) -m deploy.grafana.render
	$(PY) -m offbook.cli.connect.preset_pages

detector: .venv
	@$(PY) -m scaffold "$(NAME)" "$(ROOM)"

COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-emit-find-links --no-header --no-annotate --quiet

# The image's locks hold the same versions: the service alone, and what builds its wheel.
lock:
	$(COMPILE) pyproject.toml --extra dev -o requirements.lock
	$(COMPILE) pyproject.toml -c requirements.lock -o deploy/runtime.lock
	echo hatchling | $(COMPILE) - -c requirements.lock -o deploy/build.lock

clean:
	rm -rf .venv build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
