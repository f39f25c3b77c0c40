# SPDX-License-Identifier: GPL-2.0-only
"""One or many exercises of one student: compiled, run in one VM, judged."""

import os
import shutil
import sys

from . import build, check, exercise as ex, inside, judge, say, vm

WARNINGS = 16384 # characters; what is no C at all can have megabytes of them


class Work:
    """An exercise that is to be judged: where its files are, and what came of compiling them."""

    def __init__(self, exercise, folder, keys, tag=""):
        self.exercise, self.folder, self.tag = exercise, folder, tag
        self.submission = check.Submission(exercise, keys, tag)
        self.error, self.answers, self.warnings = None, {}, ""

    def prepare(self, scratch):
        """Compile. What does not compile is no reason to stop: it is a result."""
        e = self.exercise
        os.makedirs(f"{scratch}/{e.name}", exist_ok=True)
        try:
            self.answers = check.read_answers(self.folder)
            if e.kind == "inside":
                return inside.prepare(self, scratch)
            given = f"{build.Places().bin}/given-{e.number:02}"
            if not os.path.isdir(given):
                given = f"{scratch}/given-{e.number:02}"
                check.compile_given(e, given)
            self.submission.add_given(given)
            if e.spec.get("files"):
                out = f"{scratch}/{e.name}/{self.tag.strip('/')}program"
                self.warnings = check.compile_files(e, self.folder, out)
                self.submission.add_program(out, f"limit/{e.number}")
        except build.DoesNotCompile as error:
            self.error = "It does not compile: " + say.printable(first_error(str(error)))
            self.warnings = str(error)
            self.submission.runs, self.submission.drawn = [], []
        except (ValueError, build.Missing) as error:
            self.error = str(error)
            self.submission.runs, self.submission.drawn = [], []
        return None

    def limit_run(self, scratch):
        """The solution, run first: limits are multiples of its time on this machine."""
        e = self.exercise
        if e.kind == "inside" or not self.submission.runs or not e.spec.get("files"):
            return []
        first = next(r for r, d in zip(self.submission.runs, self.submission.drawn) if d["role"] is None)
        return [{**first, "id": f"limit/{e.number}", "program": inside.solution(e.number, scratch),
                 "watch": False, "limit_s": 30}]

    def result(self, facts):
        out = self.submission.result(facts, self.answers) if self.submission.runs else nothing(self)
        out["error"] = self.error
        out["warnings"] = self.warnings if len(self.warnings) <= WARNINGS else self.warnings[:WARNINGS] + "\n...\n"
        return out

    def kept(self, facts, result):
        """All that is needed to judge again, to the last count."""
        return {"exercise": self.exercise.number, "drawn": self.submission.drawn, "facts": facts,
                "answers": self.answers, "labels": self.submission.labels(), "result": result}


def first_error(text):
    lines = text.splitlines()
    # The assembler's are Errors; the linker says error only after it has said which.
    of_linker = [line for line in lines if "undefined reference" in line or "multiple definition" in line]
    for line in of_linker or lines:
        if of_linker or "error" in line.lower():
            return os.path.basename(line.split(": ")[0]) + ": " + ": ".join(line.split(": ")[1:])[:160]
    return (text.strip().splitlines() or ["the compiler said nothing"])[-1][:160]


def nothing(work):
    """The result of what could not be run at all: no check is judged."""
    sentence = f"not judged: {work.error}"[:180]
    checks = [judge.entry(c["id"], c["points"], None, sentence) for c in work.exercise.checks]
    known = sum(c["points"] for c in checks)
    if known < ex.FULL:
        checks.append(judge.entry("answers", ex.FULL - known, None, sentence))
    return {"exercise": work.exercise.number, "name": work.exercise.name[3:], "points": ex.FULL, "got": 0,
            "checks": checks}


def words(died):
    """The first thing that a kernel said when it stopped, as the rig tells it."""
    said = str(died).partition("the kernel warned:")[2] or str(died)
    return say.printable(next((line.strip() for line in said.splitlines() if line.strip()), "it said nothing"))[:100]


def run(works, machine=None):
    """(results, facts of each) of these, in one VM, made for it where none is given."""
    scratch = build.scratch()
    own = None
    try:
        for work in works:
            work.prepare(scratch)
        runs, seen = [], set()
        for work in works:
            if work.exercise.number not in seen:
                runs += work.limit_run(scratch)
                seen.add(work.exercise.number)
        before = len(runs)
        for work in works:
            runs += work.submission.runs
        facts = []
        if len(runs) > before:
            if machine is None:
                machine = own = vm.Vm(build.Places(), seconds=900)
            try:
                try:
                    facts = machine.run(runs)
                except vm.Died as died:
                    # An ordinary user's program cannot stop a kernel; a machine that starves its VM can.
                    if not own or any(w.exercise.kind == "inside" for w in works):
                        raise
                    print(f"lab: the VM's kernel stopped, so another one is tried: {words(died)}", file=sys.stderr)
                    own.end()
                    machine = own = vm.Vm(build.Places(), seconds=900)
                    facts = machine.run(runs)
            except vm.Died as died:
                facts = died.facts + [{"id": r["id"], "broken": f"the VM's kernel stopped: {words(died)}"}
                                      for r in runs[len(died.facts):]]
                for f in facts:
                    if "more" not in f: # exercise 11 knows it already
                        f["kernel"] = str(died)
        at, results, kept = before, [], []
        for work in works:
            n = len(work.submission.runs)
            mine = facts[at:at + n]
            at += n
            result = work.result(mine)
            results.append(result)
            kept.append(work.kept(mine, result))
        return results, kept
    finally:
        if own:
            own.end()
        shutil.rmtree(scratch, ignore_errors=True)


def again(kept):
    """The result of facts that were kept: judged again, without a VM."""
    runs = [{**d, "facts": f} for d, f in zip(kept["drawn"], kept["facts"])]
    return judge.judge(ex.find(str(kept["exercise"])), runs, kept["answers"], kept["labels"])
