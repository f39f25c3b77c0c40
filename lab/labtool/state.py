# SPDX-License-Identifier: GPL-2.0-only
"""What the lab remembers of one student: points, hints, the last runs. All in the work folder."""

import json
import os
import secrets

from . import build, draw


class State:
    def __init__(self, work):
        self.work = work
        self.path = f"{work}/.lab.json"
        try:
            with open(self.path, encoding="utf-8") as f:
                self.data = json.load(f)
            if not isinstance(self.data, dict) or not isinstance(self.data.get("exercises", {}), dict):
                raise ValueError
        except FileNotFoundError:
            self.data = {}
        except ValueError:
            raise build.Missing(f"{self.path} cannot be read; move it away, and begin anew") from None
        self.data.setdefault("secret", secrets.token_hex(16))
        self.data.setdefault("exercises", {})

    def keys(self):
        """This student's keys: of his class, where the kit has them, else his own."""
        keys = draw.Keys(self.data["secret"], "me")
        path = f"{build.LAB}/class.json"
        if os.path.exists(path):
            try:
                with open(path, encoding="utf-8") as f:
                    of_class = json.load(f)
                keys.student, keys.shown = of_class["student"], of_class["shown"]
            except (ValueError, KeyError, TypeError):
                raise build.Missing(f"{path} is not what your teacher gave you; ask for it again") from None
        return keys

    def of(self, exercise):
        """What is remembered of one exercise: a dictionary to be changed; then save()."""
        return self.data["exercises"].setdefault(str(exercise.number), {
            "got": None, "hints": 0, "solution": False, "checks": 0})

    def save(self):
        os.makedirs(self.work, exist_ok=True)
        with open(self.path + ".new", "w", encoding="utf-8") as f:
            json.dump(self.data, f, indent=1)
        os.rename(self.path + ".new", self.path)

    def folder(self, exercise):
        return f"{self.work}/{exercise.name}"

    def last_path(self, exercise):
        return f"{self.work}/.last-{exercise.name}.json"

    def keep_last(self, exercise, what):
        with open(self.last_path(exercise), "w", encoding="utf-8") as f:
            json.dump(what, f)

    def last(self, exercise):
        try:
            with open(self.last_path(exercise), encoding="utf-8") as f:
                return json.load(f)
        except FileNotFoundError:
            return None


def default_work():
    """A kit has it beside the exercises; from the source tree, or installed, it is at home."""
    if os.environ.get("LAB_WORK"):
        return os.path.abspath(os.environ["LAB_WORK"])
    if os.path.isdir(f"{build.LAB}/kernel") and os.access(build.LAB, os.W_OK):
        return f"{build.LAB}/work"
    return os.path.expanduser("~/iomodel-lab")
