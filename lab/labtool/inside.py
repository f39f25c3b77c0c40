# SPDX-License-Identifier: GPL-2.0-only
"""Exercise 11: the student writes a module. Built here, against the kernel of the VM; judged by
the solutions of other exercises that run on it."""

import os
import shutil
import tarfile
import tempfile

from . import build, check, draw, exercise as ex

MARK = "@HEADERS@" # in a kit's headers, where their own place is named
NAME_THEIR_PLACE = ("Makefile", ".kernelvariables") # files of the headers that do so


def headers(places):
    """(the tree that modules are built against, the folder where all is that it leads to). In a kit they
    are unpacked when they are first needed."""
    home, tree = places.kernel, f"{places.kernel}/build"
    packed = f"{places.kernel}/headers.tar.xz"
    if not os.path.exists(tree) and os.path.exists(packed):
        home = _home(places)
        tree = _unpacked(packed, home)
    if not os.path.exists(f"{tree}/Makefile"):
        raise build.Missing(f"the kernel's headers are not at {tree}")
    return os.path.realpath(tree), home


def _home(places):
    """Where headers are unpacked: in the kit, or where that is not ours, installed for all, in a cache."""
    if os.access(places.kernel, os.W_OK):
        return places.kernel
    with open(f"{places.kernel}/release", encoding="ascii") as f:
        return os.path.expanduser(f"~/.cache/iomodel-lab/{f.read().strip()}")


def _unpacked(packed, home):
    """The tree of packed headers. They appear in one step: several may want them at once."""
    where = f"{home}/headers"
    if not os.path.exists(where):
        os.makedirs(home, exist_ok=True)
        new = tempfile.mkdtemp(prefix="headers-", dir=home)
        try:
            with tarfile.open(packed) as tar:
                tar.extractall(new)
            for top, _, files in os.walk(new):
                for name in files:
                    path = f"{top}/{name}"
                    if not os.path.islink(path) and name in NAME_THEIR_PLACE:
                        replace_in(path, MARK, where)
            os.rename(new, where)
        except OSError:
            if not os.path.exists(where): # else another one was faster
                raise
        finally:
            shutil.rmtree(new, ignore_errors=True)
    return f"{home}/{os.readlink(f'{where}/build')}"


def replace_in(path, old, new):
    """Write `new` for every `old` of a file; one that has none is left as it is."""
    with open(path, encoding="utf-8", errors="surrogateescape") as f:
        text = f.read()
    if old in text:
        with open(path, "w", encoding="utf-8", errors="surrogateescape") as f:
            f.write(text.replace(old, new))


def build_module(source, to, places):
    """mylab.ko in folder `to`. Raises build.DoesNotCompile."""
    build.need("make", "make")
    os.makedirs(to, exist_ok=True)
    shutil.copy(source, f"{to}/mylab.c")
    with open(f"{to}/Kbuild", "w", encoding="ascii") as f:
        f.write("obj-m := mylab.o\nccflags-y += -Werror=implicit-function-declaration\n")
    tree, home = headers(places)
    argv = ["make", "-s", "-C", tree, f"M={to}", "modules",
            "CC=gcc", "CONFIG_DEBUG_INFO_BTF_MODULES="]
    if places.series not in ("6.1",):
        argv += ["CONFIG_CC_HAS_MIN_FUNCTION_ALIGNMENT=", "KCFLAGS=-Wno-attributes"]
    # Newer kernels' objtool reads /proc/self/maps. Of a process outside the fence /proc tells no
    # environment, memory or file.
    done = build.limited(argv, [home, tree, "/proc"], to, seconds=300)
    if done.returncode or not os.path.exists(f"{to}/mylab.ko"):
        raise build.DoesNotCompile(done.stderr or done.stdout or "error: make failed")
    return f"{to}/mylab.ko"


def solution(number, scratch):
    """The program of an exercise's solution; a kit has it ready."""
    ready = f"{build.Places().bin}/solution-{number:02}"
    if os.path.exists(ready):
        return ready
    e = ex.find(str(number))
    folder = f"{scratch}/solution-{number:02}"
    out = f"{folder}/program"
    if not os.path.exists(out):
        os.makedirs(folder, exist_ok=True)
        build.compile_program([f for f in e.variant("solution", folder) if f.endswith(".c")], out)
    return out


def prepare(work, scratch):
    """Fill a work's submission: one run for each step of exercise.toml."""
    e = work.exercise
    places = build.Places()
    source, = check.own_sources(e, work.folder)
    module = build_module(source, f"{scratch}/{e.name}/{work.tag.strip('/')}module", places)
    given = f"{places.bin}/given-{e.number:02}/interrupt"
    if not os.path.exists(given):
        given = f"{scratch}/interrupt"
        build.compile_program([f"{e.folder}/given/interrupt.c"], given)
    for step in e.spec["step"]:
        d = draw.Draw(work.submission.keys.of(e.number, step["name"], False))
        # All are drawn, in this order, where a step has a number of its own too: a draw depends
        # on those before it.
        params = {"messages": d.prime(13, 23), "bytes": d.int(16, 60), "seed": d.int(1, 1 << 31),
                  "phase1_us": step["phase1_us"]}
        params["messages"] = step.get("messages", params["messages"])
        work.submission.drawn.append({"name": step["name"], "role": None, "devices": [], "key": "",
                                      "letters": {"N": params["messages"], "S": params["bytes"]}, "spec": {}})
        program = given if "given" in step else solution(step["solution_of"], scratch)
        work.submission.runs.append({"id": f"{work.tag}{e.number}/{step['name']}", "kind": "inside", "program": program,
                                     "ko": module, "params": params, "devices_used": step.get("devices", 1), "args": [],
                                     "limit_s": 6.0})
