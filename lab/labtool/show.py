# SPDX-License-Identifier: GPL-2.0-only
"""What a student sees: lists, results, the picture of a run."""

import os
import sys
import textwrap
import tomllib

from . import NAME, formula, judge, say

WIDTH = 78
_BAR = 40


def color(text, code):
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return f"\033[{code}m{text}\033[0m"


def result(exercise, res, hints_taken):
    """The lines of a check's result."""
    head = f"{res['exercise']} {exercise.title}"
    points = f"{res['got']}/{res['points']}"
    lines = [f"  {head}{points:>{WIDTH - 4 - len(head)}}"]
    if res.get("error"):
        lines += textwrap.wrap(res["error"], WIDTH - 4, initial_indent="    ", subsequent_indent="    ")
        return lines
    for c in res["checks"]:
        word = judge.STATES[c["state"]]
        mark = {"ok": color("ok   ", 32), "LOST": color("LOST ", 31), "not judged": "-    "}[word]
        start = f"    {mark} {c['id']:<11} {c['points']}   "
        plain = len(f"    {'':5} {c['id']:<11} {c['points']}   ")
        text = c["sentence"] + (" It differed from run to run: unsteady." if c["unsteady"] else "")
        wrapped = textwrap.wrap(text, WIDTH - plain) or [""]
        lines.append((start + wrapped[0]).rstrip())
        lines += [" " * plain + w for w in wrapped[1:]]
    if res["got"] < res["points"]:
        left = len(exercise.hints) - hints_taken
        if left > 0:
            lines.append(f"    hint: `{NAME} hint {res['exercise']}` ({hints_taken + 1} of {len(exercise.hints)}). "
                         f"The picture of this run: `{NAME} show {res['exercise']}`")
    return lines


def phases(names):
    """The two phases of one run, as measured: lines of text. Phase 1 is waiting for data, and
    the line says who waited; phase 2 is moving it."""
    report = names["report"]
    messages = max(1, names.get("N", 1))
    brought = max(1, sum(names[f"lab{i}"]["brought"] + names[f"lab{i}"]["late"] + names[f"lab{i}"]["inline"]
                         for i in range(8) if f"lab{i}" in names))
    first = names.get("lab0", {})
    inside = first.get("phase1_ns", 0) / brought
    move = first.get("phase2_ns", 0) / brought
    elapsed = names["elapsed_ms"] * 1e6 / messages
    wait = {"blocking": (inside, f"asleep in read, {names.get('sleeps', 0):,} times in all"),
            "nonblocking": (elapsed - move, f"awake, asking: {names.get('eagain', 0):,} times in vain"),
            "multiplexed": (elapsed - move, f"asleep in the readiness call, {report['returns']:,} returns in all"),
            "signal-driven": (elapsed - move, f"free, until a signal came: {names.get('signalled', 0):,} in all"),
            "async": (inside, f"in the kernel, by requests: {names.get('late', 0):,} came later")}
    time1, how = wait.get(report["model"], (elapsed, "nothing was moved"))
    longest = max(time1, move, 1)
    out = [f"  one message, as measured in this run ({report['model']}):"]
    for name, mark, t, text in (("phase 1, waiting", "~", time1, how),
                                ("phase 2, moving", "#", move, "by the kernel, into the program's memory")):
        bar = mark * max(1, round(_BAR * t / longest)) if t > 0 else ""
        out.append(f"    {name:<17} {bar:<{_BAR}} {duration(t)}")
        out.append(f"    {'':17} {text}")
    return out


def duration(ns):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("us", 1e3)):
        if ns >= size:
            return f"{ns / size:.1f} {unit}"
    return f"{ns:.0f} ns"


def guesses(exercise, folder, names):
    """Guess beside fact, for the guesses that exercise.toml asks for."""
    asked = exercise.spec.get("guess", [])
    try:
        with open(f"{folder}/guess.toml", "rb") as f:
            given = tomllib.load(f)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        given = {}
    out = []
    for g in asked:
        try:
            fact = formula.evaluate(g["truth"], names, judge.functions_of(names))
        except formula.Wrong:
            continue
        guess = given.get(g["id"], "")
        if isinstance(guess, str) and guess:
            try:
                value = f"{formula.number(guess, names):,}"
                guess = value if value == guess else f"{guess} = {value}"
            except formula.Wrong:
                pass
        if hasattr(fact, "numerator") and not isinstance(fact, int):
            fact = round(float(fact), 1)
        fact = str(fact) if isinstance(fact, str) else f"{fact:,}"
        out.append(f"    {g['ask']}")
        out.append(f"      you guessed {guess or 'nothing'}; it was {fact}")
    return ["  guess and fact:"] + out if out else []


def last(exercise, kept, folder):
    """All that `lab show` prints of a kept run."""
    lines = []
    for drawn, facts in zip(kept["drawn"], kept["facts"]):
        if facts.get("broken"):
            lines.append(f"  run {drawn['name']}: {facts['broken']}")
            continue
        names = judge.names_of(drawn["letters"], drawn["devices"], facts, exercise.spec.get("any_order", False))
        letters = ", ".join(f"{k} = {v}" for k, v in drawn["letters"].items() if len(k) == 1)
        lines.append(f"run {drawn['name']}: {letters}; {names['elapsed_ms']:.0f} ms, "
                     f"{names['cpu_ms']:.0f} ms of CPU time")
        for process in (facts.get("report") or {}).get("processes", [])[:1]:
            v = process["verdict"]
            lines.append(f"  iomodel: {v['model'].upper()}" + (f", in fact {v['in_fact']}" if v["in_fact"] else ""))
            for text in v["because"][:5]:
                lines += textwrap.wrap(text, WIDTH - 4, initial_indent="  * ", subsequent_indent="    ")
            for finding in process["findings"]:
                lines += textwrap.wrap(f"{finding['id']}: {finding['message']}", WIDTH - 4,
                                       initial_indent="  ! ", subsequent_indent="    ")
        counts = " ".join(f"{k}={names[k]:,}" for k in ("ok", "ok_slept", "eagain", "end", "polled", "signalled",
                                                         "late", "inline") if names.get(k))
        lines.append(f"  the device: {counts or 'was not used'}")
        lines += phases(names)
        if drawn is kept["drawn"][0]:
            lines += guesses(exercise, folder, names)
        if facts.get("output"):
            lines.append("  it printed: " + say.printable(facts["output"][:300]))
        lines.append("")
    return lines
