"""An old Python is told so in a sentence, so it must be able to read run.py."""

import ast

from runner import ROOT


def test_run_py_can_be_read_by_old_pythons() -> None:
    ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 4))


def test_run_py_imports_nothing_new_before_it_has_checked() -> None:
    tree = ast.parse((ROOT / "run.py").read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    assert [alias.name for node in imports for alias in node.names] == ["sys"]
