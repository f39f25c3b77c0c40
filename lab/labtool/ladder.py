# SPDX-License-Identifier: GPL-2.0-only
"""The ladder: a game without points. The same job in any model, and numbers beside numbers."""

import os
import shutil

from . import NAME, build, draw, judge, vm

NAMES = ["blocking, a thread each", "nonblocking", "multiplexed", "signal-driven", "async"]
_SPEC = {"device": [{"messages": 40 + 3 * i, "bytes": 32, "phase1_ms": 1 + i, "period_ms": 5 + 2 * i} for i in range(8)]}


def drawn():
    """(devices, letters): the same in each game, so that games can be compared."""
    return draw.draw_run(_SPEC, {}, draw.key_of("ladder", "all"))


def table(facts, devices, letters):
    """The lines of a game: what each program was late, at the mean and at worst, and what it cost."""
    lines = [f"  {'':<26}{'late, mean':>13}{'at worst':>14}{'CPU time':>13}{'work':>8}"]
    for fact in facts:
        if fact.get("broken"):
            lines.append(f"  {fact['id']:<26} {fact['broken']}")
        else:
            lines.append(_row(fact["id"], judge.names_of(letters, devices, fact), devices).rstrip())
    return lines


def _row(name, names, devices):
    lags = [names[f"lab{i}"] for i in range(len(devices))]
    messages = sum(d["messages"] for d in devices)
    mean = sum(lag["lag_ns"] for lag in lags) / messages / 1000
    worst = max(lag["lag_max_ns"] for lag in lags) / 1000
    return (f"  {name:<26}{mean:>10,.0f} us{worst:>11,.0f} us{names['cpu_ms']:>10,.0f} ms{names['units']:>8,}"
            f"   {'' if names['whole'] and names['exit'] == 0 else 'not all messages'}")


def run(work, start):
    mine = f"{work}/ladder/ladder.c"
    if start or not os.path.exists(mine):
        if os.path.exists(mine):
            print(f"{mine} is there already")
            return 1
        os.makedirs(os.path.dirname(mine), exist_ok=True)
        shutil.copy(f"{build.LAB}/ladder/ladder.c", mine)
        print(f"{mine}: change it, then {NAME} ladder")
        if start:
            return 0
    scratch = build.scratch()
    try:
        devices, letters = drawn()
        runs = []
        for model, name in [(m, n) for m, n in enumerate(NAMES, 1)] + [(0, "yours")]:
            out = f"{scratch}/{model}"
            source = mine if name == "yours" else f"{build.LAB}/ladder/ladder.c"
            build.compile_program([source], out, defines=[f"MODEL={model}"], strict=False)
            runs.append({"id": name, "program": out, "devices": devices, "watch": False, "limit_s": 20})
        with vm.Vm(build.Places()) as machine:
            facts = machine.run(runs)
    except build.DoesNotCompile as e:
        print(str(e).rstrip())
        return 1
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    print("\n".join(table(facts, devices, letters)))
    return 0
