# Nothing is assumed but make and a Python of 3.11 or newer with venv; all else goes into .venv, from hashed locks.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

PYTHON ?= python3
UV ?= uv
ARGS ?=

VENV := .venv
PY := $(VENV)/bin/python
RUN_LOCK := requirements/run.txt
TEST_LOCK := requirements/test.txt
ENGINES_VENV := .venv-engines
ENGINES_LOCK := requirements/engines.txt
RAY_VENV := .venv-ray
RAY_LOCK := requirements/ray.txt
FUZZ_VENV := .venv-fuzz
FUZZ_LOCK := requirements/fuzz.txt
DOCS_VENV := .venv-docs
DOCS_LOCK := requirements/docs.txt
ENGINES_TORCH := requirements/engines-torch.txt
ENGINES_EXCLUDES := requirements/engines-excludes.txt

# A stamp is written last, so an install that was cut short is never taken for a finished one.
CREATED := $(VENV)/.created
RUN_READY := $(VENV)/.run-installed
TEST_READY := $(VENV)/.test-installed
ENGINES_READY := $(VENV)/.engines-installed
RAY_READY := $(VENV)/.ray-installed
FUZZ_READY := $(VENV)/.fuzz-installed
DOCS_READY := $(VENV)/.docs-installed
PROJECT_READY := $(VENV)/.project-installed

# A shell's own Python settings must not leak into the environment.
unexport PYTHONPATH PYTHONHOME PIP_USER PIP_TARGET PIP_PREFIX

# Quiet twice: only errors. Wheels only: no code of a dependency runs while it is installed, and no compiler is needed.
PIP := $(PY) -m pip --quiet --quiet --disable-pip-version-check --no-input
PIP_LOCKED := $(PIP) install --progress-bar off --require-hashes --only-binary :all: --requirement
INSTALL_FAILED = { echo "Could not install the packages of $(1): pip says why above (is the network there?). Run the same command again to go on." >&2; exit 1; }

# An environment that was moved or whose Python has gone is made anew.
ifneq ($(shell cat $(CREATED) 2>/dev/null),$(CURDIR))
.PHONY: $(CREATED)
else ifneq ($(shell $(PY) -c 'print("sound")' 2>/dev/null),sound)
.PHONY: $(CREATED)
endif

.PHONY: help
help: ## Print these lines
	@echo "confounded: is your safety benchmark confounded with capability?"
	@echo
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{ printf "%-20s %s\n", $$1, $$2 }'
	@echo
	@echo "ARGS are handed on: make report ARGS=\"...\", make test ARGS=\"tests/stats -k rank\"."

.PHONY: report
report: $(RUN_READY) $(PROJECT_READY) ## Build the report page of the data that ship
	@$(PY) -m confounded report $(ARGS)

.PHONY: test
test: $(TEST_READY) $(PROJECT_READY) ## Run the tests
	@$(PY) -m pytest -n auto $(ARGS)

# In an environment of its own: the engines pull in much that neither the program nor its tests may rest on.
.PHONY: test-engines
test-engines: ## Run the evaluation engines and read their logs (installs about 2 GB, once)
	@$(MAKE) --no-print-directory VENV=$(ENGINES_VENV) run-test-engines

.PHONY: run-test-engines
run-test-engines: $(ENGINES_READY) $(PROJECT_READY)
	@$(PY) -m pytest --config-file=tests_engines/pytest.ini $(or $(ARGS),tests_engines)

# In an environment of its own as well: nothing but --engine ray needs Ray, and its pins are no concern of the rest.
.PHONY: test-ray
test-ray: ## Study on a local Ray cluster of two nodes, and kill one (installs about 800 MB, once)
	@$(MAKE) --no-print-directory VENV=$(RAY_VENV) run-test-ray

.PHONY: run-test-ray
run-test-ray: $(RAY_READY) $(PROJECT_READY)
	@$(PY) -m pytest --config-file=tests_ray/pytest.ini $(or $(ARGS),tests_ray)

