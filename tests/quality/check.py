#!/usr/bin/env python3
"""Measures what floors.toml names and fails when a figure has fallen below its floor.

    check.py --bin target/release/vigie --shared ../shared [--only WORD]

The measuring sets are not part of this repository. Where they are absent this says so and exits 0: the floors cannot be checked there.
Python 3.11, standard library.
"""
import argparse
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import tomllib

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


def dig(tree, path):
    """The number at a dotted path, or None."""
    for part in path.split("."):
        tree = tree.get(part) if isinstance(tree, dict) else None
    return tree if isinstance(tree, (int, float)) else None


def figures(measure, stdout, tree):
    for path, floor in measure.get("json", {}).items():
        yield path, dig(tree, path), floor
    for pattern, floor in measure.get("stdout", {}).items():
        found = re.search(pattern, stdout)
        yield pattern, float(found.group(1)) if found else None, floor


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True)
    parser.add_argument("--shared", default=os.path.join(ROOT, "..", "shared"))
    parser.add_argument("--only", default="")
    options = parser.parse_args()
    shared = os.path.abspath(options.shared)
    if not os.path.isdir(shared):
        print(f"not checked: the measuring sets are not at {options.shared}")
        return 0
    with open(os.path.join(HERE, "floors.toml"), "rb") as f:
        measures = [m for m in tomllib.load(f)["measure"] if options.only in m["name"]]
    below = 0
    for measure in measures:
        with tempfile.TemporaryDirectory() as folder:
            out = os.path.join(folder, "out.json")
            names = {"bin": shlex.quote(os.path.abspath(options.bin)), "shared": shlex.quote(shared), "json": out}
            command = re.sub(r"\{(bin|shared|json)\}", lambda m: names[m.group(1)], measure["command"])
            run = subprocess.run(command, shell=True, cwd=ROOT, capture_output=True, text=True)
            tree = json.load(open(out)) if os.path.exists(out) else {}
        print(measure["name"])
        for name, got, floor in figures(measure, run.stdout, tree):
            ok = got is not None and got >= floor
            below += not ok
            print(f"  {'ok  ' if ok else 'LOW '} {name}: {got} (floor {floor})")
            if got is None:
                print("       the scorer printed:", (run.stderr or run.stdout).strip()[-400:])
    print("every floor holds" if not below else f"{below} figures below their floor")
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
