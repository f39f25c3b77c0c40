# SPDX-License-Identifier: GPL-2.0-only
"""For programs of the tests that use what others of them have: these have no .py in their names."""

import importlib.machinery
import importlib.util


def load(name, path):
    """The program at path as a module; its main() is not run."""
    spec = importlib.util.spec_from_loader(name, importlib.machinery.SourceFileLoader(name, path))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
