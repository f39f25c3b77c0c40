# SPDX-License-Identifier: GPL-2.0-only
"""Formulas: of students (exercise 1), of checks, of sentences, of draws. Python's own syntax,
of which a short list is allowed: numbers, names, arithmetic, comparisons, and, or, not, and
calls of the functions that are given. Exact: `/` makes fractions, never floats."""

import ast
import math
import operator
from fractions import Fraction

LONGEST = 400

_BINARY = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
           ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod}
_COMPARE = {ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
            ast.Gt: operator.gt, ast.GtE: operator.ge, ast.In: lambda a, b: a in b}
FUNCTIONS = {"ceil": math.ceil, "floor": math.floor, "min": min, "max": max, "abs": abs}


class Wrong(ValueError):
    """The formula cannot be evaluated; the text says why, for whoever wrote it."""


def _number(value):
    if isinstance(value, (int, Fraction)) and abs(value) > 10 ** 30:
        raise Wrong("a number grows out of all bounds")
    return value


class _Evaluator:
    def __init__(self, names, functions):
        self.names, self.functions = names, functions

    def of(self, node):
        method = getattr(self, "_" + type(node).__name__.lower(), None)
        if method is None:
            raise Wrong(f"`{ast.unparse(node)}` is not allowed in a formula")
        return method(node)

    def _expression(self, node):
        return self.of(node.body)

    def _constant(self, node):
        if isinstance(node.value, (bool, int, str, float)):
            return node.value
        raise Wrong(f"`{node.value!r}` is no number")

    def _name(self, node):
        try:
            return self.names[node.id]
        except KeyError:
            raise Wrong(f"there is no `{node.id}`; there are "
                        f"{', '.join(k for k in list(self.names)[:12])}") from None

    def _attribute(self, node):
        owner = self.of(node.value)
        if not isinstance(owner, dict) or node.attr not in owner:
            raise Wrong(f"there is no `{ast.unparse(node)}`")
        return owner[node.attr]

    def _binop(self, node):
        a, b = self.of(node.left), self.of(node.right)
        for v in (a, b):
            if not isinstance(v, (int, float, Fraction)):
                raise Wrong(f"`{ast.unparse(node)}`: {v!r} is no number")
        if isinstance(node.op, (ast.Div, ast.FloorDiv, ast.Mod)) and b == 0:
            raise Wrong(f"`{ast.unparse(node)}` divides by zero")
        if isinstance(node.op, ast.Div):
            return a / b if isinstance(a, float) or isinstance(b, float) else Fraction(a) / b
        if type(node.op) not in _BINARY:
            raise Wrong(f"`{ast.unparse(node)}`: only + - * / // and %")
        return _number(_BINARY[type(node.op)](a, b))

    def _unaryop(self, node):
        value = self.of(node.operand)
        if isinstance(node.op, ast.Not):
            return not value
        if isinstance(node.op, ast.USub) and isinstance(value, (int, float, Fraction)):
            return -value
        raise Wrong(f"`{ast.unparse(node)}` is not allowed in a formula")

    def _boolop(self, node):
        if isinstance(node.op, ast.And):
            return all(self.of(v) for v in node.values)
        return any(self.of(v) for v in node.values)

    def _ifexp(self, node):
        return self.of(node.body) if self.of(node.test) else self.of(node.orelse)

    def _tuple(self, node):
        return tuple(self.of(v) for v in node.elts)

    def _compare(self, node):
        left = self.of(node.left)
        for op, right in zip(node.ops, node.comparators):
            right = self.of(right)
            if type(op) not in _COMPARE:
                raise Wrong(f"`{ast.unparse(node)}` is not allowed in a formula")
            if not _COMPARE[type(op)](left, right):
                return False
            left = right
        return True

    def _call(self, node):
        if not isinstance(node.func, ast.Name) or node.func.id not in self.functions or node.keywords:
            raise Wrong(f"there is no function `{ast.unparse(node.func)}`; there are "
                        f"{', '.join(self.functions)}")
        args = [self.of(a) for a in node.args]
        try:
            return self.functions[node.func.id](*args)
        except (TypeError, ValueError) as e:
            raise Wrong(f"`{ast.unparse(node)}`: {e}") from None


def evaluate(text, names, functions=None):
    """The value of a formula. Raises Wrong."""
    text = str(text).strip()
    if len(text) > LONGEST:
        raise Wrong(f"the formula has more than {LONGEST} characters")
    try:
        tree = ast.parse(text, mode="eval")
        return _Evaluator(names, {**FUNCTIONS, **(functions or {})}).of(tree)
    except SyntaxError:
        raise Wrong(f"`{text}` is no formula") from None
    except (RecursionError, MemoryError):
        raise Wrong("the formula is nested too deeply") from None
    except (TypeError, OverflowError) as e:
        raise Wrong(f"`{text}`: {e}") from None


def number(text, names):
    """The value of a formula that must be a whole number. Raises Wrong."""
    value = evaluate(text, names)
    if isinstance(value, bool) or not isinstance(value, (int, Fraction)) or value != int(value):
        raise Wrong(f"`{text}` gives {value}, which is no whole number")
    return int(value)
