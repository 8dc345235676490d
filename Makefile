# nginx-jwt-scope: build, demo, tests.  `make help` lists the commands.
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
# (t/supply.t looks whether all of it is in what was built)
HARDEN  := -fstack-protector-strong -fstack-clash-protection -Wformat \
    -Werror=format-security -Wdate-time -D_FORTIFY_SOURCE=2 \
    $(if $(filter x86_64,$(shell uname -m)),-fcf-protection)
CFLAGS  ?= -g -O2
CC_OPT  := $(CFLAGS) $(HARDEN) -fPIC
LD_OPT  := -Wl,-z,relro -Wl,-z,now -fPIC

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

# fuzzers: t/fuzz/*_fuzz.c, for libFuzzer (clang) and once over their seeds
FUZZ_NAMES   := $(patsubst t/fuzz/%_fuzz.c,%,$(sort $(wildcard t/fuzz/*_fuzz.c)))
FUZZ_CC      ?= clang
FUZZ_FLAGS   := -std=c11 -g -O1 -D_DEFAULT_SOURCE -fno-omit-frame-pointer \
    -fsanitize=address,undefined -fno-sanitize-recover=all $(CORE_INCS) \
    -Wall -Wextra -Werror -Wno-missing-field-initializers
COVER_FLAGS  := -std=c11 -g -O1 -D_DEFAULT_SOURCE $(CORE_INCS) -Wall -Wextra \
    -Werror -Wno-missing-field-initializers -fprofile-instr-generate \
    -fcoverage-mapping
FUZZ_OBJECTS := $(CORE_SOURCES:src/jwt/%.c=$(BUILD)/fuzz/core/%.o)
FUZZ_SHARED  := t/fuzz/reference.c t/fuzz/fault.c $(wildcard t/fuzz/*.h)

# what fails where an input says so: t/fuzz/fault.c
FUZZ_WRAP    := njwt_arena_alloc EVP_Digest EVP_DigestInit_ex \
    EVP_DigestUpdate EVP_DigestFinal_ex EVP_DigestVerifyInit \
    EVP_PKEY_verify_init EVP_PKEY_fromdata_init EVP_PKEY_CTX_set_rsa_padding \
    EVP_PKEY_CTX_set_rsa_pss_saltlen EVP_PKEY_CTX_set_signature_md \
    i2d_PUBKEY OSSL_PARAM_BLD_push_BN \
    OSSL_PARAM_BLD_push_utf8_string OSSL_PARAM_BLD_push_octet_string RAND_bytes
FUZZ_LINK    := $(FUZZ_WRAP:%=-Wl,--wrap=%)
T            ?= 60

# load, tokens and the yardstick of the benchmark
BENCH_TOOLS := $(patsubst t/bench/%.c,$(BUILD)/bench/%,$(wildcard t/bench/*.c))

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

.PHONY: fuzz
fuzz: packages-fuzz $(FUZZ_NAMES:%=$(BUILD)/fuzz/%_fuzz)  ## look for inputs that break the core, T=60 seconds each
	@t/fuzz/run fuzz $(T) $(FUZZ_NAMES:%=$(BUILD)/fuzz/%_fuzz)

.PHONY: coverage
coverage: packages-fuzz $(FUZZ_NAMES:%=$(BUILD)/cover/%)  ## what the fuzzers reach of the core, by seeds and corpus
	@t/fuzz/coverage $(FUZZ_NAMES:%=$(BUILD)/cover/%)

.PHONY: mutants
mutants:  ## break the core line by line: a test must notice (minutes)
	@t/unit/mutate.pl

# nginx and the module under sanitizers: no part of make test.  Pools that hand
# out what malloc gave (NGX_DEBUG_PALLOC) hide no overflow.  What nginx does
# and they complain of is left out of its build, not of the module's; but an
# empty string may have no address: nginx copies nothing from NULL
ASAN_BUILD := $(BUILD)/asan
ASAN_FLAGS := -g -O1 -fno-omit-frame-pointer -fno-sanitize-recover=all \
    -fsanitize=address,undefined -fno-sanitize=nonnull-attribute
ASAN_LOOSE := $(ASAN_FLAGS) -fno-sanitize=alignment,pointer-overflow,shift \
    -DNGX_DEBUG_PALLOC=1
# (t/clock.t puts another clock in: a sanitizer has one of its own)
ASAN_TESTS  = $(filter-out t/clock.t,$(shell \
    grep -lE '^use NJWT::(Nginx|Scenario)' $(TESTS)))
ASAN_MAKE   = ASAN_OPTIONS=detect_leaks=0 $(MAKE) --no-print-directory \
    NGINX_SRC=$(OWN_TREE) HARDEN= LD_OPT='$(ASAN_FLAGS) -fPIC'

# nginx's own source, where its binary is built too
OWN_TREE := $(if $(FULL_TREE),$(NGINX_SRC),$(CURDIR)/$(BUILD)/nginx-src)

.PHONY: own-tree
own-tree:
	@$(PACKAGES) source
	@[ -e $(OWN_TREE)/auto/module ] || .ci/source $(OWN_TREE)

.PHONY: asan
asan: packages-test own-tree all  ## run block tests and scenarios under ASan and UBSan
	@$(ASAN_MAKE) BUILD=$(ASAN_BUILD) CFLAGS='$(ASAN_LOOSE)' \
	    $(ASAN_BUILD)/nginx/objs/nginx
	@$(ASAN_MAKE) BUILD=$(ASAN_BUILD)/module CFLAGS='$(ASAN_FLAGS)' \
	    $(ASAN_BUILD)/module/$(NAME).so
	@$(test_env) NJWT_MODULE="$(CURDIR)/$(ASAN_BUILD)/module/$(NAME).so" \
	    NJWT_NGINX="$(CURDIR)/$(ASAN_BUILD)/nginx/objs/nginx" CC="$(CC)" \
	    t/lib/run-asan $(CURDIR)/$(ASAN_BUILD)/reports -j$(JOBS) $(ASAN_TESTS)

# the module's own objects, linked so that a shim gives them memory and locks
FAULTS       := $(BUILD)/faults
FAULTS_WRAP  := ngx_palloc ngx_pnalloc ngx_pcalloc ngx_pool_cleanup_add \
    ngx_array_create ngx_array_push ngx_list_push ngx_alloc_chain_link \
    ngx_create_temp_buf ngx_alloc ngx_calloc ngx_slab_calloc \
    ngx_get_connection ngx_shared_memory_add ngx_http_add_variable \
    ngx_http_get_variable_index ngx_http_complex_value \
    ngx_http_compile_complex_value ngx_regex_compile ngx_ssl_create \
    ngx_shmtx_lock ngx_shmtx_trylock ngx_shmtx_unlock
faults_files := $(FAULTS)/$(NAME).so $(FAULTS)/shim.so

.PHONY: faults
faults: packages-test all $(faults_files)  ## let each allocation fail, and watch the locks; CASE="hot …" these only
	@$(test_env) t/faults/run $(CASE)

VALGRIND_TESTS ?= t/smoke.t t/verdicts.t t/cache.t

.PHONY: valgrind
valgrind: packages-test packages-valgrind all  ## run a part of the block tests under valgrind
	@$(test_env) t/lib/run-valgrind $(CURDIR)/$(BUILD)/valgrind -j$(JOBS) \
	    $(VALGRIND_TESTS)

# what make test has no time for; the load comes last, and alone
ALL_CHECKS := test coverage fuzz asan valgrind faults mutants \
    $(shell sed -n 's/^\(analyse\|timing\):.*/\1/p' Makefile) \
    browser mcp clients deb-test matrix soak

.PHONY: check-all
check-all:  ## all of it, one after the other: some hours; CHECKS="asan …" these only
	@for check in $(or $(CHECKS),$(ALL_CHECKS)); do \
	    echo "check-all: make $$check"; \
	    $(MAKE) --no-print-directory $$check </dev/null \
	        && said=passed || said=FAILED; \
	    echo "$$check $$said" >>$(BUILD)/check-all.new; \
	done
	@mv $(BUILD)/check-all.new $(BUILD)/check-all.txt
	@echo; sed 's/^/check-all: /' $(BUILD)/check-all.txt
	@! grep -q FAILED $(BUILD)/check-all.txt

.PHONY: timing
timing: packages-test all $(BUILD)/timing  ## does a refused HS256 tell how much of the MAC was right? (seconds)
	@$(BUILD)/timing

.PHONY: soak
soak: packages-test all  ## load, rotations, outages, kills: MINUTES=10 SEED=
	@$(test_env) NJWT_RELOADS=200 t/lib/run-prove t/leaks.t
	@$(test_env) MINUTES="$(MINUTES)" SEED="$(SEED)" t/soak/run

# npm's packages for the one of the peers that needs some
BENCH_PEERS = $(and $(filter peers,$(ROW)),$(shell command -v npm),\
    $(BUILD)/bench/sdk/installed)

.PHONY: bench
bench: packages-bench all $(BENCH_TOOLS) $(BENCH_PEERS)  ## weigh requests against bare nginx; ROW="peers latency growth" more
	@$(test_env) t/bench/run $(ROW)

.PHONY: browser
browser: packages-test packages-browser all  ## look at the status page in Chromium, with pictures; CORS
	@$(test_env) t/lib/run-prove t/browser/cors.t t/browser/status.t

# npm's packages, as package-lock.json pins them; their scripts aren't run
$(BUILD)/%/installed: t/%/package.json t/%/package-lock.json
	@node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' \
	    || { echo "$*: node 20 or later is needed" >&2; exit 1; }
	@mkdir -p $(@D)
	@cp $^ $(@D)/
	@cd $(@D) && npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

.PHONY: mcp
mcp: packages-test all $(BUILD)/mcp/installed  ## go through mcp.conf with the official MCP SDK (node 20, npm)
	@cp t/mcp/*.mjs $(BUILD)/mcp/
	@cp conf-examples/mcp/server.mjs $(BUILD)/mcp/example.mjs
	@$(test_env) NJWT_MCP="$(CURDIR)/$(BUILD)/mcp" t/lib/run-prove t/mcp/sdk.t

.PHONY: clients
clients: packages-test all $(BUILD)/clients/installed  ## let clients with tokens bound to their keys through: npm's oauth4webapi, openid-client, auth0-spa-js
	@cp t/clients/*.mjs $(BUILD)/clients/
	@$(test_env) NJWT_CLIENTS="$(CURDIR)/$(BUILD)/clients" t/lib/run-prove \
	    t/clients/clients.t

.PHONY: lint
lint: packages-test all  ## check style, layers and README, in seconds
	@$(test_env) t/lint/run

.PHONY: analyse
analyse: packages-build packages-analyse $(BUILD)/nginx/objs/Makefile  ## let clang, gcc, cppcheck and clang-tidy read the sources (minutes)
	@t/lint/analyse $(BUILD)/nginx

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

.PHONY: deb-test
deb-test: $(if $(ROW),,deb)  ## install, upgrade and remove it on a new Debian 12 (minutes); ROW=trixie
	@.ci/packages fresh
	@$(if $(ROW),for suite in $(ROW); do FRESH_SUITE=$$suite .ci/fresh \
	    'make deb' '.ci/deb --test build/deb'; done, \
	    FRESH_FILES="$$(ls $(BUILD)/deb/*scope_*.deb)" \
	    .ci/fresh '.ci/deb --test /srv')

.PHONY: fresh
fresh:  ## prove make demo and make test on a new Debian 12 (minutes); ROW=trixie
	@.ci/packages fresh
	@for suite in $(or $(ROW),bookworm); do \
	    FRESH_SUITE=$$suite .ci/fresh; done

.PHONY: matrix
matrix:  ## build and test with each nginx that Debian and nginx.org have (an hour); ROW="sid org-1.31 …"
	@$(PACKAGES) fresh
	@.ci/matrix $(ROW)

.PHONY: clean
clean:  ## remove what was built
	rm -rf $(BUILD) t/servroot*

.PHONY: help
help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):.*##  *\(.*\)/\1\t\2/p' Makefile \
	    | while IFS=$$'\t' read -r name text; do \
	        printf '  make %-10s %s\n' "$$name" "$$text"; done
	@echo
	@echo '  NGINX_SRC=DIR      build against this nginx source tree'
	@echo '  NGINX_BINARY=FILE  nginx for tests and install'


# packages: fast when nothing is missing, so each command looks

.PHONY: packages-build packages-deb packages-demo packages-test \
    packages-fuzz packages-browser packages-analyse packages-bench packages-valgrind
packages-build:
	@$(PACKAGES) $(if $(NGINX_SRC),source,build)

packages-deb packages-demo packages-test packages-fuzz packages-browser \
    packages-analyse \
    packages-bench packages-valgrind: \
    packages-%:
	@$(PACKAGES) $*


# the module: nginx's own build, in a tree of links, so that neither the
# system's folder nor the user's source tree is written to

$(BUILD)/configure.id: FORCE | packages-build
	@mkdir -p $(BUILD)
	@{  echo '$(TREE) $(if $(NGINX_SRC),$(NGINX_CONFIGURE))'; \
	    echo '$(CC) $(CC_OPT) $(LD_OPT)'; \
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
	    --with-cc-opt='$(CC_OPT)' --with-ld-opt='$(LD_OPT)' \
	    --builddir=objs --add-dynamic-module=$(CURDIR) \
	    >../configure.log 2>&1 \
	|| { grep -A 3 'error:' ../configure.log || tail ../configure.log; \
	    echo "configure failed: all of it is in $(BUILD)/configure.log"; \
	    exit 1; } >&2

$(MODULE): $(BUILD)/nginx/objs/Makefile $(SOURCES) $(HEADERS) $(MAP) config
	@echo "build: $@"
	@$(SUBMAKE) -s -C $(BUILD)/nginx -f objs/Makefile modules
	@# not into the old file, which a running nginx has mapped
	@cp $(BUILD)/nginx/objs/$(NAME).so $@.new && mv -f $@.new $@

$(BUILD)/nginx/objs/nginx: $(MODULE)
	@echo "build: $@"
	@$(SUBMAKE) -s -C $(BUILD)/nginx -f objs/Makefile binary
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

# fuzzers: the replay with what the unit tests are made of

$(BUILD)/fuzz/%_replay: t/fuzz/%_fuzz.c t/fuzz/replay.c $(FUZZ_SHARED) \
    $(UNIT_OBJECTS)
	@mkdir -p $(@D)
	@$(CC) $(FUZZ_FLAGS) $(FUZZ_LINK) -o $@ $(filter %.c %.o,$^) $(CORE_LIBS)

$(BUILD)/fuzz/core/%.o: src/jwt/%.c $(HEADERS) Makefile | packages-fuzz
	@mkdir -p $(@D)
	@$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -c -o $@ $<

$(BUILD)/fuzz/%_fuzz: t/fuzz/%_fuzz.c $(FUZZ_SHARED) $(FUZZ_OBJECTS)
	@echo "build: $@"
	@$(FUZZ_CC) $(FUZZ_FLAGS) $(FUZZ_LINK) -fsanitize=fuzzer -o $@ \
	    $(filter %.c %.o,$^) $(CORE_LIBS)

$(BUILD)/timing: t/timing/timing.c $(CORE) Makefile
	@$(CC) $(CC_OPT) $(WARN) $(CORE_INCS) -o $@ $< $(CORE) $(CORE_LIBS) -lm

# what t/faults needs

$(FAULTS)/shim.so: t/faults/shim.c t/faults/locks.c t/faults/shim.h Makefile \
    | packages-test
	@mkdir -p $(@D)
	@$(CC) $(WARN) -g -O2 -fPIC -shared -o $@ $(filter %.c,$^) -ldl

$(FAULTS)/$(NAME).so: $(MODULE) Makefile
	@mkdir -p $(@D)
	@$(CC) -shared -o $@ $(FAULTS_WRAP:%=-Wl,--wrap=%) \
	    $(BUILD)/nginx/objs/addon/*/*.o $(BUILD)/nginx/objs/$(NAME)_modules.o \
	    -Wl,--version-script=$(MAP) -ljansson -lcurl -lssl -lcrypto

$(BUILD)/cover/core/%.o: src/jwt/%.c $(HEADERS) Makefile | packages-fuzz
	@mkdir -p $(@D)
	@$(FUZZ_CC) $(COVER_FLAGS) -c -o $@ $<

$(BUILD)/cover/%: t/fuzz/%_fuzz.c t/fuzz/replay.c $(FUZZ_SHARED) \
    $(CORE_SOURCES:src/jwt/%.c=$(BUILD)/cover/core/%.o)
	@$(FUZZ_CC) $(COVER_FLAGS) $(FUZZ_LINK) -o $@ $(filter %.c %.o,$^) \
	    $(CORE_LIBS)

$(BUILD)/bench/%: t/bench/%.c Makefile | packages-test
	@mkdir -p $(@D)
	@$(CC) $(CC_OPT) $(WARN) -o $@ $< -lcrypto

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
