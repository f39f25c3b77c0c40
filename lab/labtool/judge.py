# SPDX-License-Identifier: GPL-2.0-only
"""From facts to points. Pure: no VM, no file, no clock; the same facts always give the same.

First comes the device's own count (`lab0`), which is exact, then the report of iomodel
(`report`), then how the program ended. What it printed is never read."""

import re

from . import formula, say

# The log of exercise 10, as the guest's judge names it.
_LOG = re.compile(r"/lab-[0-9]+\.log$")
STATES = {True: "ok", False: "LOST", None: "not judged"}


def _report_names(report):
    """What checks may ask of a report, over all its processes."""
    out = {"there": False, "model": "nothing", "in_fact": "nothing", "findings": {}, "returns": 0, "threads": 0,
           "syncs": 0, "log_calls": 0}
    if not report.get("processes"):
        return out
    # One that only waits for its child moves nothing: the child's model is the program's.
    first = next((p for p in report["processes"] if p["verdict"]["model"] != "none"), report["processes"][0])
    out.update(there=True, model=first["verdict"]["model"], in_fact=first["verdict"]["in_fact"] or "null")
    for process in report["processes"]:
        for finding in process["findings"]:
            out["findings"].setdefault(finding["id"], []).append((max(1, finding.get("count") or 1), finding.get("max_ns") or 0))
        out["log_calls"] += sum(f["facts"]["attempts"] for f in process["files"] if _LOG.search(f["name"] or ""))
        for thread in process["threads"]:
            moved = sum(m["transfers"] for m in thread["models"].values())
            loop = thread.get("loop")
            out["threads"] += bool(moved or loop)
            out["syncs"] += sum(w["count"] for w in thread["time"]["waits"] if w["what"] == "sync")
            if loop:
                out["returns"] += loop.get("calls", loop.get("iterations", 0))
    return out


def _totals(total):
    """The device's counters, and sums of them that sentences use."""
    out = dict(total)
    out["tries"] = total["ok"] + total["ok_slept"] + total["eagain"] + total["interrupted"] + total["error"]
    out["reads"] = out["tries"] + total["end"]
    out["brought"] = total["ok"] + total["ok_slept"]
    out["got"] = total["bytes"] + total["async_bytes"]
    return out


def _sum_is_right(facts, i, any_order):
    """Was lab_take() given what device i sent?"""
    page, sums = facts.get("page"), facts.get("sums", [])
    if not page or i >= len(sums):
        return False
    return sums[i][1] == page["mixed"][i] if any_order else sums[i][0] == page["sum"][i]


def names_of(letters, devices, facts, any_order=False):
    """All that formulas of checks and sentences may name, for one run."""
    names = {}
    totals = [_totals(t) for t in facts.get("total", [])]
    for i, total in enumerate(totals):
        whole = _sum_is_right(facts, i, any_order) and total["got"] == devices[i]["messages"] * devices[i]["bytes"]
        names[f"lab{i}"] = {**total, "whole": whole}
    if totals:
        names.update(names["lab0"])
    page = facts.get("page") or {"sum": [0] * 8, "taken": [0] * 8, "units": 0, "answers": {}}
    wanted = [d["messages"] * d["bytes"] for d in devices]
    names.update(letters)
    names["report"] = _report_names(facts.get("report") or {})
    names["report"]["in_fact_words"] = say.in_fact(names["report"]["in_fact"])
    names.update(
        got=sum(t["got"] for t in totals), all=sum(wanted), told=sum(page["taken"][:len(wanted)]),
        whole=bool(totals) and all(names[f"lab{i}"]["whole"] for i in range(len(totals))),
        ended=any(t["end"] for t in totals), exit=facts.get("exit") if facts.get("exit") is not None else -1,
        signal=facts.get("signal") or 0, hung="hang" in facts, units=page["units"], answers=page["answers"],
        elapsed=facts.get("elapsed_s", 0.0), elapsed_ms=facts.get("elapsed_s", 0.0) * 1000,
        cpu_ms=facts.get("cgroup", {}).get("cpu_us", 0) / 1000,
        left_behind=facts.get("cgroup", {}).get("left_behind", 0), log_lines=facts.get("log_lines", 0))
    if totals:
        names.update(
            taken=page["taken"][:len(totals)], ends=sum(t["end"] for t in totals), eagains=sum(t["eagain"] for t in totals),
            interrupts=sum(t["interrupted"] for t in totals),
            asked=sum(t["reads"] + t["polled"] + t["submitted"] + t["inline"] for t in totals))
    names.update(facts.get("more", {}))
    names.setdefault("N", 0)
    names.setdefault("S", 0)
    names["ending_words"] = say.ending(names, facts)
    names["bytes_words"] = say.received(names)
    return names


