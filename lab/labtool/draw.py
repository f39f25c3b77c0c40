# SPDX-License-Identifier: GPL-2.0-only
"""What is different in each run: drawn from a key, so that the same key gives the same run on
every machine and with every Python."""

import hashlib
import hmac

from . import formula


def key_of(secret, *parts):
    """A key for one run: HMAC-SHA256(secret, parts), as hexadecimal text."""
    text = "\0".join(str(p) for p in parts)
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


class Keys:
    """The two keys of one student: what is drawn from `shown` he may see (the programs of 0 and
    9 are the same in his VM and when they are graded), what is drawn from `hidden` only the
    judge."""

    def __init__(self, secret, student):
        self.student = student
        self.shown = key_of(secret, student, "shown")
        self.hidden = key_of(secret, student, "hidden")

    def of(self, exercise, run, shown):
        return key_of(self.shown if shown else self.hidden, exercise, run)


def _is_prime(n):
    return n > 1 and all(n % d for d in range(2, int(n ** 0.5) + 1))


class Draw:
    """An endless row of numbers from a key."""

    def __init__(self, key):
        self.key, self.n = key.encode(), 0

    def below(self, n):
        """0 <= result < n, each as likely."""
        self.n += 1
        digest = hmac.new(self.key, str(self.n).encode(), hashlib.sha256).digest()
        return int.from_bytes(digest, "big") % n

    def int(self, low, high):
        return low + self.below(high - low + 1)

    def prime(self, low, high):
        return self.pick(*(n for n in range(low, high + 1) if _is_prime(n)))

    def pick(self, *values):
        return values[self.below(len(values))]

    def shuffled(self, values):
        values = list(values)
        for i in range(len(values) - 1, 0, -1):
            k = self.below(i + 1)
            values[i], values[k] = values[k], values[i]
        return values

    def value(self, text, names):
        """A formula of exercise.toml: int(a, b), prime(a, b), pick(a, b, ...), letters."""
        return formula.evaluate(text, names, {
            "int": self.int, "prime": self.prime, "pick": self.pick})


DEVICE_DEFAULTS = {"messages": "prime(31, 97)", "bytes": "int(16, 64)", "burst": 1, "phase1_ms": 2,
                   "phase2_ms": 0, "period_ms": 0}
LETTERS = {"messages": "N", "bytes": "S", "burst": "burst", "phase1_ms": "P", "phase2_ms": "Q",
           "period_ms": "T"}


def draw_run(exercise, run, key):
    """The devices and the letters of one run.

    Letters are those of exercise.toml, and N, S, burst, P, Q, T of the devices: N0 is the
    first's, which N means too. Returns (devices as the guest takes them, letters)."""
    draw = Draw(key)
    letters, devices = {}, []
    for name, text in {**exercise.get("letters", {}), **run.get("letters", {})}.items():
        letters[name] = draw.value(text, letters)
    for i, spec in enumerate(exercise.get("device", [])):
        own = run.get("device", [])
        spec = {**DEVICE_DEFAULTS, **spec, **(own[i] if i < len(own) else {})}
        value = {}
        for field, letter in LETTERS.items():
            value[field] = draw.value(spec[field], letters)
            letters[f"{letter}{i}"] = value[field]
            if i == 0:
                letters[letter] = value[field]
        devices.append({"seed": int(draw.int(1, 2 ** 62)), "messages": int(value["messages"]),
                        "bytes": int(value["bytes"]), "burst": int(value["burst"]),
                        "phase1_ns": int(value["phase1_ms"] * 1000000),
                        "phase2_ns": int(value["phase2_ms"] * 1000000),
                        "period_ns": int(value["period_ms"] * 1000000)})
    return devices, letters
