# Thin on purpose: what a target does is written in Python.
PYTHON ?= python3
VENV := .venv/bin/python

.PHONY: run test check bench screenshots setup setup-dev lock vendor translations

run: setup
	@$(VENV) -m app run

test: setup-dev
	@$(VENV) -m tests.house.tools
	@$(VENV) -m pytest -n 3 --dist loadfile --no-loadscope-reorder

check: setup-dev
	$(VENV) -m ruff format --check .
	$(VENV) -m ruff check .
	$(VENV) -m mypy
	$(VENV) deploy/vendor.py --check
	$(VENV) deploy/translations.py --check
	$(VENV) -m app check-library
	$(VENV) -m pytest -q tests/test_architecture.py tests/test_floors.py

bench: setup-dev
	@$(VENV) -m tests.load.bench

screenshots: setup-dev
	@$(VENV) -m tests.house.tools
	@$(VENV) -m tests.browser.screenshots

setup:
	@$(PYTHON) deploy/setup.py

setup-dev:
	@$(PYTHON) deploy/setup.py --dev

# `make lock UPGRADE=--upgrade` moves every package to the newest version that pyproject.toml allows.
lock:
	@$(PYTHON) deploy/lock.py $(UPGRADE)

vendor:
	@$(PYTHON) deploy/vendor.py

translations: setup-dev
	@$(VENV) deploy/translations.py
