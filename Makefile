# A thin front: meson.build is the build.
BUILD := build

.PHONY: all demo test test-fast asan tsan valgrind coverage fuzz guards crash soak bench fmt lint man install deb clean
all: $(BUILD)/build.ninja
	@ninja -C $(BUILD)

$(BUILD)/build.ninja:
	@tools/install-packages build
	@meson setup $(BUILD) $(if $(CI),-Dwerror=true) >/dev/null

demo: all
	@tools/demo

# ONE=tests/cli/run.bats: that file only.
test: all
	@tools/install-packages test
	@tests/run $(if $(ONE),--one $(ONE))

test-fast: all
	@tools/install-packages test
	@tests/run --fast

asan:
	@tools/install-packages test
	@tests/run-sanitized address

tsan:
	@tools/install-packages test
	@tests/run-sanitized thread

valgrind:
	@tools/install-packages valgrind
	@tests/run-sanitized valgrind

# Which lines the fast tests run: a table by file, and build-coverage/coverage/index.html.
coverage:
	@tools/install-packages coverage
	@tests/run-sanitized coverage

# FUZZ_SECONDS of each target from any seed; `make test` gives each 10 seconds from a fixed one.
fuzz: all
	@tools/install-packages test
	@FUZZ_SEED=0 tests/fuzz/run $(or $(FUZZ_SECONDS),600)

# Each guard of docs/security.md is taken out of a copy of the source, and its test has to fail.
guards: all
	@tools/install-packages test
	@tests/guards/run

# Every point at which berthd or a shim can be killed, CRASH_ROUNDS times; `make test` takes some of them, once.
crash: all
	@tools/install-packages test
	@for round in $$(seq $(or $(CRASH_ROUNDS),5)); do tests/crash/points.py $(BUILD) && tests/crash/shim_points.py $(BUILD) || exit 1; done

soak: all
	@tools/install-packages test
	@BERTH_BUILD=$(CURDIR)/$(BUILD) bats --tap tests/soak

bench: all
	@tools/install-packages test
	@bench/run

fmt:
	@git ls-files '*.c' '*.h' | xargs clang-format -i

lint:
	@tools/install-packages test
	@tests/lint

man: all
	@tools/man

install: all
	@meson install -C $(BUILD) --no-rebuild

# Debian packages of what is committed, in build/deb.
deb:
	@tools/install-packages deb
	@BERTH_BUILD=$(BUILD) tools/deb

clean:
	@rm -rf $(BUILD) build-address build-thread build-valgrind build-coverage
