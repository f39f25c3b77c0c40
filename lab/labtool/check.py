# SPDX-License-Identifier: GPL-2.0-only
"""A check: from a folder with a student's files to the jobs of a VM, and from the facts that
come back to a result."""

import os
import tomllib

from . import NAME, build, draw, judge

ANSWERS = "answers.toml"
ANSWERS_BYTES = 65536


class Submission:
    """One student's one exercise: what was drawn for it and what is to be run."""

    def __init__(self, exercise, keys, tag=""):
        self.exercise, self.keys, self.tag = exercise, keys, tag
        self.drawn, self.runs = [], []

    def _run(self, name, spec, program, key_name, *, letters=None, options=None, role=None):
        shown = role is not None and self.exercise.spec.get("same_draw", False)
        key = self.keys.of(self.exercise.number, key_name, shown)
        spec = {**spec, "letters": letters or spec.get("letters", {})}
        devices, drawn_letters = draw.draw_run(self.exercise.spec, spec, key)
        self.drawn.append({"name": name, "role": role, "devices": devices, "letters": drawn_letters, "key": key,
                           "spec": {k: v for k, v in spec.items() if k != "name"}})
        run = {"id": f"{self.tag}{self.exercise.number}/{name}", "program": program, "devices": devices,
               **_options(self.exercise, {**spec, **(options or {})}, drawn_letters)}
        self.runs.append(run)
        return run

    def add_program(self, program, limit_of=None):
        """The student's own program, on three draws."""
        for spec in self.exercise.runs():
            self._run(spec["name"], spec, program, spec["name"])["limit_of"] = limit_of

    def add_given(self, folder):
        """The programs that are given, compiled into folder; on one draw or on three."""
        names = ["A"] if self.exercise.spec.get("same_draw") else ["A", "B", "C"]
        for program in self.exercise.spec.get("program", []):
            for name in names:
                role = program["role"]
                spec = {"name": f"{role}{name}", "device": program.get("device", [])}
                path = f"{folder}/given-{role}"
                self._run(spec["name"], spec, path, f"{role}/{name}", letters=program.get("letters"),
                          options=program, role=role)

    def labels(self):
        """Which label has which role: {"a": "pool", ...}."""
        roles = [p["role"] for p in self.exercise.spec.get("program", [])]
        last = self.exercise.spec.get("last")
        if self.exercise.spec.get("shuffle"):
            key = self.keys.of(self.exercise.number, "labels", True)
            roles = draw.Draw(key).shuffled([r for r in roles if r != last]) + ([last] if last else [])
        return dict(zip(self.exercise.spec.get("labels", ""), roles))

    def result(self, facts, answers):
        """Points and sentences. answers: the student's answers.toml, as a dictionary."""
        runs = [{**d, "facts": f} for d, f in zip(self.drawn, facts)]
        return judge.judge(self.exercise, runs, answers or {}, self.labels())


def _options(exercise, spec, letters):
    """Options of a run that exercise.toml may give."""
    out = {}
    for key in ("signals", "log", "watch", "watch_args", "cpu_s", "limit_s", "name"):
        value = spec.get(key, exercise.spec.get(key))
        if value is not None and not (key == "name" and "role" not in spec):
            out[key] = value
    out["args"] = [a.format(**letters) for a in spec.get("args", [])]
    names = spec.get("give", exercise.spec.get("give", []))
    out["env"] = {f"LAB_{n}": str(letters[n]) for n in names if n in letters}
    return out


def compile_files(exercise, folder, out):
    """The student's program, where the exercise has one. Raises build.DoesNotCompile, build.Missing."""
    sources = own_sources(exercise, folder)
    return build.compile_program(sources, out, strict=False) if sources else ""


def own_sources(exercise, folder):
    """The student's C files that the exercise names. Raises build.Missing."""
    names = [n for n in exercise.spec.get("files", []) if n.endswith(".c")]
    for name in names:
        if not os.path.isfile(f"{folder}/{name}"):
            raise build.Missing(f"{name} is not there: `{NAME} start {exercise.number}` makes it")
    return [f"{folder}/{n}" for n in names]


def compile_given(exercise, to):
    """The given programs, into folder `to`, as given-ROLE. A kit has them ready."""
    os.makedirs(to, exist_ok=True)
    done = {}
    for program in exercise.spec.get("program", []):
        out = f"{to}/given-{program['role']}"
        source = f"{exercise.folder}/{program['file']}"
        if os.path.exists(out) and os.stat(out).st_mtime > os.stat(source).st_mtime:
            continue
        if source in done:
            os.link(done[source], out)
            continue
        build.compile_program([source], out)
        done[source] = out


def read_answers(folder):
    """answers.toml as a dictionary; {} where there is none. ValueError: it cannot be read."""
    path = f"{folder}/{ANSWERS}"
    if not os.path.isfile(path):
        return {}
    with open(path, "rb") as f:
        text = f.read(ANSWERS_BYTES + 1)
    if len(text) > ANSWERS_BYTES:
        raise ValueError(f"{ANSWERS} has more than {ANSWERS_BYTES:,} bytes")
    try:
        return tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as e:
        raise ValueError(f'{ANSWERS}: {e}. Words stand in double quotes: "null", "read"; numbers without') from None
