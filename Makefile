# What is needed: git, make and Python 3.11 or newer. Everything else is installed into .venv, which is used again as long
# as its Python runs, and brought up to date when pyproject.toml changes. `make PYTHON=python3.12` picks another Python.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
WORKERS := 2

ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
ifndef PYTHON
PYTHON := $(shell if $(BIN)/python -c 'import pip; $(ENOUGH)' 2>/dev/null; then echo $(BIN)/python; exit; fi; \
	for python in python3.14 python3.13 python3.12 python3.11 python3; do \
	if $$python -c '$(ENOUGH)' 2>/dev/null; then echo $$python; exit; fi; done)
endif
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null)
FRESH := $(VENV)/.stamp-python-$(VERSION)

.PHONY: help run test test-all torture browser java operators replay lint docs bench bench-extraction bench-mirror bench-crawl soak bench-politeness bench-health bench-import bench-scale bench-clusters bench-history bench-size bench-query bench-export bench-commits comparison clean
.DELETE_ON_ERROR:

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 24

run: $(VENV)/.stamp-run ## crawl the demo newspaper into ./archive and show what came of it
	@$(BIN)/broadsheet demo

test: $(VENV)/.stamp-dev ## run the core tests
	@$(BIN)/python -m pytest -m "not extras" -n $(WORKERS) --dist worksteal

test-all: $(VENV)/.stamp-dev $(VENV)/.stamp-heavy browser java operators replay ## run the tests that need more than the core does (`make test` runs the others)
	@$(BIN)/python -m pytest -m extras -n $(WORKERS) --dist worksteal

# Well under an hour on two cores of its own. KILLS=30 SECONDS=10 SEED=7 is shorter, and other moments.
torture: KILLS := 300
torture: SEED := 20261122
torture: SECONDS := 180
torture: $(VENV)/.stamp-dev ## kill crawls and maintenance 300 times each, and have them work all at once
	@nice $(BIN)/python -m tests.crash.harness --kills $(KILLS) --seed $(SEED)
	@nice $(BIN)/python -m tests.crash.harness --kills $(or $(MIRROR_KILLS),30) --seed $(SEED) --mirror 3
	@nice $(BIN)/python -m tests.crash.test_maintenance_kills $(KILLS) $(SEED)
	@nice $(BIN)/python -m tests.crash.test_forget_kills $(KILLS) $(SEED)
	@nice $(BIN)/python -m tests.crash.test_import_kills $(KILLS) $(SEED)
	@nice $(BIN)/python -m tests.crash.test_rebuild_kills $(KILLS) $(SEED)
	@nice $(BIN)/python -m tests.concurrency.test_at_once $(SECONDS)
	@nice $(BIN)/python -m tests.concurrency.test_crawls_at_once $(SECONDS)

