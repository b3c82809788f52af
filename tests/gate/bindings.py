"""The languages: the folders of bindings/ that have a binding.json, and what their programs find.

A binding.json has

    name            as tables show it
    tier            what it wraps: "sending", "everything", or "text", where options are set by name
    packages        Debian packages that compile and run it, installed where missing
    packaging       those that build its package besides
    declarations    the file that declares the C API; bindings/declare writes it
    inexpressible   names of the cases that the language has no way to say
    not_run         why there is no tests/driver; tests/check does what is possible without one, and its last line is shown

A program finds GRAPH_LIBRARY (the shared library), GRAPH_LIBRARY_DIR, GRAPH_INCLUDE and BUILD (a folder of its own, empty at first)
in the environment.
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def chosen():
    """What the binding.json of every language says, or of those that are named on the command line."""
    found = {file.parent.name: json.loads(file.read_text()) for file in sorted(ROOT.glob("bindings/*/binding.json"))}
    if unknown := set(sys.argv[1:]) - set(found):
        sys.exit(f"no such language: {', '.join(sorted(unknown))}; there are {', '.join(found)}")
    return {name: found[name] for name in sys.argv[1:] or found}


def library(scratch):
    """A folder with the library under each name that a loader asks for."""
    subprocess.run(["cargo", "build", "--quiet"], cwd=ROOT, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    folder = scratch / "lib"
    folder.mkdir(parents=True, exist_ok=True)
    # Programs of another run may have it open: it is replaced, and not written into.
    made = folder / f"libgraph_message.so.{os.getpid()}"
    shutil.copy(target / "debug" / "libgraph_message.so", made)
    os.replace(made, folder / "libgraph_message.so")
    link = folder / "libgraph_message.so.1"
    if not link.is_symlink():
        link.symlink_to("libgraph_message.so")
    return folder


def environment(build, folder):
    """What a language's programs find; `build` is emptied."""
    shutil.rmtree(build, ignore_errors=True)
    build.mkdir(parents=True)
    return {
        **os.environ,
        "GRAPH_LIBRARY": str(folder / "libgraph_message.so"),
        "GRAPH_LIBRARY_DIR": str(folder),
        "GRAPH_INCLUDE": str(ROOT / "include"),
        "BUILD": str(build),
        "LD_LIBRARY_PATH": str(folder),
    }