def functions_of(names):
    findings, answers = names["report"]["findings"], names["answers"]

    def finding(name, longest=None):
        """How often a finding was made; only of sleeps that were no longer, where `longest` is given."""
        return sum(n for n, ns in findings.get(name, []) if longest is None or ns <= longest)

    return {"finding": finding, "answer": lambda n: answers.get(n, 0.0), "told": lambda n: n in answers,
            "near": lambda a, b, percent: abs(a - b) * 100 <= abs(b) * percent}


def _check_once(check, names, facts):
    """(state, sentence) of one check in one run."""
    if facts.get("broken"):
        return None, f"not judged: the run could not be made ({facts['broken'][:100]})"
    if check.get("needs", "data") == "data" and not names["got"]:
        return None, "not judged: no byte arrived"
    functions = functions_of(names)
    uses_report = check.get("needs", "data") == "data" and any("report" in e or "finding" in e for e in check["expect"])
    if uses_report and not names["report"]["there"]:
        return None, f"not judged: there is no report ({(facts.get('report') or {}).get('missing', 'the watch did not end')[:80]})"
    try:
        lost = next((i for i, e in enumerate(check["expect"]) if not formula.evaluate(e, names, functions)), None)
    except formula.Wrong as e:
        return None, f"not judged: {e}"
    if lost is None:
        return True, ""
    # One sentence for all that is expected, or one for each.
    text = check["say"] if isinstance(check["say"], str) else check["say"][lost]
    return False, say.Sentence(functions).vformat(text, (), names)


def _judge_check(check, runs, all_names):
    mine = [i for i, r in enumerate(runs) if r["role"] is None and (not check.get("runs") or r["name"] in check["runs"])]
    seen = [_check_once(check, all_names[i], runs[i]["facts"]) for i in mine]
    states = [s for s, _ in seen]
    state = False if False in states else None if None in states or not states else True
    sentence = next((t for s, t in seen if s is state and t), "")
    if state is False and True in states:
        bad = [runs[i]["name"] for i, (s, _) in zip(mine, seen) if s is False]
        sentence += f" (So in run {', '.join(bad)} of {len(mine)}.)"
    alike = len({str(runs[i]["spec"]) for i in mine}) == 1
    return entry(check["id"], check["points"], state, sentence, unsteady=len(set(states)) > 1 and alike)


def entry(name, points, state, sentence, unsteady=False):
    """One check of a result."""
    return {"id": name, "points": points, "state": state, "got": points if state else 0,
            "sentence": sentence, "unsteady": unsteady}


def _right(value, truth, names):
    """Is this value what the formula `truth` says? It gives the value, several, or whether."""
    wanted = formula.evaluate(truth, {**names, "value": value}, functions_of(names))
    if isinstance(wanted, bool):
        return wanted
    if isinstance(wanted, tuple):
        return value in wanted
    return value == wanted


