# What there is to do here. Every target does its own set-up; the machine needs Python 3.11 or newer
# with its venv module, make, and a reachable package registry.
#
# `make PYTHON=/usr/bin/python3.12 …` chooses the Python of a .venv that is made for the first time.

.DEFAULT_GOAL := help
.PHONY: demo up sandbox test test-long test-clients test-guides test-api check bench examples docs pins help

# Names without paths in front of them, so that a folder may have spaces in its name.
VENV := .venv/bin/python
RUNTIME := .venv/.runtime
DEVELOPMENT := .venv/.development

# A .venv whose Python is gone, say after an upgrade of the machine, is made anew.
ifneq ($(shell { $(VENV) -c 'import pip; print("whole")'; } 2>&1),whole)
$(shell rm -f $(RUNTIME) $(DEVELOPMENT))
endif

demo: $(RUNTIME)  ## Run the main job: ten counties' raw files in, the plan's findings out
	@$(VENV) -m jinqiao demo

up: $(RUNTIME)  ## Serve the whole exchange on this machine until Ctrl-C
	@$(VENV) -m jinqiao up

sandbox: $(RUNTIME)  ## Serve an exchange of invented counties to try things out on, until Ctrl-C
	@$(VENV) -m jinqiao up --sandbox

test: $(DEVELOPMENT)  ## Run the tests on two cores, against a real PostgreSQL
	@$(VENV) -m pytest -n 2 --dist worksteal

test-clients: $(DEVELOPMENT)  ## Lint the document; make and use clients that others wrote (needs Node)
	@command -v node >/dev/null && command -v npm >/dev/null || { \
	    echo "make test-clients needs Node 20 or newer with npm: install them and try again." >&2; \
	    exit 1; }
	@npm ci --silent --prefix tests/clients
	@$(VENV) -m pytest tests/clients
	@$(VENV) -m tests.clients

test-guides: $(DEVELOPMENT)  ## Follow every command of docs/guides in a sandbox
	@$(VENV) -m tests.guides

test-api: $(DEVELOPMENT)  ## Schemathesis, with a token of each role, against a running exchange (long)
	@$(VENV) -m tests.api

test-long: $(DEVELOPMENT)  ## Run what takes minutes: kills and restarts, a million rows, many orders
	@$(VENV) -m pytest tests/long/long_*.py

check: $(DEVELOPMENT)  ## Look at form, types, import contracts, migrations and generated files
	$(VENV) -m ruff format --check .
	$(VENV) -m ruff check .
	$(VENV) -m mypy
	$(VENV) -c 'from importlinter.cli import lint_imports_command as check; check()' --no-logo
	$(VENV) -m jinqiao db check
	@mkdir -p out
	$(VENV) -m jinqiao openapi > out/openapi.json
	gzip -dc docs/openapi/jinqiao.json.gz | cmp - out/openapi.json || \
	    { echo "docs/openapi/jinqiao.json.gz is not current: make docs" >&2; exit 1; }
	$(VENV) -m jinqiao asyncapi | cmp - docs/asyncapi/jinqiao.json || \
	    { echo "docs/asyncapi/jinqiao.json is not current: make docs" >&2; exit 1; }
	$(VENV) -m jinqiao problems --out out/problems && diff -r out/problems docs/problems || \
	    { echo "docs/problems is not current: make docs" >&2; exit 1; }
	for lang in zh:zh-CN en:en; do \
	    book=docs/rulebook/rulebook.$${lang#*:}.md; \
	    $(VENV) -m jinqiao rulebook --lang $${lang%:*} | cmp - $$book || \
	        { echo "$$book is not current: make docs" >&2; exit 1; }; \
	done

bench: $(DEVELOPMENT)  ## Measure what we claim about speed
	@$(VENV) -m bench

examples: $(DEVELOPMENT)  ## Tell the story of tests/examples anew, and record it for the OpenAPI document
	$(VENV) -m tests.examples

docs: $(RUNTIME)  ## Write the generated files anew: docs/openapi, docs/problems, docs/rulebook
	@mkdir -p docs/openapi docs/asyncapi docs/rulebook
	$(VENV) -m jinqiao openapi | gzip -9n > docs/openapi/jinqiao.json.gz
	$(VENV) -m jinqiao asyncapi > docs/asyncapi/jinqiao.json
	$(VENV) -m jinqiao problems --out docs/problems
	$(VENV) -m jinqiao rulebook --lang zh > docs/rulebook/rulebook.zh-CN.md
	$(VENV) -m jinqiao rulebook --lang en > docs/rulebook/rulebook.en.md

pins: $(DEVELOPMENT)  ## Pin requirements/*.in with hashes (NEWEST=--upgrade: to newer versions)
	$(VENV) -m uv pip compile $(COMPILE) requirements/runtime.in -o requirements/runtime.txt
	$(VENV) -m uv pip compile $(COMPILE) requirements/development.in -o requirements/development.txt
	$(VENV) -m uv pip compile $(COMPILE) requirements/clients.in -o requirements/clients.txt

# Universal: one file for every platform and Python. No registry's address goes into a file.
COMPILE := $(NEWEST) --generate-hashes --universal --python-version 3.11 --no-header \
    --no-annotate --no-emit-index-url --no-emit-find-links --quiet

help:  ## Show this
	@sed -n 's/^\([a-z-]*\):.*## /\1:/p' Makefile | while IFS=: read -r name what; do \
	    printf 'make %-12s %s\n' "$$name" "$$what"; done

# --- set-up, repeated only when the requirements change ---

INSTALL := $(VENV) -m pip install --quiet --disable-pip-version-check --require-hashes -r

$(RUNTIME): requirements/runtime.txt
	@$(VENV) -c 'import pip' 2>/dev/null || { $(FIND_PYTHON); "$$python" -m venv --clear .venv; }
	@echo "Installing what Jinqiao runs on into .venv …"
	@$(INSTALL) $<
	@printf '%s\n' '#!/bin/sh' 'here=$$(cd "$$(dirname "$$0")" && pwd)' \
	    'PYTHONPATH="$$here/../.." exec "$$here/python" -m jinqiao "$$@"' > .venv/bin/jinqiao
	@chmod +x .venv/bin/jinqiao
	@touch $@

$(DEVELOPMENT): requirements/development.txt $(RUNTIME)
	@echo "Installing what its checks and tests need …"
	@$(INSTALL) $<
	@touch $@

# The version we test with stands first. Debian's python3 lacks ensurepip without python3-venv.
FIND_PYTHON = python=; \
    for each in "$(PYTHON)" python3.11 python3.12 python3.13 python3.14 python3; do \
        if "$$each" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' \
            2>/dev/null; then python=$$each; break; fi; \
    done; \
    if [ -z "$$python" ]; then \
        echo "Jinqiao needs Python 3.11 or newer with its venv module: install it (on Debian and" \
            "Ubuntu: apt install python3-venv) and try again." >&2; exit 1; \
    fi
