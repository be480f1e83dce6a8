# Everything a person types. `make` alone prints the list below.
#
#   make stage-4 && sudo ./stage-4
#
# CC and CFLAGS may be given: make stage-5 CC=musl-gcc CFLAGS=-O0

CC = cc
CFLAGS = -O2 -g
WARNINGS = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
FLAGS = -std=gnu11 -D_GNU_SOURCE $(WARNINGS) $(CPPFLAGS) $(CFLAGS)

ROOTFS = rootfs# where `make rootfs` puts the root file system
FROM =# what it is made from; empty: from this machine's own programs
BUILD = build# objects, attacks, tests
PREFIX = /usr/local# where `make install` puts stage-8; below DESTDIR
OUT =# folder of the finished stages, with a slash at its end

FOLDERS := 01-clone 02-uts 03-ipc 04-pid 05-mount 06-rootfs 07-cgroups 08-full
STAGES := $(foreach n,1 2 3 4 5 6 7 8,$(OUT)stage-$n)
LIBRARIES_8 := libcap libseccomp json-c libarchive nettle

# The folder of stage $1: 3 -> 03-ipc
folder = $(filter 0$(1)-%,$(FOLDERS))

.DEFAULT_GOAL := help
.SECONDEXPANSION:
.DELETE_ON_ERROR:
FORCE:

.PHONY: help
help:
	@echo "make TARGET, where TARGET is"
	@sed -n 's/^## /  /p' Makefile

# ---- building ------------------------------------------------------------

## stage-N            build ./stage-N, N = 1 ... 8 (CC=musl-gcc works for 1-7)
## stages             build all eight
.PHONY: stages
stages: $(STAGES)

COMMON := $(wildcard common/*.c)
HEADERS := $(wildcard common/*.h)
FULL := $(wildcard 08-full/*.c)

$(filter-out %8,$(STAGES)): $(OUT)stage-%: \
		$$(call folder,$$*)/container.c $(COMMON) $(HEADERS) $(BUILD)/flags
	$(CC) $(FLAGS) $(LDFLAGS) -o $@ $(filter %.c,$^)
	$(give_back)

$(OUT)stage-8: $(FULL:%.c=$(BUILD)/%.o) $(BUILD)/common.a | libraries-8
	$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(call link_libraries,$(LIBRARIES_8))
	$(give_back)

# A root file system for the stages that need one, if there is none.
ifeq ($(wildcard $(ROOTFS)/.),)
$(OUT)stage-6 $(OUT)stage-7 $(OUT)stage-8: | rootfs
endif

$(BUILD)/common.a: $(COMMON:%.c=$(BUILD)/%.o)
	$(AR) rcs $@ $^
	$(give_back)

$(BUILD)/08-full/%.o: 08-full/%.c $(wildcard 08-full/*.h) $(HEADERS) \
		$(BUILD)/flags | libraries-8
	@mkdir -p $(@D)
	$(CC) $(FLAGS) $(call compile_libraries,$(LIBRARIES_8)) -c -o $@ $<
	$(give_back)

$(BUILD)/common/%.o: common/%.c $(HEADERS) $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(FLAGS) -c -o $@ $<
	$(give_back)

## attacks            build what still leaks in each stage: build/attacks/attack-N
ATTACKS := $(patsubst 0%,$(BUILD)/attacks/attack-%, \
	$(foreach file,$(wildcard 0*/attack.c),$(firstword $(subst -, ,$(file)))))
ATTACKS += $(patsubst 06-rootfs/%.c,$(BUILD)/attacks/%, \
	$(wildcard 06-rootfs/breakout.c))
.PHONY: attacks
attacks: $(ATTACKS)

$(BUILD)/attacks/attack-%: $$(call folder,$$*)/attack.c $(BUILD)/common.a
	$(link_attack)

$(BUILD)/attacks/breakout: 06-rootfs/breakout.c $(BUILD)/common.a
	$(link_attack)

# Static where that works: an attack must run in any root file system.
define link_attack
@mkdir -p $(@D)
$(CC) $(FLAGS) -I. $(call static_with,) -o $@ $< $(BUILD)/common.a -lrt
$(give_back)
endef

