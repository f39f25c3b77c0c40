# SPDX-License-Identifier: GPL-2.0-only
"""Where things lie, in a kit and in the source tree, and how programs are compiled."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

from . import fence

LAB = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


class Missing(Exception):
    """Something that the lab needs is not there; the text says what and how to get it."""


class Places:
    """A kit carries all; the source tree has it where make leaves it."""

    def __init__(self, series=None):
        self.kit = os.path.isdir(f"{LAB}/kernel")
        tree = os.path.dirname(LAB)
        cache = os.environ.get("IOMODEL_CACHE", "/var/cache/iomodel")
        self.series = series or os.environ.get("LAB_KERNEL", "6.1")
        if self.kit:
            with open(f"{LAB}/kernel/series", encoding="ascii") as f:
                self.series = f.read().strip()
            self.kernel, self.module = f"{LAB}/kernel", f"{LAB}/kernel/iomodel.ko"
            self.rig, self.bin = f"{LAB}/vm/run-vm.sh", f"{LAB}/bin"
            self.iomodel = f"{LAB}/bin/iomodel"
        else:
            self.kernel = f"{cache}/kernels/{self.series}"
            self.module = f"{tree}/build/kmod/{self.series}/kmod/iomodel.ko"
            self.rig, self.bin = f"{tree}/tests/vm/run-vm.sh", f"{tree}/build/lab"
            self.iomodel = f"{tree}/build/iomodel"
        self.launch = f"{self.bin}/launch"

    def check(self):
        """Raises Missing where no VM can be had."""
        for path, way in ((self.kernel + "/vmlinux", "tests/vm/prepare " + self.series),
                          (self.module, "tests/vm/prepare " + self.series),
                          (self.iomodel, "make"), (self.launch, "make lab"), (self.rig, "the whole tree")):
            if not os.path.exists(path):
                raise Missing(f"{path} is missing" + ("; unpack the kit anew" if self.kit else f": {way}"))
        need("qemu-system-x86_64", "qemu-system-x86")


def end_cleanly():
    """SIGTERM and SIGHUP end a program as Ctrl-C does: its VM and its scratch go with it."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda n, _: sys.exit(128 + n))


def need(tool, package):
    if not shutil.which(tool):
        raise Missing(f"{tool} is missing: sudo apt install {package}")


def scratch():
    """A folder for what is thrown away: in memory, where the machine has that."""
    shm = "/dev/shm"
    return tempfile.mkdtemp(prefix="lab-", dir=shm if os.access(shm, os.W_OK) else None)


def _limits():
    """What a compiler may use: sources are strangers', and may make it run for ever."""
    resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
    resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 << 20, 64 << 20))


def limited(argv, reads, writes, seconds=60):
    """The run of a compiler, or of a make that runs one: its CompletedProcess. It sees the system,
    the folders `reads`, and the folder `writes`, which has its temporary files, too; of our
    environment it sees nothing. All that it started ends with it. Raises DoesNotCompile."""
    with contextlib.ExitStack() as stack:
        fenced = stack.enter_context(fence.Fence(reads, [writes])) if fence.version() else None

        def begin():
            _limits()
            if fenced:
                fenced.enter()

        proc = stack.enter_context(subprocess.Popen(
            argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            errors="replace", preexec_fn=begin, start_new_session=True, cwd=writes,
            env={"PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8", "TMPDIR": writes}))
        try:
            out, err = proc.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            raise DoesNotCompile(f"error: the compiler did not come to an end in {seconds} s") from None
        finally:
            if proc.returncode is None:
                os.killpg(proc.pid, signal.SIGKILL)
    return subprocess.CompletedProcess(argv, proc.returncode, out, err)


class DoesNotCompile(Exception):
    """The text is what the compiler said."""


# What a program includes says what it must be linked with.
_LIBRARIES = {"<liburing.h>": "-luring", "<aio.h>": "-lrt", "<math.h>": "-lm"}


def _copy_sources(folder, copy, but, depth):
    """A folder's sources and headers, and those of the folders in it, save the one that the copies go to."""
    os.mkdir(copy)
    for entry in os.scandir(folder):
        target = f"{copy}/{entry.name}"
        if entry.name.endswith((".c", ".h")) and entry.is_file(follow_symlinks=False):
            shutil.copyfile(entry.path, target, follow_symlinks=False)
        elif depth > 1 and entry.is_dir(follow_symlinks=False) and not os.path.samefile(entry.path, but):
            _copy_sources(entry.path, target, but, depth - 1)


def _copied(folders, to):
    """{folder: the copy of its sources and headers}. The fence knows files by their inodes, and a
    folder that comes from another machine, as a guest's from its host, has new ones at each look.
    Links are not followed: they would be by us, who see more than the compiler may."""
    copies = {}
    for folder in folders:
        copies[folder] = f"{to}/{len(copies)}"
        _copy_sources(folder or ".", copies[folder], to, 2)
    return copies


def compile_program(sources, out, *, defines=(), strict=True):
    """One program of C files, static: it then reads nothing before main(). Raises DoesNotCompile."""
    need("gcc", "gcc libc6-dev")
    text = ""
    for path in sources:
        with open(path, encoding="utf-8", errors="replace") as f:
            text += f.read()
    libraries = [lib for header, lib in _LIBRARIES.items() if header in text]
    with tempfile.TemporaryDirectory(prefix="sources-", dir=os.path.dirname(out)) as scratched:
        copies = _copied(sorted({os.path.dirname(s) for s in sources}), scratched)
        # -pipe: no message names a temporary file, which has another name each time.
        argv = ["gcc", "-pipe", "-std=gnu11", "-O2", "-g1", "-Wall", "-Wextra", *(["-Werror"] if strict else []),
                f"-I{LAB}/include", *(f"-I{c}" for c in copies.values()),
                *(f"-ffile-prefix-map={c}={folder}" for folder, c in copies.items()),
                *(f"-D{d}" for d in defines), "-o", out,
                *(f"{copies[os.path.dirname(s)]}/{os.path.basename(s)}" for s in sources), "-pthread", *libraries]
        # How iomodel knows that a thread is POSIX AIO's: by its being the C library's.
        for more in ([],) if "<aio.h>" in text else (["-static"], []):
            done = limited(argv[:1] + more + argv[1:], [f"{LAB}/include"], os.path.dirname(out))
            for folder, c in copies.items():
                done.stderr = done.stderr.replace(c, folder)
            if done.returncode == 0:
                return done.stderr
            if "cannot find -l" not in done.stderr:
                break # not for want of a static library
    raise DoesNotCompile(done.stderr)
