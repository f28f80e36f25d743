# Every target makes .venv where it is absent, from python3 with pip.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check bench soak lock clean

demo: .venv/.installed
	$(BIN)/scrapy demo

test: .venv/.installed-all
	$(BIN)/pytest --numprocesses=auto --dist=worksteal

check: .venv/.installed-all
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/.installed-all
	$(BIN)/python -m bench

soak: .venv/.installed-all
	$(BIN)/python -m bench.hostile
	$(BIN)/python -m bench.soak

lock: .venv/.installed-all
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --universal --no-header --no-annotate --all-extras pyproject.toml -o requirements.lock

clean:
	rm -rf .venv demo.sqlite3*

.venv/bin/python:
	$(PYTHON) -m venv .venv || { $(PYTHON) -m pip install --user virtualenv && $(PYTHON) -m virtualenv .venv; }

.venv/.installed: .venv/bin/python pyproject.toml requirements.lock
	$(BIN)/python -m pip install --quiet -c requirements.lock -e .
	touch $@

.venv/.installed-all: .venv/bin/python pyproject.toml requirements.lock
	$(BIN)/python -m pip install --quiet -c requirements.lock -e '.[postgres,browser,test]'
	touch $@ .venv/.installed
