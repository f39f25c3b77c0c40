# SPDX-License-Identifier: GPL-2.0-only
#
# make lab          what the exercises need beside the tool: then lab/lab runs from the tree
# make lab-kit      build/iomodel-lab.tar.xz: kernel, module, static iomodel, exercises; what
#                   students unpack (LAB_KERNEL=6.1; the kernel is prepared)
# make install-lab  the kit, unpacked where `iomodel lab` finds it
# make check-lab    the exercises, graded: solution, skeleton and wrong solutions, the harmful
#                   set, the class, the guide, in VMs on Linux 6.1
# make check-lab-all  the table ten times on three kernels, both back ends, one and two
#                   processors, beside a load: hours (TIMES=1 KERNELS=6.1 for less)

LAB_KERNEL ?= 6.1
# What libraries need besides when they are static.
LAB_STATIC_LIBS ?= -lm -ldl

$(B)/lab/launch: lab/guest/launch.c
	@mkdir -p $(@D)
	$(say) CC $@
	$(Q)$(CC) $(CFLAGS) -static -o $@ $<

# For students' machines, whose libraries are others. Of what it says that it needs at run time
# (user names, for `run -u`), the lab needs nothing.
$(B)/lab/iomodel: $(OBJ)
	@mkdir -p $(@D)
	$(say) LINK $@
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -static -o $@ $^ $(LIBS) $(LAB_STATIC_LIBS) 2>$@.log || { cat $@.log >&2; exit 1; }

lab: $(B)/iomodel $(B)/lab/launch

lab-kit: $(B)/iomodel $(B)/lab/iomodel $(B)/lab/launch $(REF_BIN)
	lab/make-kit $(LAB_KERNEL) $(B)/iomodel-lab.tar.xz

install-lab: lab-kit
	install -d $(DESTDIR)$(PREFIX)/libexec/iomodel
	tar -C $(DESTDIR)$(PREFIX)/libexec/iomodel -xf $(B)/iomodel-lab.tar.xz

check-lab: lab lab-kit
	lab/tests/check-lab

check-lab-all: lab
	lab/tests/run-lab --kernels $(subst $(space),$(comma),$(or $(KERNELS),6.1 6.12 7.2)) --backends kmod,bpf --cpus 2,1 \
		--times $(or $(TIMES),10) --load --table $(B)/lab/table.md

comma := ,
space := $(subst ,, )

.PHONY: lab lab-kit install-lab check-lab check-lab-all
