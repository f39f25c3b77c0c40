# SPDX-License-Identifier: GPL-2.0-only
"""What a compiler may read and write, held by the kernel (Landlock). Sources are strangers', and
C, the preprocessor and the assembler have more ways to name a file than can be looked for: so the
file is not there for them."""

import ctypes
import os

_LIBC = ctypes.CDLL(None, use_errno=True)
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_VERSION, _PATH_BENEATH, _DROP_CAPABILITY, _NO_NEW_PRIVS = 1, 1, 24, 38
_DAC_OVERRIDE, _DAC_READ_SEARCH = 1, 2

# Rights, as linux/landlock.h numbers them.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _REMOVE_DIR, _REMOVE_FILE = (1 << n for n in range(6))
_MAKE_DIR, _MAKE_REG, _REFER, _TRUNCATE, _IOCTL_DEV = 1 << 7, 1 << 8, 1 << 13, 1 << 14, 1 << 15
_OF_A_FILE = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL_DEV
_READ = _EXECUTE | _READ_FILE | _READ_DIR
# No links: what is made there is read by whoever grades.
_WRITE = (_READ_FILE | _READ_DIR | _WRITE_FILE | _TRUNCATE | _REMOVE_DIR | _REMOVE_FILE | _MAKE_DIR | _MAKE_REG |
          _REFER)

# The system's programs, libraries and headers; what links their names and finds their libraries.
_SYSTEM = [f"{top}/{name}" for top in ("", "/usr", "/usr/local")
           for name in ("bin", "lib", "lib32", "lib64", "libexec/gcc", "include")]
_SYSTEM += ["/etc/alternatives", "/etc/ld.so.cache"]


class _Ruleset(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = [("allowed", ctypes.c_uint64), ("fd", ctypes.c_int32)]


def version():
    """Landlock's version; 0 where this kernel has none, or does not let us use it."""
    return max(0, _LIBC.syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), _VERSION))


def _must(result, what):
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


class Fence:
    """The process that calls `enter`, and all that it starts, read the system and `reads`, write
    `writes`, and see no other file, no process outside and no network."""

    def __init__(self, reads, writes):
        abi = version()
        known = (1 << 13) - 1 # of the first version; later ones can tell more apart
        known |= (_REFER if abi >= 2 else 0) | (_TRUNCATE if abi >= 3 else 0) | (_IOCTL_DEV if abi >= 5 else 0)
        rules = _Ruleset(known, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
        size = 24 if abi >= 6 else 16 if abi >= 4 else 8
        self.fd = _must(_LIBC.syscall(_CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), 0), "Landlock")
        for rights, paths in ((_READ, [*_SYSTEM, *reads]), (_WRITE, writes), (_READ | _WRITE, ["/dev/null"])):
            for path in paths:
                self._allow(path, rights & known)

    def _allow(self, path, rights):
        try:
            fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
        except FileNotFoundError:
            return # not every system has all of them
        try:
            rights &= -1 if os.path.isdir(path) else _OF_A_FILE
            rule = _Beneath(rights, fd)
            _must(_LIBC.syscall(_ADD_RULE, self.fd, _PATH_BENEATH, ctypes.byref(rule), 0), path)
        finally:
            os.close(fd)

    def enter(self):
        """For good: between fork and exec. Root keeps what it needs for files of other users, which
        the rules are asked about all the same; CAP_PERFMON would show it any environment."""
        for capability in set(range(64)) - {_DAC_OVERRIDE, _DAC_READ_SEARCH}:
            _LIBC.prctl(_DROP_CAPABILITY, capability, 0, 0, 0) # refused where there is nothing to drop
        _must(_LIBC.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
        _must(_LIBC.syscall(_RESTRICT_SELF, self.fd, 0), "Landlock")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.fd)
