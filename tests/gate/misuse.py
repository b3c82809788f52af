"""Plays tests/cases/misuse.md in a language: tests/misuse of its folder, with an emulated mailbox and a library that is too old."""

import os
import pathlib
import re
import shutil
import subprocess
import sys

from bindings import ROOT
from emulated_mailbox import ENDLESS, Mailbox

MISUSE_ROWS = re.findall(r"^\| `([a-z-]+)` \|", (ROOT / "tests/cases/misuse.md").read_text(), re.M)


def old_library(scratch):
    """A folder with a library that has every function, and ABI 0."""
    sys.path.insert(0, str(ROOT / "bindings"))
    from declarations.header import Kind, read

    folder = scratch / "old"
    folder.mkdir(parents=True, exist_ok=True)
    code = '#include "graph_message.h"\n'
    for one in read().functions:
        result = {Kind.NOTHING: "", Kind.TEXT: ' return "0.0.9";'}.get(one.result.kind, " return 0;")
        used = "".join(f" (void){value.name};" for value in one.parameters)
        code += f"{one.c} {{{used}{result} }}\n"
    (folder / "old.c").write_text(code)
    made = folder / f"old.{os.getpid()}"
    flags = ["-shared", "-fPIC", f"-I{ROOT}/include", "-Wl,-soname,libgraph_message.so.1"]
    subprocess.run(["gcc", *flags, folder / "old.c", "-o", made], check=True)
    os.replace(made, folder / "libgraph_message.so.1")
    shutil.copy(folder / "libgraph_message.so.1", folder / "libgraph_message.so")
    return folder


def misused(name, environment, old, tests):
    """What went wrong in the misuse table, or nothing."""
    if not (tests / "misuse").exists():
        return f"bindings/{name}/tests/misuse is missing"
    mailbox = Mailbox()
    try:
        drafts = pathlib.Path(environment["BUILD"]) / "drafts"
        drafts.write_text("".join(f"{one}\n" for one in mailbox.drafts(100)))
        added = {
            "GRAPH_BASE_URL": mailbox.base,
            "GRAPH_DRAFTS": str(drafts),
            "GRAPH_ENDLESS_USER": ENDLESS,
            "GRAPH_OLD_LIBRARY_DIR": str(old),
        }
        found = {**environment, **added}
        ran = subprocess.run(
            [tests / "misuse"], cwd=tests, env=found, capture_output=True, text=True, errors="replace", timeout=300
        )
    except subprocess.TimeoutExpired as hung:
        return f"tests/misuse hangs, after {(hung.stdout or b'').decode(errors='replace')}"
    finally:
        mailbox.end()
    said = re.findall(r"^(?:ok ([a-z-]+)|cannot ([a-z-]+): \S.*)$", ran.stdout, re.M)
    missing = [row for row in MISUSE_ROWS if row not in [ok or cannot for ok, cannot in said]]
    if ran.returncode != 0 or missing:
        return f"tests/misuse ended with {ran.returncode}; rows missing: {', '.join(missing) or 'none'}\n{ran.stdout}{ran.stderr}"
    return None
