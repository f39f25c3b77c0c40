# SPDX-License-Identifier: GPL-2.0-only
"""A check: from a folder with a student's files to a result."""

import os

from . import build, draw, judge


def jobs_of(exercise, program, secret, student, *, tag="", limit_of=None):
    """What the guest is to run for one program, and what was drawn for it."""
    drawn, runs = [], []
    for spec in exercise.runs():
        key = draw.key_of(secret, student, exercise.number, spec["name"])
        devices, letters = draw.draw_run(exercise.spec, spec, key)
        drawn.append({"name": spec["name"], "devices": devices, "letters": letters, "key": key,
                      "spec": {k: v for k, v in spec.items() if k != "name"}})
        runs.append({"id": f"{tag}{exercise.number}/{spec['name']}", "program": program, "devices": devices,
                     "limit_of": limit_of, **job_options(exercise, spec, letters)})
    return drawn, runs


def job_options(exercise, spec, letters):
    """Options of a run that exercise.toml may give."""
    out = {}
    for key in ("signals", "log", "watch", "watch_args", "args", "cpu_s", "limit_s"):
        value = spec.get(key, exercise.spec.get(key))
        if value is not None:
            out[key] = value
    names = spec.get("give", exercise.spec.get("give", []))
    out["env"] = {f"LAB_{n}": str(letters[n]) for n in names}
    return out


def compile_files(exercise, folder, out):
    """The student's program. Raises build.DoesNotCompile, build.Missing."""
    sources = []
    for name in exercise.spec.get("files", []):
        path = f"{folder}/{name}"
        if name.endswith(".c"):
            if not os.path.exists(path):
                raise build.Missing(f"{path} is not there: `lab start {exercise.number}` makes it")
            sources.append(path)
    return build.compile_program(sources, out, strict=False)


def finish(exercise, drawn, facts, answers=None):
    """The result of the facts that came back."""
    runs = [{**d, "facts": f} for d, f in zip(drawn, facts)]
    return judge.judge(exercise, runs, answers)
