# SPDX-License-Identifier: GPL-2.0-only
"""The commands of lab."""

import argparse
import os
import shutil
import sys
import tarfile
import textwrap
import time

from . import NAME, build, exercise as ex, grade, ladder, show, state, teacher, vm

USAGE = """\
lab                 the exercises, your points, and what to do next
lab start N         task and skeleton into the work folder
lab check [N]       compile, run in a fresh VM, judge; --here without a VM
lab hint [N]        the next of three hints
lab show [N]        the last run: report, counts, picture, guess beside fact
lab watch [N]       check on every save
lab shell [N]       a shell in the VM; for 0, 9 and 10 with their programs
lab next            go on to the next exercise
lab solution N      a solution; before full points only with --give-up
lab submit          one file with all your work, to hand in
lab ladder          a game: the same job in any model
lab explain [WORD]  a model or a finding in plain words
lab class ...       for teachers: `lab class --help`
lab COMMAND --help  the options of a command
"""


class Stop(Exception):
    """The command cannot be done; the text says why and what to do."""


class Lab:
    def __init__(self):
        self.work = state.default_work()
        self.state = state.State(self.work)

    def pick(self, text):
        """The exercise of a number or name; without one the one that was worked on last."""
        text = text if text is not None else self.state.data.get("current")
        if text is None:
            raise Stop(f"which exercise? `{NAME}` lists them")
        try:
            return ex.find(str(text))
        except KeyError:
            raise Stop(f"there is no exercise `{text}`; `{NAME}` lists them") from None

    def current(self, exercise):
        self.state.data["current"] = exercise.number
        self.state.save()

    # ---- commands ----

    def list(self, _):
        total, of = 0, 0
        for e in ex.load_all():
            mine = self.state.data["exercises"].get(str(e.number), {})
            got = mine.get("got")
            points = f"{'-' if got is None else got}/{ex.FULL}"
            started = os.path.isdir(self.state.folder(e))
            print(f"  {e.number:2} {e.title:<16}{points:>6}  {'begun' if started and got is None else '':6}"
                  f"{e.minutes:4} min  {textwrap.shorten(e.learns, 62, placeholder=' ...')}")
            total, of = total + (got or 0), of + ex.FULL
        print(f"  {total} of {of} points. Your work is in {self.work}")
        todo = self._next()
        if todo is not None:
            print(f"  next: {self._command(todo)}")
        return 0

    def _command(self, e):
        """What one types to go on with an exercise."""
        return f"{NAME} {'check' if os.path.isdir(self.state.folder(e)) else 'start'} {e.number}"

    def _next(self):
        for e in ex.load_all():
            mine = self.state.data["exercises"].get(str(e.number), {})
            if (mine.get("got") or 0) < ex.FULL:
                return e
        return None

    def start(self, o):
        e = self.pick(o.number)
        folder = self.state.folder(e)
        if os.path.isdir(folder):
            if not o.again:
                self.current(e)
                raise Stop(f"{folder} is there already, and stays as it is; --again keeps it as .1 and begins anew")
            n = 1
            while os.path.exists(f"{folder}.{n}"):
                n += 1
            os.rename(folder, f"{folder}.{n}")
        os.makedirs(folder)
        files = e.variant("skeleton", folder)
        shutil.copy(f"{e.folder}/task.md", folder)
        if os.path.exists(f"{e.folder}/answers.toml"):
            shutil.copy(f"{e.folder}/answers.toml", folder)
        if e.spec.get("show_given"):
            shutil.copytree(f"{e.folder}/given", f"{folder}/given")
        self._guess_file(e, folder)
        with open(f"{folder}/Makefile", "w", encoding="utf-8") as f:
            f.write(f"check:\n\t@LAB_WORK={self.work} {build.LAB}/lab check {e.number}\n.PHONY: check\n")
        self.current(e)
        print(f"{folder}:")
        for name in sorted(os.listdir(folder)):
            print(f"  {name}")
        print(f"Read task.md, then edit {os.path.basename(files[0]) if files else 'answers.toml'}; "
              f"then {NAME} check")
        return 0

    @staticmethod
    def _guess_file(e, folder):
        if not e.spec.get("guess"):
            return
        with open(f"{folder}/guess.toml", "w", encoding="utf-8") as f:
            f.write("# Guess before you run anything: a number, or a formula of N (messages), S (bytes\n"
                    f"# of one). `{NAME} show` puts the fact beside it. Nobody grades it.\n\n")
            for g in e.spec["guess"]:
                f.write(f"# {g['ask']}\n{g['id']} = \"\"\n")

    def _check(self, e, machine=None, here=False):
        folder = self.state.folder(e)
        if not os.path.isdir(folder):
            raise Stop(f"it was not begun: {NAME} start {e.number}")
        work = grade.Work(e, folder, self.state.keys())
        machine = vm.Here() if here else machine
        (result,), (kept,) = grade.run([work], machine)
        mine = self.state.of(e)
        mine["checks"] += 1
        mine["got"] = max(mine["got"] or 0, result["got"])
        self.current(e)
        self.state.keep_last(e, kept)
        if result.get("warnings") and not result["error"]:
            print(result["warnings"].rstrip())
        elif result.get("warnings"):
            print("\n".join(result["warnings"].splitlines()[:12]))
        print("\n".join(show.result(e, result, mine["hints"])))
        return result

    def check(self, o):
        result = self._check(self.pick(o.number), here=o.here)
        return 0 if result["got"] == result["points"] else 1

    def hint(self, o):
        e = self.pick(o.number)
        mine = self.state.of(e)
        if mine["hints"] < len(e.hints):
            mine["hints"] += 1
            self.current(e)
        for i, text in enumerate(e.hints[:mine["hints"]], 1):
            print("\n".join(textwrap.wrap(f"{i} of {len(e.hints)}: {text}", show.WIDTH)))
        return 0

    def show(self, o):
        e = self.pick(o.number)
        kept = self.state.last(e)
        if kept is None:
            raise Stop(f"there is no run yet: {NAME} check {e.number}")
        print("\n".join(show.result(e, kept["result"], self.state.of(e)["hints"])) + "\n")
        print("\n".join(show.last(e, kept, self.state.folder(e))))
        return 0

    def watch(self, o):
        e = self.pick(o.number)
        folder = self.state.folder(e)
        with vm.Vm(build.Places(), serve=True, seconds=86400) as machine:
            before = None
            try:
                while True:
                    now = _stamps(folder)
                    if now != before:
                        before = now
                        begin = time.monotonic()
                        self._check(e, machine)
                        print(f"    {time.monotonic() - begin:.1f} s; waiting for the next save, Ctrl-C ends it", flush=True)
                    time.sleep(0.3)
            except KeyboardInterrupt:
                print()
        return 0

    def shell(self, o):
        e = self.pick(o.number) if o.number is not None else None
        return vm.shell(build.Places(), self.work, e, self.state.keys(), o.line)

    def next(self, _):
        e = self._next()
        if e is None:
            print(f"All exercises have full points. There is the ladder: {NAME} ladder")
            return 0
        self.current(e)
        print(f"{e.number} {e.title}: {e.learns}\n{self._command(e)}")
        return 0

    def solution(self, o):
        e = self.pick(o.number)
        mine = self.state.of(e)
        if (mine["got"] or 0) < ex.FULL and not o.give_up:
            raise Stop(f"you have {mine['got'] or 0} of {ex.FULL} points; --give-up shows it anyway, and is noted")
        mine["solution"] = mine["solution"] or (mine["got"] or 0) < ex.FULL
        self.state.save()
        folder = build.scratch()
        try:
            for path in e.variant("solution", folder):
                print(f"/* ---- {os.path.relpath(path, folder)} ---- */")
                with open(path, encoding="utf-8") as f:
                    print(f.read())
        finally:
            shutil.rmtree(folder)
        for table, values in e.spec.get("solution", {}).items():
            print(f"[{table}]")
            for key, value in values.items():
                print(f"{key} = {value!r}")
        return 0

    def submit(self, o):
        out = os.path.abspath(o.output)
        with tarfile.open(out, "w:gz") as tar:
            for e in ex.load_all():
                folder = self.state.folder(e)
                if os.path.isdir(folder):
                    tar.add(folder, e.name, filter=_only_files)
            self.state.save()
            tar.add(self.state.path, "lab.json")
        print(f"{out}: hand this in")
        return 0

    def ladder(self, o):
        return ladder.run(self.work, o.start)

    def explain(self, o):
        tool = build.Places().iomodel
        if not os.path.exists(tool):
            raise build.Missing(f"{tool} is missing")
        os.execv(tool, ["iomodel", "explain", *o.words])