.PHONY: fixtures
fixtures: ## Run the engines to make the small logs in tests/readers/data again
	@$(MAKE) --no-print-directory VENV=$(ENGINES_VENV) run-fixtures

.PHONY: run-fixtures
run-fixtures: $(ENGINES_READY) $(PROJECT_READY)
	@$(PY) tests_engines/make_fixtures.py $(ARGS)

.PHONY: bench-engines
bench-engines: ## Measure how fast logs of Inspect AI are read, as ratios to the engine itself
	@$(MAKE) --no-print-directory VENV=$(ENGINES_VENV) run-bench-engines

.PHONY: run-bench-engines
run-bench-engines: $(ENGINES_READY) $(PROJECT_READY)
	@$(PY) benchmarks/inspect_logs.py $(ARGS)

# In an environment of its own too: atheris has wheels for few Pythons, and nothing else needs it.
.PHONY: fuzz
fuzz: ## Fuzz every reader (a minute each; ARGS="--seconds 10 csv-wide")
	@$(MAKE) --no-print-directory VENV=$(FUZZ_VENV) run-fuzz

.PHONY: run-fuzz
run-fuzz: $(FUZZ_READY) $(PROJECT_READY)
	@$(PY) fuzz/run.py $(ARGS)

.PHONY: lint
lint: $(TEST_READY) $(PROJECT_READY) ## Check style, types and the direction of imports
	@status=0; for check in "ruff check ." "ruff format --check ." mypy lint-imports; do \
		echo "$$check"; $(VENV)/bin/$$check || status=1; done; exit $$status

.PHONY: format
format: $(TEST_READY) ## Format the code and make the fixes that are safe
	@$(VENV)/bin/ruff check --fix --exit-zero --quiet .
	@$(VENV)/bin/ruff format .

# In an environment of its own as well: nothing else needs Sphinx. Every number on the site is computed first, by running
# what the pages say; a warning is an error, and a link within the site that leads nowhere is a warning.
.PHONY: docs
docs: ## Build the documentation into build/docs
	@$(MAKE) --no-print-directory VENV=$(DOCS_VENV) run-docs

.PHONY: run-docs
run-docs: $(DOCS_READY) $(PROJECT_READY)
	@$(PY) -m scripts.build_docs
	@$(PY) -m sphinx --quiet --nitpicky --fail-on-warning --keep-going --fresh-env -b html -d build/docs-doctrees docs build/docs
	@echo "build/docs/index.html written"

.PHONY: docs-reference
docs-reference: $(RUN_READY) $(PROJECT_READY) ## Write docs/commands.md from the commands
	@$(PY) scripts/build_command_reference.py

.PHONY: bench
bench: $(RUN_READY) $(PROJECT_READY) ## Measure the speed of the resampling kernel, as ratios
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) benchmarks/run.py $(ARGS)

.PHONY: validate
validate: $(RUN_READY) $(PROJECT_READY) ## Simulate coverage, wrong verdicts and power (about an hour)
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) validation/interval_coverage.py $(ARGS)
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) validation/verdict_rates.py $(ARGS)
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) validation/plan/power.py
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) validation/plan/curve.py
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) validation/compare/rates.py
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) validation/strata/rates.py
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) validation/trends/rates.py
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) validation/kinship/coverage.py
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) validation/shape/rates.py
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) validation/components/rates.py
	@$(PY) validation/names/measure.py
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) validation/missing/measure.py
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) validation/missing/areas.py
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 $(PY) validation/other_intervals.py

# --no-emit-index-url and the rest: a lock names packages, versions and hashes, and no address.
LOCK := pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-config --custom-compile-command "make lock"

