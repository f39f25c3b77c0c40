# SPDX-License-Identifier: GPL-2.0-only
#
# make            the tool, build/iomodel
# make deps       install what building, the demo and the tests need (root, Debian 12)
# make demo       five reference programs, attached to live, five reports (root)
# make check      all tests (root)
# make kmod       the kernel module, kmod/iomodel.ko, for the running kernel (KDIR=...)
# make install-dkms  the module's source, so that it is built for each kernel (root)
# make help       the rest

VERSION := 0.2.0
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
LIBS := -lbpf -lelf -ljansson -lseccomp -lsqlite3 -lz
# Expanded late: in one run with `deps` the compiler is not there yet when this is read.
BPF_CFLAGS = -g -O2 -target bpf -mcpu=v3 -D__TARGET_ARCH_x86 $(WARN) \
	-Wno-initializer-overrides -Wno-unused-parameter -Ibpf \
	-idirafter /usr/include/$(shell $(CC) -print-multiarch 2>/dev/null)

# The way of the data: collect (kernel, /proc, clock) -> capture -> correlate,
# classify, findings -> report. Only what is in collect/ and cmd/ may know the kernel.
PURE := $(wildcard user/base/*.c user/capture/*.c user/judge/*.c user/report/*.c user/expect/*.c)
LIVE := $(wildcard user/*.c user/cmd/*.c user/collect/*.c user/collect/proc/*.c)
OBJ := $(patsubst %.c,$(B)/%.o,$(PURE) $(LIVE))
PURE_OBJ := $(patsubst %.c,$(B)/%.o,$(PURE))

# Where the headers of the running kernel are, the module is built too.
KDIR ?= /lib/modules/$(shell uname -r)/build
KMOD_SRC := Kbuild $(wildcard kmod/*.c kmod/*.h kmod/Kbuild kmod/uapi/*.h bpf/*.h)

all: $(B)/iomodel $(if $(wildcard $(KDIR)/Makefile),kmod/iomodel.ko)

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

kmod/iomodel.ko: $(KMOD_SRC)
	@[ -e $(KDIR)/Makefile ] || { \
		echo "no kernel headers at $(KDIR): install linux-headers-$$(uname -r), or give" \
		     "KDIR=...; 'make check-vm' builds and runs the module in a VM" >&2; exit 1; }
	$(say) KMOD $@
	$(Q)$(MAKE) -s -C $(KDIR) M=$(CURDIR) modules

kmod: kmod/iomodel.ko

# dkms builds from a copy of what the module is made of.
DKMS_SRC := $(DESTDIR)/usr/src/iomodel-$(VERSION)
install-dkms:
	@[ -n "$(DESTDIR)" ] || command -v dkms >/dev/null || { \
		echo "dkms is missing: apt install dkms" >&2; exit 1; }
	install -d $(DKMS_SRC)/kmod/uapi $(DKMS_SRC)/bpf
	install -m 644 Kbuild kmod/dkms.conf $(DKMS_SRC)
	install -m 644 kmod/*.c kmod/*.h kmod/Kbuild $(DKMS_SRC)/kmod
	install -m 644 kmod/uapi/*.h $(DKMS_SRC)/kmod/uapi
	install -m 644 bpf/*.h $(DKMS_SRC)/bpf
	install -D -m 644 kmod/70-iomodel.rules $(DESTDIR)/usr/lib/udev/rules.d/70-iomodel.rules
ifeq ($(DESTDIR),)
	getent group iomodel >/dev/null || groupadd --system iomodel
	dkms add -m iomodel -v $(VERSION) 2>/dev/null || true # it may be known already
	dkms install --force -m iomodel -v $(VERSION)
endif

uninstall-dkms:
	dkms remove -m iomodel -v $(VERSION) --all
	rm -rf $(DKMS_SRC) $(DESTDIR)/usr/lib/udev/rules.d/70-iomodel.rules

include tests/tests.mk
include lab/lab.mk

# What `iomodel explain --live` starts.
LIVE_PROGRAMS = $(patsubst %,$(B)/tests/ref/model_%,blocking nonblocking multiplexed signal async)

install: all $(LIVE_PROGRAMS)
	install -D -m 755 $(B)/iomodel $(DESTDIR)$(PREFIX)/bin/iomodel
	install -D -m 644 user/man/iomodel.1 $(DESTDIR)$(PREFIX)/share/man/man1/iomodel.1
	install -D -m 644 user/man/iomodel-recording.5 \
		$(DESTDIR)$(PREFIX)/share/man/man5/iomodel-recording.5
	install -D -m 644 user/completion/iomodel.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/iomodel
	for p in $(LIVE_PROGRAMS); do install -D -m 755 $$p $(DESTDIR)$(PREFIX)/libexec/iomodel/$${p##*/} || exit 1; done

uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/libexec/iomodel
	rm -f $(DESTDIR)$(PREFIX)/bin/iomodel $(DESTDIR)$(PREFIX)/share/man/man1/iomodel.1 \
		$(DESTDIR)$(PREFIX)/share/man/man5/iomodel-recording.5 \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/iomodel

clean:
	rm -rf $(B)
	find kmod -name '*.o' -o -name '*.ko' -o -name '*.mod*' -o -name '.*.cmd' | xargs rm -f
	rm -f Module.symvers modules.order .Module.symvers.cmd .modules.order.cmd

help:
	@sed -n '/^# \(make\|  \)/s/^# //p' Makefile tests/tests.mk lab/lab.mk

.PHONY: all kmod install uninstall install-dkms uninstall-dkms clean help
