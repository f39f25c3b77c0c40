# SPDX-License-Identifier: GPL-2.0-only
"""An exercise as its folder has it: exercise.toml, and files that are skeleton, solution and
wrong solutions at once (#if SKELETON, #if WRONG == n), told apart by unifdef. In a kit the
skeletons and solutions lie ready in folders of that name."""

import glob
import os
import subprocess
import tomllib

from . import build, formula

FULL = 10 # points of every exercise


class Exercise:
    def __init__(self, folder):
        self.folder = folder
        self.name = os.path.basename(folder) # 02-blocking
        self.number = int(self.name[:2])
        with open(f"{folder}/exercise.toml", "rb") as f:
            self.spec = tomllib.load(f)
        for key, words in (("ends", _ENDS), ("bytes", _BYTES)):
            if self.spec.get(key):
                self.spec.setdefault("check", []).insert(0, {"id": key, "points": self.spec[key], "needs": "", **words,
                                              "runs": self.spec.get("basic_runs", "")})
        self.checks = self.spec.get("check", [])
        self.kind = self.spec.get("kind", "program")

    def __getattr__(self, key):
        try:
            return self.spec[key]
        except KeyError:
            raise AttributeError(key) from None

    def runs(self):
        """The runs of a check: three alike, where exercise.toml names none."""
        return self.spec.get("run") or [{"name": n} for n in "ABC"]

    def variants(self):
        """All that the files are at once: what `variant` can write."""
        return ["solution", "skeleton"] + [w["n"] for w in self.wrong()]

    def variant(self, variant, to):
        """Write the files of "skeleton", "solution" or a wrong one's number to folder `to`."""
        out = []
        for name in self.spec.get("files", []):
            path = f"{to}/{name}"
            os.makedirs(os.path.dirname(path), exist_ok=True)
            ready = f"{self.folder}/{variant}/{name}"
            if os.path.exists(ready):
                with open(ready, encoding="utf-8") as f:
                    text = f.read()
            else:
                text = self._told_apart(name, variant)
            with open(path, "w", encoding="utf-8") as f:
                f.write(text)
            out.append(path)
        return out

    def _told_apart(self, name, variant):
        build.need("unifdef", "unifdef")
        options = {"skeleton": ["-DSKELETON", "-UWRONG"]}.get(
            variant, ["-USKELETON", f"-DWRONG={0 if variant == 'solution' else variant}"])
        if not name.endswith((".c", ".h")):
            options.append("-t")
        done = subprocess.run(["unifdef", "-b", "-x2", *options, f"{self.folder}/{name}"],
                              capture_output=True, text=True)
        if done.returncode:
            raise build.Missing(f"unifdef {name}: {done.stderr}")
        text = "\n".join(line for line in done.stdout.splitlines() if "SPDX-License" not in line)
        while "\n\n\n" in text: # -b leaves the lines of what is gone
            text = text.replace("\n\n\n", "\n\n")
        return text.lstrip("\n").rstrip("\n") + "\n"

    def answers(self, variant, submission):
        """What answers.toml would say in a variant, as a dictionary; for tests. Where roles are
        shuffled the right answers are known only with the draw."""
        if variant == "skeleton":
            return {}
        out = {k: dict(v) for k, v in self.spec.get("solution", {}).items()}
        labels = submission.labels()
        for label, role in labels.items():
            program = next(p for p in self.spec["program"] if p["role"] == role)
            names = next(d["letters"] for d in submission.drawn if d["role"] == role)
            if not self.spec.get("formulas"):
                out[label] = {k: _first(formula.evaluate(t, names)) for k, t in program["truth"].items()}
        wrong = next((w for w in self.wrong() if w["n"] == variant), {})
        for role, change in wrong.get("answers", {}).items():
            out[next(label for label, r in labels.items() if r == role)].update(change)
        return out

    def loses(self, variant, submission):
        """The checks that a variant is meant to lose."""
        if variant == "solution":
            return []
        ids = self.spec["skeleton"] if variant == "skeleton" else next(
            w["loses"] for w in self.wrong() if w["n"] == variant)
        label_of = {role: label for label, role in submission.labels().items()}
        return [f"{i.split(':')[0]}_{label_of[i.split(':')[1]]}" if ":" in i else i for i in ids]

    def wrong(self):
        return self.spec.get("wrong", [])


def _first(value):
    return value[0] if isinstance(value, tuple) else value


_BYTES = {
    "expect": ["whole"],
    "say": "{bytes_words}"}
_ENDS = {
    "expect": ["exit == 0 and ended and left_behind == 0"],
    "say": "{ending_words}"}


def load_all():
    return [Exercise(f) for f in sorted(glob.glob(f"{build.LAB}/ex/[0-9][0-9]-*"))]


def find(text):
    """The exercise of a number or name. KeyError where there is none."""
    for e in load_all():
        if text in (str(e.number), e.name, e.name[3:], f"{e.number:02}"):
            return e
    raise KeyError(text)
