# SPDX-License-Identifier: GPL-2.0-only
"""The class: seeds, kits, grading. One VM for each submission; judge and judged share nothing."""

import concurrent.futures
import csv
import json
import os
import re
import secrets
import shutil
import sys
import tarfile

from . import build, draw, exercise as ex, fence, grade, results, show

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.@+-]{0,63}\Z")
_FILE_BYTES = 1 << 20
# What a compiler takes for something else than a text (a precompiled header, say) is not kept.
_KEPT = re.compile(r"([A-Za-z0-9_][A-Za-z0-9_-]{0,63}/){1,2}[A-Za-z0-9_][A-Za-z0-9_-]{0,63}\.(c|h|toml)\Z")


class Refused(Exception):
    """The command cannot be done; the text says why."""


def _numbers(text):
    return {int(n) for n in text.split(",")}


def add_parser(commands):
    top = commands.add_parser("class", help="for teachers")
    sub = top.add_subparsers(dest="what", required=True)
    new = sub.add_parser("new", help="a secret, and what each student adds to his kit")
    new.add_argument("name")
    new.add_argument("--roster", required=True, help="a CSV file with a column `id`, or ids in its first column")
    g = sub.add_parser("grade", help="all submissions of a folder: folders or .tar.gz files named by their id")
    g.add_argument("folder")
    g.add_argument("--class", dest="klass", required=True, metavar="DIR", help="made by `class new`")
    g.add_argument("--jobs", type=int, default=1, help="so many VMs at once")
    g.add_argument("-o", "--output", default="results")
    one = sub.add_parser("grade-one", help="one submission, for a platform")
    one.add_argument("folder")
    one.add_argument("--class", dest="klass", metavar="DIR")
    one.add_argument("--student", default="student")
    one.add_argument("--format", choices=results.FORMATS, default="gradescope")
    one.add_argument("-o", "--output", help="a file (default: stdout)")
    for command in (g, one):
        command.add_argument("--only", type=_numbers, help="exercises, as 2,3,5")
        command.add_argument("--unfenced", action="store_true", help="grade although this kernel cannot keep your files "
                             "from the compiler")
    why = sub.add_parser("why", help="one student's exercise: numbers, report, draws")
    why.add_argument("student")
    why.add_argument("number")
    why.add_argument("--results", default="results")
    why.add_argument("--again", action="store_true", help="judge the kept facts again, and compare")


def run(o):
    return {"new": new, "grade": grade_all, "grade-one": grade_one, "why": why}[o.what](o)


def need_id(student, klass=None):
    """Files are named by it and draws made from it."""
    if not _ID.match(student):
        raise Refused(f"`{student}` is no id: letters, digits, . _ @ + -, at most 64")
    if klass and student not in klass.get("students", [student]):
        raise Refused(f"{student} is not in the class")


# ---- class new ----


def read_roster(path):
    with open(path, encoding="utf-8-sig", newline="") as f:
        try:
            rows = [[cell.strip() for cell in r] for r in csv.reader(f) if any(cell.strip() for cell in r)]
        except (csv.Error, UnicodeDecodeError) as e:
            raise Refused(f"{path}: {e}") from None
    heads = [cell.lower() for cell in rows[0]] if rows else []
    column = heads.index("id") if "id" in heads else 0
    ids = [r[column] if column < len(r) else "" for r in (rows[1:] if "id" in heads else rows)]
    if not ids:
        raise Refused(f"{path}: there is no id in it")
    for i in ids:
        need_id(i)
    if len(set(ids)) != len(ids):
        raise Refused("an id is there twice")
    return ids


def new(o):
    if os.path.exists(o.name):
        raise Refused(f"{o.name} is there already")
    ids = read_roster(o.roster)
    os.makedirs(f"{o.name}/kits", mode=0o700)
    secret = secrets.token_hex(32)
    with open(f"{o.name}/class.json", "w", encoding="utf-8") as f:
        json.dump({"name": os.path.basename(o.name), "secret": secret, "students": ids}, f, indent=1)
    for i in ids:
        os.makedirs(f"{o.name}/kits/{i}")
        with open(f"{o.name}/kits/{i}/class.json", "w", encoding="utf-8") as f:
            json.dump({"class": os.path.basename(o.name), "student": i, "shown": draw.Keys(secret, i).shown}, f)
    print(f"{o.name}: {len(ids)} students. Keep class.json secret; give kits/ID/class.json to ID, who puts it "
          f"beside `lab` in his kit.")
    return 0