browser: $(VENV)/.stamp-browser ## install what pages that need JavaScript need: the extra and Debian's Chromium
	@if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null; then \
		if [ "$$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then \
			echo "There is no Chromium on this machine. Install it, then run make again (Debian: apt-get install chromium)" >&2; \
			exit 1; \
		fi; \
		echo "Installing Chromium (once; a few minutes at most)"; \
		apt-get update -q -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q -q --no-install-recommends chromium; \
	fi

java: ## install what Spark needs: Debian's Java
	@if ! command -v java >/dev/null; then \
		if [ "$$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then \
			echo "There is no Java on this machine. Install 17 or newer, then run make again (Debian: apt-get install default-jre-headless)" >&2; \
			exit 1; \
		fi; \
		echo "Installing Java (once; a few minutes at most)"; \
		apt-get update -q -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q -q --no-install-recommends default-jre-headless; \
	fi

operators: ## install what the tests of the operators' files need: Debian's rsync and systemd
	@for package in rsync systemd; do \
		command -v $$(echo $$package | sed s/systemd/systemd-analyze/) >/dev/null && continue; \
		if [ "$$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then \
			echo "There is no $$package on this machine. Install it, then run make again (Debian: apt-get install $$package)" >&2; \
			exit 1; \
		fi; \
		echo "Installing $$package"; \
		apt-get update -q -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q -q --no-install-recommends $$package || exit 1; \
	done

replay: $(VENV)/.stamp-replay ## install pywb, apart from ours, for the tests that replay an archive

lint: $(VENV)/.stamp-dev ## check style, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

docs: $(VENV)/.stamp-run ## write the reference pages of docs/ anew from the code
	@$(BIN)/python -m crawler.reference docs
	@$(BIN)/python -m crawler.config docs/configuration.md

bench: bench-extraction bench-crawl bench-import bench-commits bench-size bench-query bench-export ## measure all that takes minutes; `make help` lists each, and those that take hours

# PEERS=broadsheet,trafilatura measures these only. Without the saved pages in ../shared/bench nothing is measured.
bench-extraction: $(VENV)/.stamp-dev ## score extraction beside its peers and write the table of docs/extraction.md
	@nice $(BIN)/python tests/benchmarks/extraction/bench.py --peers "$(PEERS)"

# Without the saved pages in ../shared/bench nothing is measured.
bench-mirror: $(VENV)/.stamp-dev ## crawl the mirror of saved sites: a first run, a second one, one with faults
	@nice $(BIN)/python tests/benchmarks/crawl/mirror.py

bench-crawl: $(VENV)/.stamp-dev ## crawl 5,000 saved pages beside what the parts allow and beside peers; write docs/performance.md
	@$(BIN)/python tests/benchmarks/crawl/whole.py --write

# PAGES=5000 is shorter. Without the saved pages in ../shared/bench nothing is measured.
soak: $(VENV)/.stamp-dev ## crawl 100,000 pages in one run and write the curve of its memory into docs/performance.md
	@nice $(BIN)/python tests/benchmarks/crawl/soak.py --pages $(or $(PAGES),100000) --write

bench-politeness: $(VENV)/.stamp-dev ## crawl 2,000 invented sites and write docs/performance.md: share of the delay that is used
	@$(BIN)/python tests/benchmarks/crawl/politeness.py --write

# DAYS=20 TRIES=1 takes minutes, the whole some twenty.
bench-health: $(VENV)/.stamp-dev ## break invented sources, count false alarms of healthy days, and write docs/health.md
	@nice $(BIN)/python -m tests.health.evaluate --days $(or $(DAYS),200) --tries $(or $(TRIES),2) --write

# COPIES=1 takes the saved pages once. Without those in ../shared/bench nothing is measured.
bench-import: $(VENV)/.stamp-dev ## import a WARC file of saved pages: beside extraction alone, and beside news-please
	@nice $(BIN)/python tests/benchmarks/importing/bench.py --copies $(or $(COPIES),2)

# PAGES=300 is shorter. Without the saved pages in ../shared/bench nothing is measured.
bench-scale: $(VENV)/.stamp-heavy ## import by one process and by one and two tasks on a Ray cluster, and write docs/performance.md
	@nice $(BIN)/python tests/benchmarks/scale/bench.py --pages $(or $(PAGES),1500) --write

# ARTICLES=100000 measures with fewer. The archive that it writes below build/bench-clusters, 2 GB for a million, goes again.
bench-clusters: $(VENV)/.stamp-dev ## measure how long it takes to tell copies among a million articles, and 10,000 new ones
	@nice $(BIN)/python tests/benchmarks/clusters/bench.py --articles $(or $(ARTICLES),1000000)

comparison: $(VENV)/.stamp-dev ## look into the peers' packages and write docs/comparison.md
	@$(BIN)/python tests/benchmarks/comparison/compare.py

# ROWS=300000 measures with so many alone. The archives that it generates, 1.3 GB, stay in build/bench-export.
bench-export: $(VENV)/.stamp-dev ## measure the memory that an export of 300,000 and of a million articles takes
	@nice $(BIN)/python tests/benchmarks/export/bench.py $(if $(ROWS),--rows $(ROWS))

# URLS=1000000 measures with fewer. The archive that it writes, 4 GB for ten million, stays in build/bench-history.
bench-history: $(VENV)/.stamp-dev ## measure how long a run's history takes to load, and how much memory
	@nice $(BIN)/python tests/benchmarks/history/bench.py --urls $(or $(URLS),10000000)

# Without the saved pages in ../shared/bench nothing is measured.
bench-size: $(VENV)/.stamp-dev ## measure an article's bytes in Parquet and WARC beside gzipped pages, and write docs/performance.md
	@nice $(BIN)/python tests/benchmarks/size/bench.py --write

bench-commits: $(VENV)/.stamp-dev ## measure how many batches a minute one archive takes, and write docs/performance.md
	@nice $(BIN)/python tests/benchmarks/commits/bench.py --write

# ROWS=200000 measures with fewer. What it generates, 3 GB for five million, stays in build/bench-query.
bench-query: $(VENV)/.stamp-dev ## ask for one source and month among 5 million articles in DuckDB, and write docs/performance.md
	@nice $(BIN)/python tests/benchmarks/query/bench.py --rows $(or $(ROWS),5000000) --write

clean: ## remove the virtual environment and all caches; archives stay
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find crawler pipelines storage tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/.stamp-run: pyproject.toml $(FRESH)
	@echo "Installing Broadsheet into $(VENV) (once; a few minutes at most)"
	@$(PIP) install --editable .
	@touch $@

$(VENV)/.stamp-dev: pyproject.toml $(FRESH)
	@echo "Installing Broadsheet and its development tools into $(VENV) (once; a few minutes at most)"
	@$(PIP) install --editable '.[dev]'
	@touch $(VENV)/.stamp-run $@

$(VENV)/.stamp-browser: $(VENV)/.stamp-dev
	@$(PIP) install --editable '.[browser]'
	@touch $@

$(VENV)/.stamp-heavy: $(VENV)/.stamp-dev
	@echo "Installing PySpark, Hugging Face datasets, Ray, Scrapyd and Kubernetes' schemas into $(VENV) (once; a few minutes at most)"
	@$(PIP) install --editable '.[spark,huggingface,ray,scrapyd,kubernetes]'
	@touch $@

# Not beside the others: brotlipy, which pywb needs, takes the place of our brotli.
$(VENV)/.stamp-replay: $(VENV)/.stamp-dev
	@echo "Installing pywb into $(VENV)/replay (once; a minute at most)"
	@$(BIN)/python -m venv $(VENV)/replay
	@$(VENV)/replay/bin/python -m pip --disable-pip-version-check --quiet install 'pywb>=2.10,<3'
	@touch $@

# Debian packs venv apart from Python: where it is missing, root gets it installed, anybody else is told what to install.
$(FRESH):
	@if [ -z "$(VERSION)" ] || ! $(PYTHON) -c '$(ENOUGH)'; then \
		echo "Broadsheet needs Python 3.11 or newer; found: $(or $(PYTHON),none) $(VERSION)" >&2; \
		echo "Install one (Debian: apt-get install python3), or name it: make PYTHON=/path/to/python3.12" >&2; \
		exit 1; \
	fi
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		package=python$(basename $(VERSION))-venv; \
		if [ "$$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then \
			echo "$(PYTHON) lacks its venv module. Install it, then run make again (Debian: apt-get install $$package)" >&2; \
			exit 1; \
		fi; \
		echo "$(PYTHON) lacks its venv module: installing $$package"; \
		apt-get update -q -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q -q $$package || exit 1; \
	fi
	@[ "$(PYTHON)" = "$(BIN)/python" ] || $(PYTHON) -m venv --clear $(VENV)
	@touch $@
