# What make test has no time for: fuzzers, sanitizers, mutants, load, other
# systems.  t/README.md says what each proves; `make help` lists them.
#
# The Makefile includes this: its variables are known here.  The fuzzers'
# replay and the module of t/faults are a part of make test all the same.


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

# load, tokens and the yardstick of the benchmark; what others' load is
# started with
BENCH_TOOLS := $(BUILD)/bench/patient.so \
    $(patsubst t/bench/%.c,$(BUILD)/bench/%,\
    $(filter-out t/bench/patient.c,$(wildcard t/bench/*.c)))


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
# (t/*_clock.t put another clock in: a sanitizer has one of its own)
ASAN_TESTS  = $(filter-out t/%_clock.t,$(shell \
    grep -lE '^use NJWT::(Nginx|Scenario)' $(TESTS)))
ASAN_MAKE   = ASAN_OPTIONS=detect_leaks=0 $(MAKE) --no-print-directory LTO= \
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

VALGRIND_TESTS ?= t/request_smoke.t t/refusal_verdicts.t t/cache_verified.t

.PHONY: valgrind
valgrind: packages-test packages-valgrind all  ## run a part of the block tests under valgrind
	@$(test_env) t/lib/run-valgrind $(CURDIR)/$(BUILD)/valgrind -j$(JOBS) \
	    $(VALGRIND_TESTS)

# what make test has no time for; the load comes last, and alone
ALL_CHECKS := test coverage fuzz asan valgrind faults mutants \
    analyse timing browser mcp clients deb-test matrix soak

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
	@$(test_env) NJWT_RELOADS=200 t/lib/run-prove t/conf_reload_leaks.t
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

.PHONY: analyse
analyse: packages-build packages-analyse $(BUILD)/nginx/objs/Makefile  ## let clang, gcc, cppcheck and clang-tidy read the sources (minutes)
	@t/lint/analyse $(BUILD)/nginx

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

.PHONY: musl
musl: packages-test packages-musl  ## build and test with musl, Alpine's C library (minutes); NGINX_SRC=DIR
	@NGINX_SRC="$(NGINX_SRC)" .ci/musl $(if $(filter file,$(origin TESTS)),,$(TESTS))

.PHONY: matrix
matrix:  ## build and test with each nginx that Debian and nginx.org have (an hour); ROW="sid org-1.31 …"
	@$(PACKAGES) fresh
	@TESTS='$(if $(filter file,$(origin TESTS)),,$(TESTS))' .ci/matrix $(ROW)


# fuzzers: the replay with what the unit tests are made of

$(BUILD)/fuzz/%_replay: t/fuzz/%_fuzz.c t/fuzz/replay.c $(FUZZ_SHARED) \
    $(UNIT_OBJECTS)
	@mkdir -p $(@D)
	@$(CC) $(FUZZ_FLAGS) $(FUZZ_LINK) -o $@ $(filter %.c %.o,$^) $(CORE_LIBS)

$(BUILD)/fuzz/core/%.o: src/jwt/%.c $(HEADERS) Makefile t/checks.mk | packages-fuzz
	@mkdir -p $(@D)
	@$(FUZZ_CC) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -c -o $@ $<

$(BUILD)/fuzz/%_fuzz: t/fuzz/%_fuzz.c $(FUZZ_SHARED) $(FUZZ_OBJECTS)
	@echo "build: $@"
	@$(FUZZ_CC) $(FUZZ_FLAGS) $(FUZZ_LINK) -fsanitize=fuzzer -o $@ \
	    $(filter %.c %.o,$^) $(CORE_LIBS)

$(BUILD)/timing: t/timing/timing.c $(CORE) Makefile t/checks.mk
	@$(CC) $(CC_OPT) $(WARN) $(CORE_INCS) -o $@ $< $(CORE) $(CORE_LIBS) -lm

# what t/faults needs

$(FAULTS)/shim.so: t/faults/shim.c t/faults/locks.c t/faults/shim.h Makefile t/checks.mk \
    | packages-test
	@mkdir -p $(@D)
	@$(CC) $(WARN) -g -O2 -fPIC -shared -o $@ $(filter %.c,$^) -ldl

$(FAULTS)/$(NAME).so: $(MODULE) Makefile t/checks.mk
	@mkdir -p $(@D)
	@$(CC) -shared -fno-lto -o $@ $(FAULTS_WRAP:%=-Wl,--wrap=%) \
	    $(BUILD)/nginx/objs/addon/*/*.o $(BUILD)/nginx/objs/$(NAME)_modules.o \
	    -Wl,--version-script=$(MAP) -ljansson -lcurl -lssl -lcrypto

$(BUILD)/cover/core/%.o: src/jwt/%.c $(HEADERS) Makefile t/checks.mk | packages-fuzz
	@mkdir -p $(@D)
	@$(FUZZ_CC) $(COVER_FLAGS) -c -o $@ $<

$(BUILD)/cover/%: t/fuzz/%_fuzz.c t/fuzz/replay.c $(FUZZ_SHARED) \
    $(CORE_SOURCES:src/jwt/%.c=$(BUILD)/cover/core/%.o)
	@$(FUZZ_CC) $(COVER_FLAGS) $(FUZZ_LINK) -o $@ $(filter %.c %.o,$^) \
	    $(CORE_LIBS)

$(BUILD)/bench/patient.so: t/bench/patient.c Makefile t/checks.mk \
    | packages-test
	@mkdir -p $(@D)
	@$(CC) $(CC_OPT) $(WARN) -shared -o $@ $<

$(BUILD)/bench/%: t/bench/%.c Makefile t/checks.mk | packages-test
	@mkdir -p $(@D)
	@$(CC) $(CC_OPT) $(WARN) -o $@ $< -lcrypto