def _only_files(info):
    return info if info.isdir() or (info.isreg() and info.size < 1 << 20) else None


def _stamps(folder):
    out = []
    for top, _, files in os.walk(folder):
        for name in files:
            try:
                out.append((name, os.stat(f"{top}/{name}").st_mtime_ns))
            except OSError:
                pass # an editor replaces it just now
    return sorted(out)


class Parser(argparse.ArgumentParser):
    """Its help is USAGE alone: argparse would list, of all commands, the one that has a help text of its own."""

    def format_help(self):
        return USAGE


def parser():
    top = Parser(prog="lab", usage="lab COMMAND")
    commands = top.add_subparsers(dest="command", metavar="COMMAND", prog="lab", parser_class=argparse.ArgumentParser)
    for name in ("list", "next"):
        commands.add_parser(name)
    for name in ("start", "check", "hint", "show", "watch", "shell", "solution"):
        commands.add_parser(name).add_argument("number", nargs=None if name in ("start", "solution") else "?")
    commands.choices["start"].add_argument("--again", action="store_true", help="keep the old work as .1")
    commands.choices["check"].add_argument("--here", action="store_true",
                                           help="on this machine, which has the module loaded; needs root (sudo)")
    commands.choices["solution"].add_argument("--give-up", action="store_true", help="before full points")
    commands.choices["shell"].add_argument("-c", dest="line", metavar="LINE", help="run this in the VM instead of a shell")
    commands.add_parser("submit").add_argument("-o", "--output", default="lab-submission.tar.gz")
    commands.add_parser("ladder").add_argument("--start", action="store_true", help="put ladder.c into the work folder")
    commands.add_parser("explain").add_argument("words", nargs="*")
    teacher.add_parser(commands)
    return top


def main(argv):
    o = parser().parse_args(argv)
    os.umask(0o077)
    build.end_cleanly()
    try:
        if o.command == "class":
            return teacher.run(o)
        return getattr(Lab(), o.command or "list")(o)
    except (Stop, build.Missing, vm.Failed, teacher.Refused) as e:
        print(f"lab: {e}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    except OSError as e: # a path that is not there, or not ours; a full disk
        print(f"lab: {e.filename}: {e.strerror}" if e.filename and e.strerror else f"lab: {e}", file=sys.stderr)
        return 2


