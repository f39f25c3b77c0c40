# SPDX-License-Identifier: GPL-2.0-only
#
# make check-unit   the pure stages;  make check-columns  that no fact of a capture is lost
# make check-stack  that the BPF programs need no more stack than all kernels allow
# make check-asan   the same under ASan and UBSan;  make check-valgrind  under valgrind
# make check-judge  all recordings of tests/recordings judged anew, without root, in seconds;
#                   make record-ref makes those of the reference programs (root), and
#                   make record-corpus those of real programs and of questions (root; half an hour
#                   and more; CASES=a,b and QUESTIONS=REGEX for some)
# make check-live   reference programs, command line and scale, on this kernel
# make check-vm     the same, with the module, on stock Debian kernels in QEMU: 6.1,
#                   6.12 and 7.2; KERNELS=6.1 for one
# make check-kmod   the module's tests on this kernel, where it lets modules be loaded
# make fuzz-vm      ten minutes of abuse of the module, on each kernel and on one built for
#                   finding faults (KERNELS=debug for that alone; SECONDS_EACH=600)
# make vm           a shell in a VM with the module loaded (KERNELS=6.12 for another kernel)
# make check-real   real programs and their verdicts, in two sets (much to install:
#                   tests/real/install.sh); SET=first, SET=more, CASES=a,b or QUICK=1 for some
# make check-questions  questions that people asked, and whether the report answers them
#                   (to install: tests/real/install.sh --questions); QUESTIONS=REGEX for some
# make limits       what changes when a threshold is halved or doubled, over the recordings that
#                   are kept (half an hour); RECORDINGS=FILES for others, NAMES=a,b for these
#                   thresholds alone
# make bench        cost, against the peers that are installed
# make bench-vm     cost of both back ends side by side, in a VM
# make check-targets  each of these once, in a fresh clone (half an hour)

# Building, the demo, and what the tests start.
DEPS_BUILD := gcc libc6-dev make clang llvm bpftool libbpf-dev libelf-dev zlib1g-dev \
	libjansson-dev libseccomp-dev libsqlite3-dev uthash-dev pkg-config
DEPS_TEST := libcmocka-dev python3 python3-jsonschema valgrind qemu-system-x86 cpio kmod \
	xz-utils zstd binutils procps util-linux man-db sparse dwarves sqlite3 unifdef

# A machine that was just started updates itself, and holds the lock meanwhile.
APT_WAIT := -o DPkg::Lock::Timeout=600

deps:
	@[ "$$(id -u)" = 0 ] || { echo "make deps installs packages: run it as root" >&2; exit 1; }
	apt-get update -q $(APT_WAIT)
	DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $(APT_WAIT) \
		$(DEPS_BUILD) $(DEPS_TEST)
	tests/real/install.sh --quick

# ---- unit tests ---------------------------------------------------------------

UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT_BIN := $(patsubst tests/unit/%.c,$(B)/tests/unit/%,$(UNIT_SRC))
UNIT_OBJ := $(patsubst %.c,$(B)/%.o,$(filter-out $(UNIT_SRC),$(wildcard tests/unit/*.c))) $(PURE_OBJ) \
	$(patsubst %.c,$(B)/%.o,$(wildcard user/collect/proc/*.c user/collect/gather*.c) \
		user/collect/open_call.c user/collect/values.c user/cmd/identity.c)

$(B)/tests/unit/test_%: $(B)/tests/unit/test_%.o $(UNIT_OBJ)
	$(say) LINK $@
	$(Q)$(CC) $(CFLAGS) -o $@ $^ -lcmocka -ljansson -lseccomp -lsqlite3 -lbpf -lelf -lm -pthread

-include $(wildcard $(B)/tests/unit/*.d)

check-unit: $(UNIT_BIN)
	@tests/run-unit $(UNIT_BIN)

check-stack: $(B)/iomodel.bpf.o
	@tests/unit/check-stack $<

check-columns: $(PURE_OBJ)
	@tests/unit/check-columns $(B)

check-asan:
	$(Q)$(MAKE) --no-print-directory B=build/asan \
		SAN='-fsanitize=address,undefined -fno-sanitize-recover=all' check-unit

check-valgrind: $(UNIT_BIN)
	@UNIT_UNDER='valgrind -q --error-exitcode=9 --leak-check=full' tests/run-unit $(UNIT_BIN)

# ---- reference programs -----------------------------------------------------------

REF_SRC := $(filter-out tests/ref/ref.c,$(wildcard tests/ref/*.c))
REF_BIN := $(patsubst tests/ref/%.c,$(B)/tests/ref/%,$(REF_SRC))

$(B)/tests/ref/%: tests/ref/%.c tests/ref/ref.c $(wildcard tests/ref/*.h)
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(CFLAGS) -Itests/ref -Ikmod -o $@ $< tests/ref/ref.c -pthread

ref: $(REF_BIN)

# ---- programs that are watched badly ------------------------------------------------

HOSTILE_BIN := $(B)/tests/hostile/stuck

$(B)/tests/hostile/%: tests/hostile/%.c tests/hostile/fuse.c tests/hostile/fuse.h
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(CFLAGS) -o $@ $< tests/hostile/fuse.c -pthread

# ---- the module's tests --------------------------------------------------------------

KMOD_BIN := $(patsubst tests/kmod/%.c,$(B)/tests/kmod/%,$(wildcard tests/kmod/test_*.c)) $(B)/tests/kmod/fuzz

$(B)/tests/kmod/%: tests/kmod/%.c tests/ref/ref.c $(wildcard tests/kmod/*.h tests/ref/*.h kmod/uapi/*.h bpf/*.h)
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(CFLAGS) -Itests/ref -Ikmod -Ibpf -o $@ $(filter %.c,$^) -pthread \
		$(if $(findstring test_,$@),-lcmocka)

$(B)/tests/kmod/fuzz: tests/kmod/fuzz_kinds.c tests/kmod/fuzz_odd.c

.SECONDARY:
.PHONY: deps demo programs check check-targets check-unit check-columns check-stack check-judge record-ref record-corpus check-questions check-asan check-valgrind check-live check-vm check-kmod fuzz-vm vm check-real limits bench bench-vm ref

# ---- live tests, VM, real programs, bench -------------------------------------------

LIVE_BIN := $(B)/iomodel $(REF_BIN) $(HOSTILE_BIN) $(B)/tests/bench/scale $(B)/tests/bench/many
BENCH_BIN := $(B)/tests/bench/loop $(B)/tests/bench/scale $(B)/tests/bench/empty_load

# What the live tests and those of the module start.
programs: $(LIVE_BIN) $(KMOD_BIN)

demo: $(LIVE_BIN)
	@tests/demo

# PARTS: a regular expression; the parts whose names match it.
check: $(LIVE_BIN) $(KMOD_BIN) $(UNIT_BIN)
	@PARTS='$(PARTS)' tests/check

check-live: $(LIVE_BIN)
	tests/live/run-ref
	tests/live/test-record
	tests/live/test-cli
	tests/live/test-user
	tests/live/test-account
	tests/live/test-scale
	tests/live/test-many
	tests/live/test-hostile

check-vm: $(LIVE_BIN) $(KMOD_BIN)
	tests/vm/check-vm

check-kmod: $(LIVE_BIN) $(KMOD_BIN) kmod/iomodel.ko
	PARTS='$(PARTS)' tests/kmod/check-kmod kmod/iomodel.ko

fuzz-vm: $(LIVE_BIN) $(KMOD_BIN)
	tests/vm/check-vm --fuzz

vm: $(LIVE_BIN)
	tests/vm/shell $(firstword $(KERNELS))

check-judge: $(B)/iomodel
	@tests/replay

record-ref: $(LIVE_BIN)
	tests/record-ref

record-corpus: $(B)/iomodel
	CASES='$(CASES)' QUESTIONS='$(QUESTIONS)' tests/record-corpus

# What hangs on each threshold: over the recordings that are kept (half an hour), or over others.
limits: $(B)/tests/real/limits
	@$(if $(RECORDINGS),,mkdir -p $(B)/tests/recordings; for f in tests/recordings/*/*.zst; do \
		zstd -dqfo $(B)/tests/recordings/$$(basename $$f .zst) $$f || exit 1; done)
	@$< $(if $(NAMES),-t $(NAMES)) $(or $(RECORDINGS),$(B)/tests/recordings/*.iom)

$(B)/tests/real/limits: tests/real/limits.c $(PURE_OBJ)
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(CFLAGS) $(CPPFLAGS) -o $@ $^ $(LIBS)

check-real: $(B)/iomodel
	tests/real/check-real $(if $(QUICK),--quick) $(if $(SET),--set $(SET)) $(if $(CASES),--cases $(CASES))

check-questions: $(B)/iomodel
	tests/questions/ask $(if $(QUESTIONS),-k '$(QUESTIONS)')

# TARGETS: some of them.
check-targets:
	tests/check-targets $(TARGETS)

bench: $(B)/iomodel $(BENCH_BIN)
	tests/bench/run $(BENCH_ARGS)

bench-vm: $(B)/iomodel $(BENCH_BIN)
	tests/vm/bench $(KERNELS)

$(B)/tests/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(CFLAGS) -I$(B)/tests/bench -o $@ $< -pthread $(if $(findstring empty,$@),-lbpf) \
		$(if $(findstring many,$@),-static)

$(B)/tests/bench/empty_load: $(B)/tests/bench/empty.skel.h

$(B)/tests/bench/empty.skel.h: tests/bench/empty.bpf.c
	@mkdir -p $(@D)
	$(say) BPF $@
	$(Q)$(CLANG) $(BPF_CFLAGS) -c -o $(@D)/empty.bpf.o $<
	$(Q)$(BPFTOOL) gen skeleton $(@D)/empty.bpf.o name empty_bpf > $@
