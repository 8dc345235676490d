# nginx-jwt-scope: build, install, demo, tests.  `make help` lists the
# commands, those of t/checks.mk too.
#
# All that is written goes to build/.  What a command needs of Debian's
# packages it installs itself (.ci/packages).

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:

NAME   := ngx_http_jwt_scope_module
BUILD  := build
MODULE := $(BUILD)/$(NAME).so
CORE   := $(BUILD)/libnjwt.a
TOOL   := $(BUILD)/jwt-explain

CC   ?= cc
JOBS ?= $(shell nproc 2>/dev/null || echo 1)

# a parent make with -j hands its jobs on; -j once more would be an error
SUBMAKE = $(MAKE) --no-print-directory \
    $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(JOBS))

# nginx to build against: Debian's headers, or any source tree.  A tree with
# nginx's own .c files also gives the binary that the tests run.
NGINX_SRC ?=
TREE      := $(or $(NGINX_SRC),/usr/share/nginx/src)
FULL_TREE := $(and $(NGINX_SRC),$(wildcard $(NGINX_SRC)/src/core/nginx.c))

# recursive on purpose: before packages are installed there is no nginx
# (not called NGINX: nginx takes a variable of that name for its sockets)
NGINX_BINARY ?= $(if $(FULL_TREE),$(CURDIR)/$(BUILD)/nginx/objs/nginx,$(or \
    $(shell PATH="$$PATH:/usr/sbin" command -v nginx),/usr/sbin/nginx))

# what a tree without Debian's conf_flags is configured with
NGINX_CONFIGURE ?= --with-compat --with-debug --with-threads \
    --with-http_ssl_module --with-http_v2_module --with-http_realip_module \
    --with-http_auth_request_module --with-http_stub_status_module

# Debian's hardening; nginx itself adds -W -Wall -Wno-unused-parameter -Werror
# (t/static_supply.t looks whether all of it is in what was built)
HARDEN  := -fstack-protector-strong -fstack-clash-protection -Wformat \
    -Werror=format-security -Wdate-time -D_FORTIFY_SOURCE=2 \
    $(if $(filter x86_64,$(shell uname -m)),-fcf-protection)
CFLAGS  ?= -g -O2
CC_OPT  := $(CFLAGS) $(HARDEN) -fPIC
LD_OPT  := -Wl,-z,relro -Wl,-z,now -fPIC

# functions of several files in one, where gcc can; tests read the objects, so
# each has its machine code, too.  Not asked before a rule needs it: on a new
# system gcc is among the packages that make installs first
gcc  = $(findstring Free Software,$(shell $(CC) --version 2>&1))
LTO ?= $(if $(gcc),-flto=auto -ffat-lto-objects)

SOURCES := $(sort $(wildcard src/jwt/*/*.c src/nginx/*.c src/nginx/*/*.c))
HEADERS := $(sort $(wildcard src/jwt/*/*.h src/nginx/*/*.h))
MAP     := src/nginx/common/ngx_http_jwt.map

