# SPDX-License-Identifier: GPL-2.0-only
"""From facts to points. Pure: no VM, no file, no clock; the same facts always give the same.

First comes the device's own count (`lab0`), which is exact, then the report of iomodel
(`report`), then how the program ended. What it printed is never read."""

from . import formula, say

STATES = {True: "ok", False: "LOST", None: "not judged"}
MODELS = ("blocking", "nonblocking", "multiplexed", "signal-driven", "async")


def _report_names(report):
    """What checks may ask of a report, over all its processes."""
    out = {"there": False, "model": "nothing", "in_fact": "nothing", "findings": {}, "edge": False,
           "returns": 0, "threads": 0, "set": 0, "signals": 0, "also": "nothing", "empty": 0, "zero": 0,
           "loops": 0, "syncs": 0, "sync_loops": 0, "threads_that_block": 0}
    if not report.get("processes"):
        return out
    first = report["processes"][0]
    out.update(there=True, model=first["verdict"]["model"],
               in_fact=first["verdict"]["in_fact"] or "null",
               also=" ".join(first["verdict"]["also"]) or "none")
    for process in report["processes"]:
        for finding in process["findings"]:
            out["findings"][finding["id"]] = out["findings"].get(finding["id"], 0) + max(1, finding.get("count") or 1)
        for thread in process["threads"]:
            moved = sum(m["transfers"] for m in thread["models"].values())
            loop = thread.get("loop")
            out["threads"] += bool(moved or loop)
            out["threads_that_block"] += bool(thread["models"]["blocking"]["transfers"])
            if loop:
                out["loops"] += 1
                out["edge"] = out["edge"] or loop["edge_triggered"]
                out["returns"] += loop.get("calls", loop.get("iterations", 0))
                out["empty"] += loop["empty"]
                out["zero"] += loop["zero_timeout"]
                out["set"] = max(out["set"], loop["files"])
    return out


def _file_names(report, i):
    """What the report says of device i: of all open files of it together."""
    out = {"model": "nothing", "watched": False, "signals": 0, "r_slept": 0, "r_inline": 0, "r_late": 0,
           "r_eagain": 0, "r_transfers": 0, "fds": ()}
    for process in report.get("processes", []):
        for f in process["files"]:
            if not (f["name"] or "").endswith((f"iomodel-lab{i}", f"mylab{i}")):
                continue
            facts = f["facts"]
            if out["model"] in ("nothing", "none") or f["model"] not in ("nothing", "none"):
                out["model"] = f["model"]
            out["watched"] = out["watched"] or bool(f.get("watched_by"))
            out["signals"] += facts["signals"]
            out["r_slept"] += facts["slept"]
            out["r_inline"] += facts["inline"]
            out["r_late"] += facts["late"]
            out["r_eagain"] += facts["eagain"]
            out["r_transfers"] += sum(m["transfers"] for m in f["models"].values())
            if f["fd"] is not None:
                out["fds"] += (f["fd"],)
    return out


def _totals(total):
    """The device's counters, and sums of them that sentences use."""
    out = dict(total)
    out["tries"] = total["ok"] + total["ok_slept"] + total["eagain"] + total["interrupted"] + total["error"]
    out["reads"] = out["tries"] + total["end"]
    out["brought"] = total["ok"] + total["ok_slept"]
    out["got"] = total["bytes"] + total["async_bytes"]
    return out


def names_of(letters, devices, facts):
    """All that formulas of checks and sentences may name, for one run."""
    report = facts.get("report") or {}
    names = {}
    totals = [_totals(t) for t in facts.get("total", [])]
    for i, total in enumerate(totals):
        names[f"lab{i}"] = {**total, **_file_names(report, i)}
    if totals:
        names.update(names["lab0"])
    page = facts.get("page") or {"sum": [0] * 8, "taken": [0] * 8, "units": 0, "answers": {}}
    wanted = [d["messages"] * d["bytes"] for d in devices]
    names.update(letters)
    names["report"] = _report_names(report)
    names["report"]["in_fact_words"] = say.in_fact(names["report"]["in_fact"])
    names.update(
        got=sum(t["got"] for t in totals), all=sum(wanted), told=sum(page["taken"][:len(wanted)]),
        whole=[t["got"] for t in totals] == wanted and list(facts.get("sums", [])) == list(page["sum"][:len(wanted)]),
        ended=any(t["end"] for t in totals), exit=facts.get("exit") if facts.get("exit") is not None else -1,
        signal=facts.get("signal") or 0, hung="hang" in facts, units=page["units"], answers=page["answers"],
        elapsed=facts.get("elapsed_s", 0.0), elapsed_ms=facts.get("elapsed_s", 0.0) * 1000,
        cpu_ms=facts.get("cgroup", {}).get("cpu_us", 0) / 1000,
        left_behind=facts.get("cgroup", {}).get("left_behind", 0), log_lines=facts.get("log_lines", 0))
    names["cpu_share"] = 100 * names["cpu_ms"] / max(1.0, names["elapsed_ms"])
    names.update(facts.get("more", {}))
    names.setdefault("N", 0)
    names.setdefault("S", 0)
    names["ending_words"] = say.ending(names, facts)
    names["bytes_words"] = say.received(names)
    return names


def functions_of(names):
    findings, answers = names["report"]["findings"], names["answers"]
    return {"finding": lambda i: findings.get(i, 0), "answer": lambda n: answers.get(n, 0.0),
            "near": lambda a, b, percent: abs(a - b) * 100 <= abs(b) * percent}


def _check_once(check, names, facts):
    """(state, sentence) of one check in one run."""
    if facts.get("broken"):
        return None, f"not judged: the run could not be made ({facts['broken'][:100]})"
    if check.get("needs", "data") == "data" and not names["got"]:
        return None, "not judged: no byte arrived"
    functions = functions_of(names)
    uses_report = any("report" in e or "finding" in e for e in check["expect"])
    if uses_report and not names["report"]["there"]:
        return None, f"not judged: there is no report ({(facts.get('report') or {}).get('missing', 'the watch did not end')[:80]})"
    try:
        holds = all(formula.evaluate(e, names, functions) for e in check["expect"])
    except formula.Wrong as e:
        return None, f"not judged: {e}"
    return bool(holds), "" if holds else say.Sentence(functions).vformat(check["say"], (), names)


def judge(exercise, runs, answers=None):
    """Points and sentences of one submission.

    runs: [{"name": "A", "devices": ..., "letters": ..., "facts": ...}] as drawn and as seen."""
    all_names = [names_of(r["letters"], r["devices"], r["facts"]) for r in runs]
    out = []
    for check in exercise.checks:
        mine = [i for i, r in enumerate(runs) if not check.get("runs") or r["name"] in check["runs"]]
        seen = [_check_once(check, all_names[i], runs[i]["facts"]) for i in mine]
        states = [s for s, _ in seen]
        state = False if False in states else None if None in states or not states else True
        sentence = next((t for s, t in seen if s is state and t), "")
        if state is False and True in states:
            bad = [runs[i]["name"] for i, (s, _) in zip(mine, seen) if s is False]
            sentence += f" (So in run {', '.join(bad)} of {len(mine)}; it held in the others.)"
        out.append({"id": check["id"], "points": check["points"], "state": state,
                    "got": check["points"] if state else 0, "sentence": sentence,
                    "unsteady": len(set(states)) > 1 and len({str(r.get("spec")) for r in runs}) == 1})
    return {"exercise": exercise.number, "name": exercise.name[3:], "points": exercise.points,
            "got": sum(c["got"] for c in out), "checks": out}