.PHONY: lock
lock: ## Resolve the locks again (needs uv; LOCK_ARGS=--upgrade for new versions)
	@command -v $(UV) >/dev/null 2>&1 || { echo "make lock needs uv, for instance: $(PY) -m pip install uv, then make lock UV=$(VENV)/bin/uv" >&2; exit 1; }
	$(UV) $(LOCK) $(LOCK_ARGS) --group build --output-file $(RUN_LOCK)
	$(UV) $(LOCK) $(LOCK_ARGS) --group build --group test --group lint --constraints $(RUN_LOCK) --output-file $(TEST_LOCK)
	$(UV) $(LOCK) $(LOCK_ARGS) --group build --group test --group fuzz --constraints $(TEST_LOCK) --output-file $(FUZZ_LOCK)
	$(UV) $(LOCK) $(LOCK_ARGS) --group build --group docs --constraints $(TEST_LOCK) --output-file $(DOCS_LOCK)
	$(UV) $(LOCK) $(LOCK_ARGS) --group build --group cluster --constraints $(TEST_LOCK) --output-file $(RAY_LOCK)
	$(UV) $(LOCK) $(LOCK_ARGS) --group build --group engines --constraints $(RUN_LOCK) \
		--excludes $(ENGINES_EXCLUDES) --no-emit-package torch --output-file $(ENGINES_LOCK)

.PHONY: clean
clean: ## Remove the environment, caches and built files
	rm -rf $(VENV) $(ENGINES_VENV) $(RAY_VENV) $(FUZZ_VENV) $(DOCS_VENV) docs/_generated dist build confounded-report .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find src tests tests_engines tests_ray fuzz -type d -name __pycache__ -prune -exec rm -rf {} +

$(CREATED):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "confounded needs Python 3.11 or newer, and $(PYTHON) is $$($(PYTHON) --version 2>&1); name another: make PYTHON=python3.12 ..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) has no venv module; on Debian or Ubuntu: apt-get install python3-venv" >&2; exit 1; }
	@echo "Creating $(VENV) with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv --clear $(VENV)
	@echo "$(CURDIR)" > $@

$(RUN_READY): $(CREATED) $(RUN_LOCK)
	@echo "Installing what the program needs (about a minute, once) ..."
	@$(PIP_LOCKED) $(RUN_LOCK) || $(call INSTALL_FAILED,$(RUN_LOCK))
	@touch $@

$(TEST_READY): $(CREATED) $(TEST_LOCK)
	@echo "Installing what the program and its tests need (about a minute, once) ..."
	@$(PIP_LOCKED) $(TEST_LOCK) || $(call INSTALL_FAILED,$(TEST_LOCK))
	@touch $@

# --no-deps: the lock is whole but for what engines-excludes.txt names, and pip 23 does not find a package in it that
# another asks for with an extra.
$(ENGINES_READY): $(CREATED) $(ENGINES_LOCK) $(ENGINES_TORCH)
	@echo "Installing the evaluation engines (a few minutes, once) ..."
	@$(PIP_LOCKED) $(ENGINES_TORCH) --no-deps --requirement $(ENGINES_LOCK) || $(call INSTALL_FAILED,$(ENGINES_LOCK))
	@touch $@

$(RAY_READY): $(CREATED) $(RAY_LOCK)
	@echo "Installing Ray and what the program needs (about a minute, once) ..."
	@$(PIP_LOCKED) $(RAY_LOCK) || $(call INSTALL_FAILED,$(RAY_LOCK))
	@touch $@

$(FUZZ_READY): $(CREATED) $(FUZZ_LOCK)
	@echo "Installing the fuzzer (about a minute, once) ..."
	@$(PIP_LOCKED) $(FUZZ_LOCK) || $(call INSTALL_FAILED,$(FUZZ_LOCK))
	@touch $@

$(DOCS_READY): $(CREATED) $(DOCS_LOCK)
	@echo "Installing what builds the documentation (about a minute, once) ..."
	@$(PIP_LOCKED) $(DOCS_LOCK) || $(call INSTALL_FAILED,$(DOCS_LOCK))
	@touch $@

# Each lock brings the build backend; the project itself is linked, so a change of the code needs no new install.
$(PROJECT_READY): $(CREATED) pyproject.toml
	@$(PIP) install --no-index --no-deps --no-build-isolation --editable . || $(call INSTALL_FAILED,pyproject.toml)
	@touch $@