def load_class(folder):
    if folder is None:
        secret = os.environ.get("LAB_CLASS_SECRET")
        return {"name": "lab", "secret": secret or secrets.token_hex(32)}
    try:
        with open(f"{folder}/class.json", encoding="utf-8") as f:
            klass = json.load(f)
    except (OSError, ValueError) as e:
        raise Refused(f"{folder}: no class: {e}") from None
    if not isinstance(klass, dict) or not {"name", "secret"} <= set(klass):
        raise Refused(f"{folder}/class.json is not what `class new` makes")
    return klass


def need_fence(o):
    """The compiler runs on the teacher's machine, on sources of others."""
    if not o.unfenced and not fence.version():
        raise Refused("this kernel has no Landlock (Linux 5.13, not in every container), so that a source could include "
                      "whatever you may read; where that is nothing: --unfenced")


# ---- submissions ----


def unpack(path, to):
    """A submission's files, from a folder or an archive: only sources, headers and answers of the
    exercises' own folders, no larger than a megabyte, and nothing that leads elsewhere."""
    wanted = {e.name for e in ex.load_all()}
    os.makedirs(to, exist_ok=True)
    if os.path.isdir(path):
        for top, folders, files in os.walk(path):
            folders[:] = [d for d in folders if not os.path.islink(f"{top}/{d}")]
            for name in files:
                source = f"{top}/{name}"
                if not os.path.islink(source) and os.path.isfile(source) and os.path.getsize(source) <= _FILE_BYTES:
                    with open(source, "rb") as f:
                        _keep(to, os.path.relpath(source, path), f.read(), wanted)
        return
    try:
        with tarfile.open(path) as tar:
            for n, info in enumerate(tar):
                if n > 500:
                    raise Refused(f"{path}: more than 500 files")
                if info.isreg() and info.size <= _FILE_BYTES:
                    _keep(to, info.name, tar.extractfile(info).read(), wanted)
    except (tarfile.TarError, EOFError, OSError) as e:
        raise Refused(f"{path}: {e}") from None


def _keep(to, name, data, wanted):
    parts = os.path.normpath(name).split("/")
    while parts and parts[0] not in wanted and parts != ["lab.json"]:
        parts = parts[1:]
    if parts != ["lab.json"] and not _KEPT.match("/".join(parts)):
        return
    path = os.path.join(to, *parts)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(data)


def hints_of(folder):
    """{exercise: hints taken}, as the student's own lab noted it."""
    try:
        with open(f"{folder}/lab.json", encoding="utf-8") as f:
            noted = json.load(f)["exercises"]
        return {n: int(v.get("hints", 0)) for n, v in noted.items() if v.get("hints")}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def judge_submission(path, student, klass, scratch, only=None):
    """(results, kept, hints) of one submission."""
    folder = f"{scratch}/{student}"
    unpack(path, folder)
    keys = draw.Keys(klass["secret"], student)
    done = {}
    works = []
    for e in ex.load_all():
        if only and e.number not in only:
            continue
        if not os.path.isdir(f"{folder}/{e.name}"):
            continue
        works.append(grade.Work(e, f"{folder}/{e.name}", keys))
    for group in ([w for w in works if w.exercise.kind != "inside"], [w for w in works if w.exercise.kind == "inside"]):
        if group:
            for work, result, kept in zip(group, *grade.run(group)):
                done[work.exercise.number] = (result, kept)
    order = sorted(done)
    return [done[n][0] for n in order], [done[n][1] for n in order], hints_of(folder)


# ---- class grade ----


def _student_of(path):
    name = os.path.basename(path.rstrip("/"))
    for end in (".tar.gz", ".tgz", ".tar", ".tar.xz"):
        name = name.removesuffix(end)
    return name


