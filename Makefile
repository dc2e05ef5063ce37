# Copyright: vmrt contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Each target installs what it needs, and is quick when that is done.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export ANSIBLE_CONFIG := $(CURDIR)/ansible.cfg

READY := .venv/.ready
BENCH_READY := build/bench/venv/.ready
LAB := tests/lab/lab
# The slowest are named, so that it is seen what makes the whole slow.
PYTEST := pytest --hypothesis-profile=ci --durations=20 --durations-min=10

help: ## Print this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(READY): tools/environment bindep.txt requirements.txt $(wildcard requirements/*.txt)
	tools/environment
	@touch $@

quickstart: $(READY) ## Bring up the example inventory, a node and three guests, in a lab
	$(LAB) prepare
	python tools/quickstart.py

test: ## Run every check: lint, unit, sanity, integration, e2e
	python3 tools/run_checks.py lint unit sanity integration e2e

lint: $(READY) ## Check style, types, roles, documentation and changelog
	tools/lint

unit: $(READY) ## Run the unit tests, on each supported ansible-core and the oldest Python
	nox --session units targets

sanity: $(READY) ## Run ansible-test sanity, on each supported ansible-core
	python tools/side_by_side.py sanity

integration: $(READY) ## Run real plays against real libvirt in a lab
	$(LAB) prepare
	$(PYTEST) --numprocesses 2 --dist loadfile --no-loadscope-reorder tests/integration

e2e: $(READY) ## Run the whole way with real Debian guests in a lab
	$(LAB) prepare
	$(PYTEST) --numprocesses 2 --dist loadfile tests/e2e

lab: $(READY) ## Start a lab: nodes on this machine, in network namespaces of their own
	$(LAB) prepare
	$(LAB) up
	$(LAB) status

lab-down: ## Remove the lab without a trace
	$(LAB) down

bench: $(READY) $(BENCH_READY) ## Measure speed in a lab, for docs/benchmarks.md; options in BENCH
	$(LAB) prepare
	build/bench/venv/bin/python -m tests.bench $(BENCH)

$(BENCH_READY): requirements.txt requirements/bench.txt
	python -m venv --clear build/bench/venv
	build/bench/venv/bin/python -m pip --quiet install --upgrade --requirement requirements/bench.txt
	@touch $@

docs: $(READY) ## Write the generated parts of the documentation
	python tools/docs.py

build: $(READY) ## Build the collection's archive into build/
	ansible-galaxy collection build --force --output-path build "$$(tools/stage)"

.PHONY: help quickstart test lint unit sanity integration e2e lab lab-down bench docs build