CORE_SOURCES := $(sort $(wildcard src/jwt/*/*.c))
CORE_INCS    := $(addprefix -I,$(wildcard src/jwt/*))
CORE_OBJECTS := $(CORE_SOURCES:src/jwt/%.c=$(BUILD)/core/%.o)
CORE_LIBS    := -ljansson -lcrypto
WARN         := -std=c11 -pedantic -Wall -Wextra -Werror -Wshadow \
    -Wstrict-prototypes -Wmissing-prototypes

TOOL_SOURCES := $(sort $(wildcard src/cli/*.c))
TOOL_OBJECTS := $(TOOL_SOURCES:src/cli/%.c=$(BUILD)/cli/%.o)
TOOL_LIBS    := -lcurl -lpcre2-8

# unit tests: t/unit/*_test.c are programs, other .c files there go into each
UNIT_SOURCES := $(sort $(wildcard t/unit/*_test.c))
UNIT_SHARED  := $(filter-out $(UNIT_SOURCES),$(wildcard t/unit/*.c))
UNIT_TESTS   := $(UNIT_SOURCES:t/unit/%.c=$(BUILD)/unit/%)
UNIT_OBJECTS := $(CORE_SOURCES:src/jwt/%.c=$(BUILD)/unit/core/%.o) \
    $(UNIT_SHARED:t/unit/%.c=$(BUILD)/unit/%.o)
SANITIZE     := -fsanitize=address,undefined -fno-sanitize-recover=all -g -O1 \
    -fno-omit-frame-pointer

TESTS ?= $(sort $(wildcard t/*.t))

# a build of Debian's installs nothing: it says PACKAGES=:
PACKAGES ?= .ci/packages

ifneq ($(words $(CURDIR)),1)
$(error "$(CURDIR)": nginx's build can't be run in a folder with blanks in \
its name; move the checkout)
endif

ifneq ($(NGINX_SRC),)
ifeq ($(wildcard $(NGINX_SRC)/auto/module),)
$(error NGINX_SRC=$(NGINX_SRC) is no nginx source tree: there is no \
auto/module in it)
endif
endif

include t/checks.mk


.PHONY: all
all: $(MODULE) $(CORE) $(TOOL)  ## build module, core and jwt-explain (default)

.PHONY: demo
demo: packages-demo all  ## run the timesheets scenario, from token to refusal
	@conf-examples/timesheets/demo run

.PHONY: demo-up
demo-up: packages-demo all  ## start the scenario and leave it running
	@conf-examples/timesheets/demo up

.PHONY: demo-down
demo-down:  ## stop what demo-up started
	@conf-examples/timesheets/demo down

# unit tests first: what fails there makes the rest fail in riddles
.PHONY: test
test: $(if $(filter file,$(origin TESTS)),unit) prove  ## run all tests; TESTS="t/a.t …" runs these

.PHONY: unit
unit: $(UNIT_TESTS) $(FUZZ_NAMES:%=$(BUILD)/fuzz/%_replay)  ## run the core's unit tests under ASan and UBSan
	@t/lib/run-unit $(UNIT_TESTS)
	@t/fuzz/run replay $(FUZZ_NAMES:%=$(BUILD)/fuzz/%_replay)

.PHONY: lint
lint: packages-test all  ## check style, layers and README, in seconds
	@$(test_env) t/lint/run

.PHONY: install
install: $(MODULE) $(TOOL)  ## install module, jwt-explain and its page; DESTDIR=, PREFIX=
	@$(install_env) .ci/install install $(MODULE) $(TOOL) man/jwt-explain.1

.PHONY: uninstall
uninstall:  ## take away what install put there
	@$(install_env) .ci/install uninstall

.PHONY: dist
dist:  ## make a release: source archive, checksum and SBOM, into build/dist
	@.ci/dist $(BUILD)/dist

.PHONY: deb
deb: packages-deb  ## build the Debian package, into build/deb
	@.ci/deb $(BUILD)/deb

.PHONY: clean
clean:  ## remove what was built
	rm -rf $(BUILD) t/servroot*

.PHONY: help
help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):.*##  *\(.*\)/\1\t\2/p' Makefile t/checks.mk \
	    | while IFS=$$'\t' read -r name text; do \
	        printf '  make %-10s %s\n' "$$name" "$$text"; done
	@echo
	@echo '  NGINX_SRC=DIR      build against this nginx source tree'
	@echo '  NGINX_BINARY=FILE  nginx for tests and install'


# packages: fast when nothing is missing, so each command looks

.PHONY: packages-build packages-deb packages-demo packages-test \
    packages-fuzz packages-browser packages-analyse packages-bench packages-musl packages-valgrind
packages-build:
	@$(PACKAGES) $(if $(NGINX_SRC),source,build)

packages-deb packages-demo packages-test packages-fuzz packages-browser \
    packages-analyse \
    packages-bench packages-musl packages-valgrind: \
    packages-%:
	@$(PACKAGES) $*


# the module: nginx's own build, in a tree of links, so that neither the
# system's folder nor the user's source tree is written to

$(BUILD)/configure.id: FORCE | packages-build
	@mkdir -p $(BUILD)
	@{  echo '$(TREE) $(if $(NGINX_SRC),$(NGINX_CONFIGURE))'; \
	    echo '$(CC) $(CC_OPT) $(LD_OPT) $(LTO)'; \
	    echo '$(SOURCES) $(HEADERS)'; \
	    cksum config $(TREE)/src/core/nginx.h; \
	} >$@.new
	@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi

$(BUILD)/nginx/objs/Makefile: $(BUILD)/configure.id
	@echo "configure: nginx $$(sed -n 's/.*NGINX_VERSION  *"\(.*\)"/\1/p' \
	    $(TREE)/src/core/nginx.h)"
	@rm -rf $(BUILD)/nginx
	@mkdir -p $(BUILD)/nginx
	@ln -s $(abspath $(TREE))/* $(BUILD)/nginx/
	@cd $(BUILD)/nginx; \
	rm -rf objs Makefile; \
	[ -e configure ] || ln -s auto/configure configure; \
	if [ -e conf_flags ]; then . ./conf_flags; \
	else NGX_CONF_FLAGS=($(NGINX_CONFIGURE)); fi; \
	./configure "$${NGX_CONF_FLAGS[@]}" --with-cc=$(CC) \
	    --with-cc-opt='$(CC_OPT) $(LTO)' \
	    --with-ld-opt='$(LD_OPT) $(LTO) -O2' \
	    --builddir=objs --add-dynamic-module=$(CURDIR) \
	    >../configure.log 2>&1 \
	|| { grep -A 3 'error:' ../configure.log || tail ../configure.log; \
	    echo "configure failed: all of it is in $(BUILD)/configure.log"; \
	    exit 1; } >&2

$(MODULE): $(BUILD)/nginx/objs/Makefile $(SOURCES) $(HEADERS) $(MAP) config
	@echo "build: $@"
	+@$(SUBMAKE) -s -C $(BUILD)/nginx -f objs/Makefile modules
	@# not into the old file, which a running nginx has mapped
	@cp $(BUILD)/nginx/objs/$(NAME).so $@.new && mv -f $@.new $@

$(BUILD)/nginx/objs/nginx: $(MODULE)
	@echo "build: $@"
	+@$(SUBMAKE) -s -C $(BUILD)/nginx -f objs/Makefile binary
	@touch $@


# the core by itself: what the command line tool is linked with

$(CORE): $(CORE_OBJECTS)
	@echo "build: $@"
	@rm -f $@
	@$(AR) rcs $@ $^

$(BUILD)/core/%.o: src/jwt/%.c Makefile | packages-build
	@mkdir -p $(@D)
	@$(CC) $(CC_OPT) $(WARN) $(CORE_INCS) -MMD -MP -c -o $@ $<


# the command line tool

$(TOOL): $(TOOL_OBJECTS) $(CORE)
	@echo "build: $@"
	@$(CC) $(CC_OPT) $(LD_OPT) -o $@ $^ $(CORE_LIBS) $(TOOL_LIBS)

$(BUILD)/cli/%.o: src/cli/%.c Makefile | packages-build
	@mkdir -p $(@D)
	@$(CC) $(CC_OPT) $(WARN) $(CORE_INCS) -MMD -MP -c -o $@ $<


# unit tests

$(BUILD)/unit/core/%.o: src/jwt/%.c Makefile | packages-test
	@mkdir -p $(@D)
	@$(CC) $(SANITIZE) $(WARN) $(CORE_INCS) -MMD -MP -c -o $@ $<

$(BUILD)/unit/%.o: t/unit/%.c Makefile | packages-test
	@mkdir -p $(@D)
	@$(CC) $(SANITIZE) $(UNIT_WARN) $(CORE_INCS) -MMD -MP -c -o $@ $<

$(BUILD)/unit/%_test: $(BUILD)/unit/%_test.o $(UNIT_OBJECTS)
	@$(CC) $(SANITIZE) -o $@ $^ -lcmocka $(CORE_LIBS)

# a header of the tests may hold more than one test uses
UNIT_WARN := $(WARN) -Wno-unused-function

.SECONDARY:
-include $(wildcard $(BUILD)/core/*/*.d $(BUILD)/cli/*.d $(BUILD)/unit/*.d $(BUILD)/unit/core/*/*.d)


# t/*.t: no terminal, no proxies (HTTP clients follow them), ports and
# folders of each test's own

test_env = env -u http_proxy -u https_proxy -u all_proxy -u HTTP_PROXY \
    -u HTTPS_PROXY -u ALL_PROXY \
    PERL5LIB="$(CURDIR)/t/lib$${PERL5LIB:+:$$PERL5LIB}" \
    NJWT_MODULE="$(CURDIR)/$(MODULE)" NJWT_NGINX="$(NGINX_BINARY)"

.PHONY: prove
prove: packages-test all $(faults_files) $(filter %/objs/nginx,$(if $(FULL_TREE), \
    $(NGINX_BINARY:$(CURDIR)/$(BUILD)/%=$(BUILD)/%))) \
    $(if $(filter file,$(origin TESTS)),unit)
	@$(test_env) t/lib/run-prove -j$(JOBS) $(TESTS)

install_env = NGINX_BINARY="$(NGINX_BINARY)" DESTDIR="$(DESTDIR)" \
    PREFIX="$(PREFIX)"

.PHONY: FORCE
FORCE:
