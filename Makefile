# Hinomi. Objects go to $(BUILD), never beside the sources. `make help` lists the targets.

BUILD  ?= build/debug
# One spelling for one folder: the headers that an object depends on are remembered under its name.
override BUILD := $(patsubst $(CURDIR)/%,%,$(BUILD))
PREFIX ?= /usr/local
DESTDIR ?=

ifeq ($(origin CC),default)
CC      := gcc
endif
# V=1 shows the commands.
Q       := $(if $(V),,@)
CFLAGS  ?= -O2 -g
SAN     ?=
STRICT  := -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Walloca \
           -Wformat=2 -Wundef -Wpointer-arith -Wcast-qual -Wwrite-strings -fno-common -fstack-protector-strong
# _FORTIFY_SOURCE and sanitizers do not mix.
ifeq ($(SAN),)
STRICT  += -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
endif
VERSION := $(shell cat VERSION)
CPPFLAGS := -I. -include lib/banned.h -DHINOMI_VERSION='"$(VERSION)"'

pkg_cflags = $(shell pkg-config --cflags $(1))
pkg_libs   = $(shell pkg-config --libs $(1))

PKG_LIB    := yaml-0.1 zlib openssl libevent libevent_openssl libevent_extra
PKG_AGENT  := $(PKG_LIB) jansson libcurl
PKG_SERVER := $(PKG_LIB) jansson libpq libmicrohttpd libzstd libsodium libpcre2-8 libcurl libarchive
PKG_REPORT := pangocairo cairo xlsxwriter libqrencode
CPPFLAGS   += $(call pkg_cflags,$(PKG_SERVER) $(PKG_REPORT) check gmime-3.0)
LIBS_AGENT  := $(call pkg_libs,$(PKG_AGENT)) -lm
LIBS_SERVER := $(call pkg_libs,$(PKG_SERVER) $(PKG_REPORT)) -lm -lpthread
# hinomictl alone takes mails apart; the tests read back what was composed.
LIBS_CTL    := $(LIBS_SERVER) $(call pkg_libs,gmime-3.0)
LIBS_TEST   := $(LIBS_CTL) $(call pkg_libs,check)

objects = $(patsubst %.c,$(BUILD)/%.o,$(wildcard $(1)))

LIB_OBJ    := $(call objects,lib/*.c)
MODEL_OBJ  := $(call objects,server/model/*.c server/model/sigma/*.c)
STORE_OBJ  := $(call objects,server/store/*.c)
REPORT_OBJ := $(call objects,server/report/*.c)
ROLE_DIRS  := supervisor collector keyholder correlator housekeeper escalator reporter api api/http
SERVER_OBJ := $(filter-out $(BUILD)/server/main.o,$(call objects,server/*.c) $(foreach d,$(ROLE_DIRS),$(call objects,server/$(d)/*.c)))
CTL_OBJ    := $(call objects,server/ctl/*.c)
AGENT_OBJ  := $(filter-out $(BUILD)/sensor-agent/main.o,$(call objects,sensor-agent/*.c))

# Archives, so that a test links only what it touches.
A_LIB    := $(BUILD)/liblib.a
A_MODEL  := $(BUILD)/libmodel.a
A_STORE  := $(BUILD)/libstore.a
A_REPORT := $(BUILD)/libreport.a
A_SERVER := $(BUILD)/libserver.a
A_AGENT  := $(BUILD)/libagent.a
A_CTL    := $(BUILD)/libctl.a
ARCHIVES := $(A_AGENT) $(A_CTL) $(A_SERVER) $(A_REPORT) $(A_STORE) $(A_MODEL) $(A_LIB)

PROGRAMS := $(BUILD)/hinomid $(BUILD)/hinomictl $(BUILD)/hinomi-agent

TEST_SRC  := $(wildcard tests/unit/test_*.c tests/sim/test_*.c)
TEST_BIN  := $(patsubst %.c,$(BUILD)/%,$(TEST_SRC))
TOOL_SRC  := $(wildcard tests/bench/*.c tests/integration/*.c)
TOOL_BIN  := $(patsubst %.c,$(BUILD)/%,$(TOOL_SRC))
FUZZ_SRC  := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_BIN  := $(patsubst %.c,$(BUILD)/%,$(FUZZ_SRC))

.PHONY: all check unit asan fuzz lint format install clean web tools help
.DELETE_ON_ERROR:

all: $(PROGRAMS) web ## build the programs and the dashboard

help: ## this list
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

$(BUILD)/hinomid: $(BUILD)/server/main.o $(A_SERVER) $(A_REPORT) $(A_STORE) $(A_MODEL) $(A_LIB)
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBS_SERVER)
$(BUILD)/hinomictl: $(CTL_OBJ) $(BUILD)/server/settings.o $(A_REPORT) $(A_STORE) $(A_MODEL) $(A_LIB)
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBS_CTL)
$(BUILD)/hinomi-agent: $(BUILD)/sensor-agent/main.o $(A_AGENT) $(A_LIB)
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $^ $(LIBS_AGENT)

$(A_LIB): $(LIB_OBJ)
$(A_MODEL): $(MODEL_OBJ)
$(A_STORE): $(STORE_OBJ)
$(A_REPORT): $(REPORT_OBJ)
$(A_SERVER): $(SERVER_OBJ)
$(A_AGENT): $(AGENT_OBJ)
$(A_CTL): $(filter-out $(BUILD)/server/ctl/main.o,$(CTL_OBJ))
$(ARCHIVES):
	@mkdir -p $(@D); rm -f $@
	$(Q)ar rcs $@ $^

# A change of flags rebuilds everything.
FLAGS := $(CC) $(STRICT) $(CPPFLAGS) $(CFLAGS) $(SAN)
$(BUILD)/flags: force
	@mkdir -p $(@D); echo '$(subst ','\'',$(FLAGS))' | cmp -s - $@ || echo '$(subst ','\'',$(FLAGS))' > $@
.PHONY: force

# Macros in libxlsxwriter's headers name strncpy: they have to come before the ban (lib/banned.h).
$(BUILD)/server/report/spreadsheet.o: STRICT += -include xlsxwriter.h

$(BUILD)/%.o: %.c $(BUILD)/flags
	@mkdir -p $(@D)
	@echo "  CC $<"
	$(Q)$(CC) $(STRICT) $(CPPFLAGS) $(CFLAGS) $(SAN) -MMD -MP -c -o $@ $<

$(TEST_BIN): $(BUILD)/%: $(BUILD)/%.o $(ARCHIVES)
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $< -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LIBS_TEST)
$(TOOL_BIN): $(BUILD)/%: $(BUILD)/%.o $(ARCHIVES)
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $< -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LIBS_SERVER)

unit: $(TEST_BIN) ## unit and simulation tests
	scripts/run-unit-tests $(TEST_BIN)
tools: $(TOOL_BIN) ## programs that the integration tests and benches use

check: all unit ## build, unit and simulation tests (scripts/check runs everything)

asan: ## the same under AddressSanitizer and UBSan
	$(MAKE) unit BUILD=build/asan SAN='-fsanitize=address,undefined -fno-sanitize-recover=all' CFLAGS='-O1 -g'

# Every fuzz target is linked twice: here with a main() that replays its corpus (any compiler), and by
# scripts/fuzz with clang's libFuzzer.
$(FUZZ_BIN): $(BUILD)/%: $(BUILD)/%.o $(BUILD)/tests/fuzz/replay.o $(ARCHIVES)
	$(Q)$(CC) $(SAN) $(LDFLAGS) -o $@ $< $(BUILD)/tests/fuzz/replay.o -Wl,--start-group $(ARCHIVES) -Wl,--end-group $(LIBS_CTL)
# The engine's entry point has no header.
$(BUILD)/tests/fuzz/%.o: STRICT += -Wno-missing-prototypes
fuzz-replay: $(FUZZ_BIN)
	@for f in $(FUZZ_BIN); do n=$$(basename $$f); $$f tests/fuzz/corpus/$${n#fuzz_} || exit 1; done
.PHONY: fuzz-replay
fuzz: ## fuzz every parser for FUZZ_SECONDS each (default 10)
	scripts/fuzz

lint: ## formatting, static analysis, include rules, shell and dashboard types
	scripts/lint

format: ## rewrite the C sources in the house style
	clang-format -i $(shell git ls-files -co --exclude-standard '*.c' '*.h')

web: ## the dashboard, copied and pre-compressed into $(BUILD)/web
	scripts/build-web $(BUILD)/web

install: all ## to $(DESTDIR)$(PREFIX)
	install -D -m 755 $(BUILD)/hinomid $(DESTDIR)$(PREFIX)/sbin/hinomid
	install -D -m 755 $(BUILD)/hinomictl $(DESTDIR)$(PREFIX)/sbin/hinomictl
	install -D -m 755 $(BUILD)/hinomi-agent $(DESTDIR)$(PREFIX)/sbin/hinomi-agent
	install -d $(DESTDIR)$(PREFIX)/share/hinomi/schema $(DESTDIR)$(PREFIX)/share/hinomi/config
	install -m 644 schema/*.sql $(DESTDIR)$(PREFIX)/share/hinomi/schema
	install -m 644 $(filter-out config/rules,$(wildcard config/*)) $(DESTDIR)$(PREFIX)/share/hinomi/config
	find config/rules -type f -exec install -D -m 644 {} $(DESTDIR)$(PREFIX)/share/hinomi/{} \;
	cp -R $(BUILD)/web $(DESTDIR)$(PREFIX)/share/hinomi/

clean:
	rm -rf build

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