def grade_all(o):
    need_fence(o)
    klass = load_class(o.klass)
    paths = sorted(os.path.join(o.folder, n) for n in os.listdir(o.folder) if not n.startswith("."))
    os.makedirs(o.output, exist_ok=True)
    results_of, hints = {}, {}
    scratch = build.scratch()

    def one(path):
        student = _student_of(path)
        need_id(student, klass)
        return student, judge_submission(path, student, klass, scratch, o.only)

    failed = 0
    of_student = {}
    for path in paths:
        of_student.setdefault(_student_of(path), []).append(path)
    for student, several in of_student.items():
        if len(several) > 1: # which one is meant is not ours to say
            failed += 1
            paths = [p for p in paths if p not in several]
            print(f"{student}: not graded: handed in more than once: {', '.join(several)}", file=sys.stderr, flush=True)
    try:
        with concurrent.futures.ThreadPoolExecutor(max(1, o.jobs)) as pool:
            for path, future in [(p, pool.submit(one, p)) for p in paths]:
                try:
                    student, (res, kept, taken) = future.result()
                except Exception as e: # one submission that cannot be graded stops no other
                    failed += 1
                    print(f"{_student_of(path)}: not graded: {e}", file=sys.stderr, flush=True)
                    continue
                results_of[student], hints[student] = res, taken
                with open(f"{o.output}/{student}.json", "w", encoding="utf-8") as f:
                    json.dump({"student": student, "results": res, "kept": kept, "hints": taken}, f)
                print(f"{student}: {sum(r['got'] for r in res)} points{'' if res else '. ' + results.NOTHING}", flush=True)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    for name, text in (("grades.csv", results.table(results_of)), ("junit.xml", results.junit(results_of)),
                       ("class.md", results.class_page(results_of, hints, klass["name"]))):
        with open(f"{o.output}/{name}", "w", encoding="utf-8") as f:
            f.write(text)
    print(f"{o.output}: grades.csv, junit.xml, class.md, and ID.json for {len(results_of)} students")
    return 1 if failed else 0


def grade_one(o):
    def put(text):
        if not o.output:
            sys.stdout.write(text)
            return
        with open(o.output + ".new", "w", encoding="utf-8") as f:
            f.write(text)
        os.rename(o.output + ".new", o.output)

    if o.output and o.format == "gradescope":
        put(results.failed_before_it_began("The grader did not come to its end; this is no fault of yours."))
    need_fence(o)
    klass = load_class(o.klass)
    need_id(o.student, klass)
    scratch = build.scratch()
    try:
        res, _, _ = judge_submission(o.folder, o.student, klass, scratch, o.only)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    put(results.one(res, o.format, o.student))
    return 0


# ---- class why ----


def why(o):
    need_id(o.student)
    try:
        with open(f"{o.results}/{o.student}.json", encoding="utf-8") as f:
            whole = json.load(f)
    except (OSError, ValueError) as e:
        raise Refused(f"there is no result of {o.student}: {e}") from None
    try:
        e = ex.find(o.number)
    except KeyError:
        raise Refused(f"there is no exercise `{o.number}`") from None
    if not isinstance(whole, dict) or not {"kept", "results"} <= set(whole):
        raise Refused(f"{o.results}/{o.student}.json is not what `class grade` makes")
    kept = next((k for k in whole["kept"] if k["exercise"] == e.number), None)
    if kept is None:
        raise Refused(f"{o.student} did not hand in exercise {e.number}")
    result = next(r for r in whole["results"] if r["exercise"] == e.number)
    print("\n".join(show.result(e, result, 3)) + "\n")
    print("\n".join(show.last(e, kept, "/nonexistent")))
    for d in kept["drawn"]:
        print(f"  run {d['name']}: key {d['key'][:16]}..., {d['letters']}")
    if o.again and kept["facts"]:
        second = grade.again(kept)
        same = second["checks"] == result["checks"]
        print("  judged again: " + ("the same, to the last count" if same else f"{second['got']} points now"))
        return 0 if same else 1
    return 0
