# The front door. `make run` brings up the gateway, `make test` builds and tests; both install what is missing.
PREFIX  ?= /usr/local
DESTDIR ?=
BUILD   ?= build
ARGS    ?=
JOBS    ?= $(shell nproc)
# Warnings are errors in CI; a user with another compiler is not stopped by a new one.
WERROR  ?= $(if $(CI),true,false)

setup = meson setup $(1) -Dwerror=$(WERROR) $(2) $(if $(wildcard $(1)/build.ninja),--reconfigure) >$(1).log 2>&1 || { tail -n 40 $(1).log; exit 1; }
www = $(BUILD)/www

.PHONY: run build phone test test-full interop install bench fuzz lint format clean help
help:
	@echo "make run [ARGS='--help']   install what is missing, build, bring up the gateway with the web phone"
	@echo "make test                  install, build and test (some minutes)"
	@echo "make test-full             the same with every peer, ThreadSanitizer, clang, long simulation and fuzzing"
	@echo "make install [PREFIX=$(PREFIX)] [DESTDIR=]"
	@echo "make build | interop | bench | fuzz | lint | format | clean"

run: build phone
	@tools/examples/gateway.sh --bin $(BUILD)/tools --www $(www) $(ARGS) || [ $$? -eq 130 ] # Ctrl-C is how it ends

build:
	@tools/install-packages build
	@$(call setup,$(BUILD),-Dbuildtype=debugoptimized)
	@ninja -C $(BUILD) -j$(JOBS) --quiet programs

# The gateway is whole without the web phone: where npm cannot be reached it comes up without one, and says so.
phone:
	@tools/install-packages phone || echo "cordboard: no npm here: no web phone" >&2
	@tools/sipws-proxy/www/bundle $(abspath $(www)) || echo "cordboard: the web phone could not be built; the gateway runs without it" >&2

test:
	@tools/install-packages build phone test interop
	@tests/support/run-tests quick

test-full:
	@tools/install-packages build phone test interop full
	@tests/support/run-tests full

interop:
	@tools/install-packages build phone test interop
	@tests/support/run-tests interop

install: build phone
	@DESTDIR=$(DESTDIR) meson configure $(BUILD) -Dprefix=$(PREFIX) >/dev/null
	@DESTDIR=$(DESTDIR) meson install -C $(BUILD) --quiet
	@if [ -d $(www) ]; then install -d $(DESTDIR)$(PREFIX)/share/cordboard/www && cp $(www)/* $(DESTDIR)$(PREFIX)/share/cordboard/www/; fi

bench:
	@tools/install-packages build test full
	@tests/bench/run $(ARGS)

fuzz:
	@tools/install-packages build test full
	@tests/fuzz/run $(ARGS)

lint:
	@tools/install-packages build test full
	@tests/lint/run

format:
	@tools/install-packages full
	@git ls-files '*.cpp' '*.hpp' | xargs clang-format -i

clean:
	rm -rf build build-*