def _typed(value):
    """What a student may have written for a value: text, a number."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        return ""
    if not isinstance(value, str):
        return value
    text = value.strip().lower()
    return int(text) if text.isascii() and text.isdigit() else text


def _answer_state(table, truth, fields, names, letters=None):
    """(state, what is wrong) of the fields of one table of answers, for one run.

    letters: where the answers are formulas, all that these may name. The truth is a formula of
    `names`, which has the kernel's counts too: who could name these would have predicted nothing."""
    for field in fields:
        value = _typed(table.get(field, ""))
        # What stands there at first: 0 and -1 only where that is no answer.
        if value in ([""] if letters is not None else ["", 0, -1]):
            return False, f"`{field}` is not answered yet"
        try:
            if letters is not None:
                wanted = formula.evaluate(truth[field], names, functions_of(names))
                got = formula.number(str(table[field]), letters)
                # Several: on a busy machine data may come just as the program lies down.
                wanted = wanted if isinstance(wanted, tuple) else (wanted,)
                if got not in wanted:
                    given = ", ".join(f"{k} = {letters[k]}" for k in ("N", "S", "B", "burst"))
                    return False, f"`{table[field]}` is {got:,} for {given}; the kernel counted {wanted[0]:,}"
            elif not _right(value, truth[field], names):
                return False, f"`{field} = {value}` is not what it does"
        except formula.Wrong as e:
            return False, f"`{field}`: {e}" if letters is not None else f"`{field} = {value}` is not what it does"
    return True, ""


def _judge_question(question, program, label, runs, all_names, answers, formulas):
    """One question about one given program, on all runs of it."""
    fields = [f for f in question["fields"] if f in program["truth"]]
    table = answers.get(label, {}) if isinstance(answers.get(label, {}), dict) else {}
    name, points = f"{question['id']}_{label}", question["points"]
    for i, run in enumerate(runs):
        if run["role"] != program["role"]:
            continue
        names = all_names[i]
        if run["facts"].get("broken") or not (run["facts"].get("total") or run["facts"].get("report")):
            return entry(name, points, None, f"not judged: {run['facts'].get('broken', 'it did not run')[:150]}")
        state, why = _answer_state(table, program["truth"], fields, names, run["letters"] if formulas else None)
        if not state:
            hint = say.Sentence(functions_of(names)).vformat(program.get("say", ""), (), names)
            return entry(name, points, False, f"{label}: {why}. {hint}".strip())
    return entry(name, points, True, "")


def _judge_answers(exercise, runs, all_names, answers, labels):
    out = []
    programs = {p["role"]: p for p in exercise.spec.get("program", [])}
    for label, role in labels.items():
        for question in exercise.spec.get("question", []):
            if question.get("not_for") != role and any(f in programs[role]["truth"] for f in question["fields"]):
                out.append(_judge_question(question, programs[role], label, runs, all_names, answers,
                                           exercise.spec.get("formulas", False)))
    for answer in exercise.spec.get("answer", []):
        names = all_names[0]
        table = answers.get(answer["table"], {})
        state, why = _answer_state(table if isinstance(table, dict) else {}, answer["truth"],
                                   list(answer["truth"]), names)
        text = "" if state else f"{why}. " + say.Sentence(functions_of(names)).vformat(answer["say"], (), names)
        out.append(entry(answer["id"], answer["points"], state, text))
    return out


def judge(exercise, runs, answers, labels):
    """Points and sentences of one submission.

    runs: [{"name": "A", "role": None, "devices": ..., "letters": ..., "facts": ...}], as drawn and
    as seen; answers: answers.toml; labels: which given program has which label."""
    all_names = [names_of(r["letters"], r["devices"], r["facts"], exercise.spec.get("any_order", False))
                 for r in runs]
    out = [_judge_check(c, runs, all_names) for c in exercise.checks]
    out = _judge_answers(exercise, runs, all_names, answers, labels) + out
    return {"exercise": exercise.number, "name": exercise.name[3:], "points": sum(c["points"] for c in out),
            "got": sum(c["got"] for c in out), "checks": out}
