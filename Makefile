# SPDX-License-Identifier: GPL-2.0-only
#
# make            the tool, build/iomodel
# make deps       install what building, the demo and the tests need (root, Debian 12)
# make demo       five reference programs, attached to live, five reports (root)
# make check      all tests (root)
# make help       the rest

VERSION := 0.1.0
PREFIX ?= /usr/local
DESTDIR ?=
ifeq ($(origin CC),default)
CC := gcc
endif
CLANG ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
V ?= 0
ifeq ($(V),1)
Q :=
say = @:
else
Q := @
say = @printf '  %-7s %s\n'
endif

B := build
CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Werror
override CFLAGS += -std=gnu11 $(WARN) $(SAN)
CPPFLAGS += -Ibpf -Iuser -Ikmod -I$(B) -DIOM_VERSION='"$(VERSION)"'
LIBS := -lbpf -lelf -ljansson -lz
# Expanded late: in one run with `deps` the compiler is not there yet when this is read.
BPF_CFLAGS = -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 $(WARN) \
	-Wno-initializer-overrides -Wno-unused-parameter -Ibpf \
	-idirafter /usr/include/$(shell $(CC) -print-multiarch 2>/dev/null)

# The way of the data: collect (kernel, /proc, clock) -> capture -> correlate,
# classify, findings -> report. Only what is in collect/ and cmd/ may know the kernel.
PURE := $(filter-out user/main.c user/options.c,$(wildcard user/*.c)) $(wildcard user/report/*.c)
LIVE := user/main.c user/options.c $(wildcard user/cmd/*.c) $(wildcard user/collect/*.c)
OBJ := $(patsubst %.c,$(B)/%.o,$(PURE) $(LIVE))
PURE_OBJ := $(patsubst %.c,$(B)/%.o,$(PURE))

all: $(B)/iomodel

$(B)/iomodel: $(OBJ)
	$(say) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(CFLAGS) $(CPPFLAGS) -MMD -MP -c -o $@ $<

$(B)/user/collect/backend_bpf.o: $(B)/iomodel.skel.h
$(B)/user/report/schema.o: user/report/schema.json
-include $(OBJ:.o=.d)

# One CO-RE object, no header of any kernel: bpf/kernel.h holds the few types.
$(B)/iomodel.bpf.o: $(wildcard bpf/*.c bpf/*.h)
	@mkdir -p $(@D)
	$(say) BPF $@
	$(Q)$(CLANG) $(BPF_CFLAGS) -c -o $(B)/iomodel.bpf.tmp bpf/iomodel.bpf.c
	$(Q)$(BPFTOOL) gen object $@ $(B)/iomodel.bpf.tmp

$(B)/%.skel.h: $(B)/%.bpf.o
	$(say) SKEL $@
	$(Q)$(BPFTOOL) gen skeleton $< name $*_bpf > $@

include tests/tests.mk

install: all
	install -D -m 755 $(B)/iomodel $(DESTDIR)$(PREFIX)/bin/iomodel
	install -D -m 644 user/man/iomodel.1 $(DESTDIR)$(PREFIX)/share/man/man1/iomodel.1
	install -D -m 644 user/completion/iomodel.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/iomodel

uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/iomodel $(DESTDIR)$(PREFIX)/share/man/man1/iomodel.1 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/iomodel

clean:
	rm -rf $(B)

help:
	@sed -n '/^# make/s/^# //p' Makefile tests/tests.mk

.PHONY: all install uninstall clean help
