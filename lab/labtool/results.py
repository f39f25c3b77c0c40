# SPDX-License-Identifier: GPL-2.0-only
"""One submission's results in the formats of others. All pure: a list of results in, text out."""

import base64
import csv
import io
import json
import xml.etree.ElementTree as xml

from . import say

# Said where a submission has no file that counts.
NOTHING = ("No exercise was found: wanted are folders such as 02-blocking with their .c, .h and .toml files, "
           "of 1 MiB at most, and no links.")
FORMATS = ["gradescope", "junit", "autolab", "github", "check50", "csv"]


def _text(check):
    if check["state"] is True:
        return "ok"
    return check["sentence"] or "lost"


def gradescope(results, note=""):
    """results.json of a Gradescope autograder: one test for each check."""
    tests = [{"name": f"{r['exercise']} {r['name']}: {c['id']}", "number": f"{r['exercise']}.{i}",
              "score": c["got"], "max_score": c["points"], "status": "passed" if c["state"] is True else "failed",
              "output": _text(c), "visibility": "visible"}
             for r in results for i, c in enumerate(r["checks"], 1)]
    return json.dumps({"score": sum(r["got"] for r in results), "output": note or ("Judged by what the program really did." if results else NOTHING),
                       "visibility": "visible", "stdout_visibility": "hidden", "tests": tests}, indent=1)


def failed_before_it_began(reason):
    """What stands in results.json until there is something better."""
    return json.dumps({"score": 0, "output": reason, "visibility": "visible", "stdout_visibility": "hidden", "tests": []})


def junit(results_of, classname="lab"):
    """JUnit's XML. results_of: {student: results}."""
    top = xml.Element("testsuites", name=classname)
    for student, results in results_of.items():
        checks = [(r, c) for r in results for c in r["checks"]]
        suite = xml.SubElement(top, "testsuite", name=student, tests=str(len(checks)), errors="0",
                               failures=str(sum(c["state"] is False for _, c in checks)),
                               skipped=str(sum(c["state"] is None for _, c in checks)))
        for r, c in checks:
            case = xml.SubElement(suite, "testcase", classname=f"{classname}.{r['exercise']:02}-{r['name']}", name=c["id"])
            if c["state"] is False:
                xml.SubElement(case, "failure", message=say.printable(c["sentence"]))
            elif c["state"] is None:
                xml.SubElement(case, "skipped", message=say.printable(c["sentence"]))
    return xml.tostring(top, encoding="unicode", xml_declaration=True) + "\n"


def autolab(results):
    """Sentences for people, and on the last line the scores, as Autolab reads them."""
    lines = [f"{r['exercise']} {r['name']}: {c['id']}: {say.printable(_text(c))}" for r in results for c in r["checks"]
             if c["state"] is not True]
    lines += [] if results else [NOTHING]
    return "\n".join(lines + [json.dumps({"scores": {r["name"]: r["got"] for r in results}})]) + "\n"


def github(results):
    """For GITHUB_OUTPUT: the result of a grading step of GitHub Classroom, in base64."""
    got, of = sum(r["got"] for r in results), sum(r["points"] for r in results)
    tests = [{"name": f"{r['exercise']} {r['name']}: {c['id']}", "status": "pass" if c["state"] is True else "fail",
              "score": c["got"], "message": _text(c), "test_code": "", "filename": "", "line_no": 0, "duration": 0}
             for r in results for c in r["checks"]]
    whole = {"version": 1, "status": "pass" if got == of else "fail", "max_score": of, "tests": tests}
    return "result=" + base64.b64encode(json.dumps(whole).encode()).decode() + "\n"


def check50(results):
    """check50's JSON: passed is true, false or null."""
    return json.dumps({"slug": "iomodel/lab", "version": "3.0.0", "results": [
        {"name": f"{r['exercise']:02}_{c['id']}", "description": f"{r['name']}: {c['id']}", "passed": c["state"],
         "log": [], "cause": None if c["state"] is True else {"rationale": _text(c), "help": None},
         "data": {}, "dependency": None} for r in results for c in r["checks"]]}, indent=1)


def table(results_of):
    """grades.csv: a line for each student, a column for each exercise, and the sum."""
    out = io.StringIO()
    numbers = sorted({(r["exercise"], r["name"]) for results in results_of.values() for r in results})
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["student", *(f"{n:02}-{name}" for n, name in numbers), "sum"])
    for student, results in results_of.items():
        got = {r["exercise"]: r["got"] for r in results}
        writer.writerow([student, *(got.get(n, "") for n, _ in numbers), sum(got.values())])
    return out.getvalue()


def one(results, fmt, student):
    if fmt == "junit":
        return junit({student: results})
    if fmt == "csv":
        return table({student: results})
    return {"gradescope": gradescope, "autolab": autolab, "github": github, "check50": check50}[fmt](results)


def class_page(results_of, hints_of, name):
    """class.md: what to explain next week."""
    lost, seen, unsteady, sentence = {}, {}, [], {}
    for student, results in results_of.items():
        for r in results:
            for c in r["checks"]:
                key = (r["exercise"], r["name"], c["id"].split("_")[0])
                seen[key] = seen.get(key, 0) + 1
                if c["state"] is not True:
                    lost[key] = lost.get(key, 0) + 1
                    sentence.setdefault(key, (student, c["sentence"]))
                if c["unsteady"]:
                    unsteady.append(f"{student} {r['exercise']} {c['id']}")
    sums = sorted(sum(r["got"] for r in results) for results in results_of.values()) or [0]
    lines = [f"# {name}: {len(results_of)} submissions", "",
             f"Points: median {sums[len(sums) // 2]}, from {sums[0]} to {sums[-1]}.", "",
             "## Which check was lost how often", "", "| exercise | check | lost | of | for instance |", "|---|---|---|---|---|"]
    for key in sorted(lost, key=lambda k: -lost[k]):
        student, text = sentence[key]
        lines.append(f"| {key[0]} {key[1]} | {key[2]} | {lost[key]} | {seen[key]} | {say.printable(text).replace('|', '/')[:120]} ({student}) |")
    lines += ["", "## Hints taken", ""]
    totals = {}
    for hints in hints_of.values():
        for number, n in hints.items():
            totals[number] = totals.get(number, 0) + n
    lines += [f"- exercise {n}: {totals[n]}" for n in sorted(totals, key=int)] or ["- none is known"]
    lines += ["", "## Runs that differed from one another", ""]
    lines += [f"- {u}" for u in unsteady] or ["- none"]
    return "\n".join(lines) + "\n"