TESTS := $(wildcard tests/*.c)
$(BUILD)/tests/check: $(TESTS:%.c=$(BUILD)/%.o) $(BUILD)/common.a
	$(CC) $(FLAGS) $(LDFLAGS) -o $@ $^ $(shell pkg-config --libs check) -lrt
	$(give_back)

$(BUILD)/tests/%.o: tests/%.c $(wildcard tests/*.h) $(HEADERS) \
		$(BUILD)/flags | libraries-check $(BUILD)/doctor
	@mkdir -p $(@D)
	$(CC) $(FLAGS) $(call compile_libraries,check) -I. -c -o $@ $<
	$(give_back)

# Changed when the compiler or its flags change, and then all is built anew.
$(BUILD)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(CC) $(FLAGS) $(LDFLAGS))' >$@.new
	$(keep_if_same)

# The same for the language of the doctor.
$(BUILD)/language: FORCE
	@mkdir -p $(@D)
	@echo '$(WORKSHOP_LANG)' >$@.new
	$(keep_if_same)

define keep_if_same
@if cmp -s $@.new $@; then rm $@.new; else mv $@.new $@; fi
$(give_back)
endef

# ---- libraries -----------------------------------------------------------

compile_libraries = $(shell pkg-config --cflags $(1))

# What the libraries need when they are static. libarchive names the libraries of
# all formats it can read, and of those we use gzip and zstd.
static_libraries = $(filter-out -lacl -llzma -llz4 -lbz2 -lb2 -lxml2 -lexpat, \
	$(shell pkg-config --static --libs $(1)))

# -static if a program with the libraries $1 can be linked so, else nothing.
static_with = $(shell mkdir -p $(BUILD) && echo 'int main(void){return 0;}' | \
	$(CC) $(FLAGS) -static -o $(BUILD)/probe -x c - \
	$(if $(1),$(call static_libraries,$(1))) 2>/dev/null && \
	echo -static; rm -f $(BUILD)/probe)
link_libraries = $(if $(call static_with,$(1)), \
	-static $(call static_libraries,$(1)), \
	$(shell pkg-config --libs $(1)))

.PHONY: libraries-8 libraries-check
libraries-8: $(LIBRARIES_8:%=library-%)
libraries-check: library-check
library-%: FORCE
	@pkg-config --exists $* 2>/dev/null || { echo "missing: $$(type \
	pkg-config >/dev/null 2>&1 && echo the library $*, for development || \
	echo pkg-config); 'sudo make deps' brings it" >&2; exit 1; }

# ---- a root file system --------------------------------------------------

## rootfs             make ./rootfs anew from this machine's programs; or from
##                    FROM=file.tar.gz, FROM=folder, FROM=debian (debootstrap)
.PHONY: rootfs
rootfs:
	scripts/make-rootfs.sh '$(ROOTFS)' '$(FROM)'

# ---- looking -------------------------------------------------------------

## diff-N             what stage N adds to the one before it
diff-1:
	@echo "01-clone is the first: read 01-clone/container.c"
diff-8:
	@echo "08-full is a folder of its own; 08-full/README.md says in which"
	@echo "order to read it. Its files, with their lines:"
	@wc -l 08-full/*.[ch]
diff-%: FORCE
	@diff -u $(call folder,$(shell expr $* - 1))/container.c \
		$(call folder,$*)/container.c; test $$? -le 1

## doctor             (root) which stages will run here, and what mends the rest
##                    (JSON=1: for programs)
DOCTOR := $(wildcard doctor/*.c) 08-full/mountinfo.c
WORKSHOP_LANG ?= en
MESSAGES := doctor/messages.$(WORKSHOP_LANG).h
$(BUILD)/doctor: $(DOCTOR) doctor/doctor.h $(MESSAGES) 08-full/mountinfo.h \
		$(COMMON) $(HEADERS) $(BUILD)/flags $(BUILD)/language
	@type $(firstword $(CC)) >/dev/null 2>&1 || { echo "missing: a C compiler;" \
	"'sudo make deps' brings it" >&2; exit 1; }
	@$(CC) $(FLAGS) $(LDFLAGS) -DMESSAGES='"$(notdir $(MESSAGES))"' -o $@ \
		$(filter %.c,$^)
	$(give_back)
.PHONY: doctor
doctor: $(BUILD)/doctor
	@$(BUILD)/doctor $(if $(JSON),--json)

## demo               (root) a container with limits, and what is isolated
.PHONY: demo
demo:
	$(need_root)
	scripts/deps.sh --needed
	$(MAKE) stage-8
	scripts/demo.sh

# ---- installing ----------------------------------------------------------

## install            (root) stage-8, its manual page and completion, in PREFIX
##                    (/usr/local); DESTDIR=DIR goes before it
## uninstall          (root) remove them
MANUAL = share/man/man8/stage-8.8
BASH = share/bash-completion/completions/stage-8
ZSH = share/zsh/site-functions/_stage-8
FISH = share/fish/vendor_completions.d/stage-8.fish
.PHONY: install uninstall
install: $(OUT)stage-8
	install -D $(OUT)stage-8 '$(DESTDIR)$(PREFIX)/bin/stage-8'
	$(call install_text,help --man,$(MANUAL))
	$(call install_text,completion bash,$(BASH))
	$(call install_text,completion zsh,$(ZSH))
	$(call install_text,completion fish,$(FISH))

uninstall:
	cd '$(DESTDIR)$(PREFIX)' && \
		rm -f bin/stage-8 $(MANUAL) $(BASH) $(ZSH) $(FISH)

# What stage-8 prints when called with $1.
define install_text
@mkdir -p $(BUILD)
$(if $(filter /%,$(OUT)),,./)$(OUT)stage-8 $(1) >$(BUILD)/installed
@install -D -m 644 $(BUILD)/installed '$(DESTDIR)$(PREFIX)/$(2)'
@rm $(BUILD)/installed
endef

# ---- testing -------------------------------------------------------------

## check              (root) everything that can be tested on this machine
## check-N            (root) the checks of one stage
## matrix             (root) every attack against every stage, measured now
## check-vm           the checks in virtual machines: cgroup v2, v1, and the newest
##                    kernel that apt has (VM=v2 takes one of v2, v1, newest;
##                    VM=oldest: Linux 5.10)
## check-clients      (root) podman, containerd and dockerd drive stage-8;
##                    RUNTIME='stage-8 crun runc': these side by side; VM=v2:
##                    in a virtual machine; CLIENTS=docker: one of the clients
## check-fresh        (root) README's commands on a machine with nothing but git,
##                    make, sudo (SUITE=trixie, noble; FRESH=quick: no check)
## check-builds       (root) each stage as built by gcc, clang and musl-gcc; and
##                    for arm64, with qemu-user
## mutants            (root) do the checks notice the mistakes of tests/mutants?
##                    (STAGE=8: those of one stage)
## check-grader       (root) does the workshop's grader say what it should?
## check-workshop     (root) a walk through all of it, at a terminal
## asan               (root) the checks, with address and UB sanitizers
## fuzz               (root) odd input for config.json and layers, by libFuzzer
##                    (FUZZ_SECONDS=600: so long for each; 60)
## bench              (root) what each verb of stage 8 takes, beside crun and runc
.PHONY: check matrix check-vm check-clients check-fresh check-builds check-grader check-workshop \
	mutants asan fuzz bench
check:
	$(call prepare,stages)
	scripts/check.sh

check-%: FORCE
	$(call prepare,stage-$*)
	STAGE=$* build/tests/check

matrix:
	$(call prepare,stages)
	@build/tests/check --matrix

mutants:
	$(call prepare,stages)
	tests/mutants.sh

check-grader:
	$(call prepare,stages)
	tests/grader.sh

check-workshop:
	$(call prepare,stages)
	scripts/deps.sh workshop
	tests/workshop.sh

check-vm:
	scripts/deps.sh --needed
	scripts/deps.sh vm
	+$(MAKE) stages attacks build/tests/check
	tests/vm/check-vm.sh

check-clients:
	$(need_root)
	scripts/deps.sh --needed
	scripts/deps.sh clients
	+$(MAKE) stage-8
	$(if $(VM),scripts/deps.sh vm)
	RUNTIME='$(RUNTIME)' CLIENTS='$(CLIENTS)' ONLY='$(ONLY)' V='$(V)' \
		$(if $(VM),tests/clients/in-vm.sh $(VM),tests/clients/check-clients.sh)

check-fresh:
	$(call prepare,stage-8)
	SUITE='$(SUITE)' FRESH='$(FRESH)' tests/fresh.sh

check-builds:
	$(call prepare,stage-8)
	scripts/deps.sh builds
	tests/builds.sh

# A stage within a container would miss the sanitizers' libraries there.
asan:
	$(call prepare,stages)
	$(MAKE) stages BUILD=build/asan OUT=build/asan/ \
		LDFLAGS=scripts/asan.c \
		CFLAGS='-O1 -g -fno-omit-frame-pointer $(SANITIZERS)'
	STAGE_DIR=build/asan EXCEPT=stages_inside tests/steadily.sh

fuzz:
	$(call prepare,stage-8)
	scripts/deps.sh fuzz
	+$(MAKE) $(FUZZ) BUILD=build/fuzz CC=clang \
		CFLAGS='-O1 -g -fsanitize=fuzzer-no-link $(SANITIZERS)'
	tests/fuzz/fuzz.sh

FUZZ := build/fuzz/config build/fuzz/layer
$(FUZZ): build/fuzz/%: tests/fuzz/%.c tests/fuzz/fuzz.c tests/fuzz/fuzz.h \
		$(filter-out $(BUILD)/08-full/main.o,$(FULL:%.c=$(BUILD)/%.o)) \
		$(BUILD)/common.a
	$(CC) $(FLAGS) -I. -fsanitize=fuzzer -Wl,--wrap=exit -o $@ \
		$(filter %.c %.o %.a,$^) $(shell pkg-config --libs $(LIBRARIES_8))
	$(give_back)

bench:
	$(call prepare,stage-8)
	scripts/deps.sh bench
	+$(MAKE) $(BENCH)
	tests/bench/bench.sh

BENCH := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))
$(BUILD)/bench/%: tests/bench/%.c $(BUILD)/common.a
	$(link_attack)

SANITIZERS = -fsanitize=address,undefined -fno-sanitize-recover=undefined

# deps.sh may bring libraries that this make has looked for: hence another.
define prepare
$(need_root)
scripts/deps.sh --needed
+$(MAKE) $(1) attacks build/tests/check
endef

# ---- the workshop --------------------------------------------------------

## start-N            your own copy of stage N, and its task: work/NN-name
## try-N              build and run it (ARGS='--hostname box -- sh')
## grade-N            (root) does it hold? if not, why, and where to look (JSON=1)
##                    (8 has parts: PART=network)
## hint-N             a hint about what fails now; once more: a plainer one
## solution-N         the project's stage N, as a diff to yours
## reset-N            begin again; the old copy is kept
## progress           the stairs, with what passes
## trace-N            its system calls, by strace (ARGS as for try-N)
## trace-diff-N       what stage N adds to those of the one before it
## attack-N           (root) write the attack on stage N that N+1 stops; try it
## grade-all          (root) DIR=submissions: every DIR/NAME/NN-name/container.c
##                    (JSON=1: for programs)
.PHONY: progress grade-all
WORKSHOP = PART='$(PART)' CC='$(CC)' FLAGS='$(subst ','\'',$(FLAGS))' workshop
GRADER := $(BUILD)/common.a $(BUILD)/tests/check attacks
ifeq ($(wildcard $(ROOTFS)/.),)
GRADER += rootfs
endif

# Who asks for a grade need not see how the grader is built.
ifneq ($(filter start-% reset-% grade-% hint-% attack-%,$(MAKECMDGOALS)),)
.SILENT:
ifeq ($(wildcard $(BUILD)/tests/check),)
$(shell echo 'building the grader, once: about a minute' >&2)
endif
endif

start-%: $(GRADER) FORCE
	@$(WORKSHOP)/learn.sh start $*
reset-%: $(GRADER) FORCE
	@$(WORKSHOP)/learn.sh reset $*
try-%: $(BUILD)/common.a FORCE
	@$(WORKSHOP)/learn.sh try $* $(ARGS)
solution-%: FORCE
	@$(WORKSHOP)/learn.sh solution $*
progress:
	@$(WORKSHOP)/learn.sh progress
grade-%: $(GRADER) FORCE
	@$(WORKSHOP)/grade.sh $(if $(JSON),--json) $*
hint-%: $(GRADER) FORCE
	@$(WORKSHOP)/grade.sh --hint $*
trace-%: $(BUILD)/common.a FORCE
	@$(WORKSHOP)/trace.sh $* $(ARGS)
trace-diff-%: $(BUILD)/common.a FORCE
	@$(WORKSHOP)/trace.sh diff $*
attack-%: $(GRADER) FORCE
	@$(WORKSHOP)/attack.sh $*
grade-all: $(GRADER)
	@$(WORKSHOP)/grade-all.sh $(if $(JSON),--json) '$(DIR)'

# ---- keeping it in shape -------------------------------------------------

## lint               gcc, clang, clang-tidy, cppcheck, shellcheck, the format
.PHONY: lint format deps clean-host clean
lint:
	scripts/lint.sh

## format             clang-format all C files
format:
	clang-format -i $$(git ls-files -co --exclude-standard '*.[ch]')

## deps               (root) install what is missing; GROUP=lint: the linters
deps:
	scripts/deps.sh $(GROUP)

## clean-host         (root) remove what a killed stage left (DRY=1: show it)
clean-host:
	@DRY="$(DRY)" scripts/clean-host.sh

## clean              remove what was built (./rootfs and ./conf stay)
clean:
	@rm -rf build .rootfs.* $(foreach n,1 2 3 4 5 6 7 8,stage-$n) || \
		{ echo "root has made some of it: sudo make clean" >&2; exit 1; }

# ---- helpers -------------------------------------------------------------

need_root = @test "$$(id -u)" = 0 || \
	{ echo "make $@ needs root: sudo make $@" >&2; exit 1; }

# What root builds in the checkout of somebody else belongs to that user.
OWNER := $(shell test "$$(id -u)" = 0 && stat -c %u:%g Makefile)
give_back = $(if $(filter-out 0:%,$(OWNER)),@chown -h $(OWNER) \
	$(wildcard build $(BUILD)) $(filter-out .,$(@D)) $@)
