"""Plays tests/cases/misuse.md in a language: an emulated mailbox, a library that is too old, and tests/misuse of its folder."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
# What a mailbox must have that any send to it is accepted.
ENDLESS = "invoices@contoso.example"
ENDLESS_RULE = {"on": "send", "mailbox": ENDLESS, "times": 0, "accept": False, "reply": {"status": 202}}
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
    subprocess.run(["gcc", "-shared", "-fPIC", f"-I{ROOT}/include", "-Wl,-soname,libgraph_message.so.1", folder / "old.c", "-o", made], check=True)
    os.replace(made, folder / "libgraph_message.so.1")
    shutil.copy(folder / "libgraph_message.so.1", folder / "libgraph_message.so")
    return folder


class Mailbox:
    """An emulated mailbox, for tests/misuse."""

    def __init__(self):
        subprocess.run(["cargo", "build", "--quiet", "-p", "graph-emulator"], cwd=ROOT, check=True)
        target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
        command = [target / "debug/graph-emulator", "--port", "0", "--concurrency", "0"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.base = next(found[0] for line in self.process.stdout if (found := re.search(r"http://127\.0\.0\.1:\d+/v1\.0", line)))
        self.post("/_emulator/faults", ENDLESS_RULE)

    def post(self, path, body):
        base = self.base.removesuffix("/v1.0")
        headers = {"Authorization": "Bearer user-token", "Content-Type": "application/json"}
        with urllib.request.urlopen(urllib.request.Request(base + path, json.dumps(body).encode(), headers)) as reply:
            return json.load(reply)

    def drafts(self, count):
        to = [{"emailAddress": {"address": "lee@fabrikam.example"}}]
        return [self.post("/v1.0/me/messages", {"subject": "x", "toRecipients": to})["id"] for _ in range(count)]

    def end(self):
        self.process.kill()
        self.process.wait()


def misused(name, environment, old, tests):
    """What went wrong in the misuse table, or nothing."""
    if not (tests / "misuse").exists():
        return f"bindings/{name}/tests/misuse is missing"
    mailbox = Mailbox()
    try:
        drafts = pathlib.Path(environment["BUILD"]) / "drafts"
        drafts.write_text("".join(f"{one}\n" for one in mailbox.drafts(100)))
        added = {"GRAPH_BASE_URL": mailbox.base, "GRAPH_DRAFTS": str(drafts), "GRAPH_ENDLESS_USER": ENDLESS, "GRAPH_OLD_LIBRARY_DIR": str(old)}
        ran = subprocess.run([tests / "misuse"], cwd=tests, env={**environment, **added}, capture_output=True, text=True, errors="replace", timeout=300)
    finally:
        mailbox.end()
    said = re.findall(r"^(?:ok ([a-z-]+)|cannot ([a-z-]+): \S.*)$", ran.stdout, re.M)
    missing = [row for row in MISUSE_ROWS if row not in [ok or cannot for ok, cannot in said]]
    if ran.returncode != 0 or missing:
        return f"tests/misuse ended with {ran.returncode}; rows missing: {', '.join(missing) or 'none'}\n{ran.stdout}{ran.stderr}"
    return None
