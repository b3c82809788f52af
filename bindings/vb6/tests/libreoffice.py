#!/usr/bin/python3
"""Runs the modules and example.bas in LibreOffice Basic, once as each Visual Basic reads them: libreoffice.py FOLDER URL LIBRARY

LibreOffice compiles VBA, but it has no conditional compilation, no LongPtr, no functions that return an array of bytes, takes
no "" for an argument's default, and calls no DLL outside of Windows: that is rewritten before, and each Declare gets a
stand-in that calls the library here.
It finds an undeclared name only where it comes by, so every line of a procedure must be gone through.

URL is an emulated mailbox, LIBRARY the shared library."""

import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request

import uno
import unohelper
from com.sun.star.connection import NoConnectException
from com.sun.star.script import XInvocation
from com.sun.star.script.provider import ScriptFrameworkErrorException

from declared import expected
from declarations.header import read
from library import Library, units
from module import COMPILERS, MODULES, branch, declares, joined

TOKEN = "user-token"
SUPPORT = r"""
Private Outside As Object
Private LineOf As Long
Private CameBy(0 To 999) As Boolean
Private Shown As String
Private CommandLine As String
Private NameOf(0 To 9) As String
Private MemoryOf(0 To 9) As Long
Private Kept As Long

Private Sub At_(ByVal line As Long)
    LineOf = line
    CameBy(line) = True
End Sub

Private Function Remember(ByVal name As String, ByVal memory As Long) As Long
    NameOf(Kept) = name
    MemoryOf(Kept) = memory
    Kept = Kept + 1
    Remember = memory
End Function

Private Function VarPtr_(ByVal name As String, content As Variant) As Long
    VarPtr_ = Remember(name, Outside.array(content))
End Function

Private Function StrPtr_(ByVal name As String, ByVal content As String) As Long
    Dim at As Long, units() As Long
    ReDim units(0 To Len(content))
    For at = 1 To Len(content)
        units(at - 1) = AscW(Mid$(content, at, 1)) And 65535
    Next
    StrPtr_ = Remember(name, Outside.text(units, Len(content)))
End Function

Private Function Memory(ByVal name As String) As Variant
    Memory = Null
    If Kept = 0 Then Exit Function
    If NameOf(Kept - 1) <> name Then Exit Function
    Kept = Kept - 1
    Memory = Outside.release(MemoryOf(Kept))
End Function

Private Sub ReadArray(ByVal name As String, content As Variant)
    Dim written As Variant, at As Long
    written = Memory(name)
    If IsNull(written) Then Exit Sub
    For at = 0 To UBound(written)
        content(at) = written(at)
    Next
End Sub

Private Sub ReadText(ByVal name As String, content As String)
    Dim written As Variant, at As Long, text As String
    written = Memory(name)
    If IsNull(written) Then Exit Sub
    For at = 0 To Len(content) - 1
        text = text & ChrW(written(2 * at) + 256& * written(2 * at + 1))
    Next
    content = text
End Sub

Public Function Test(ByVal given As Object) As Variant
    Set Outside = given
    On Error GoTo Failed
    Test = Array(Scenario(), CameBy, Kept, Shown)
    Exit Function
Failed:
    Test = "line " & LineOf & ": " & Error
End Function
"""


def stand_in(parts, arguments):
    """A function that takes the place of a Declare."""
    listed = ", ".join(f"{one['by']} {one['name']} As Long" for one in arguments)
    code = [f"Private {parts['kind']} {parts['name']}({listed}){' As Long' if parts['result'] else ''}", "Dim done As Variant"]
    values = ", ".join(one["name"] for one in arguments)
    code.append(f'done = Outside.call("{parts["alias"] or parts["name"]}", Array({values}))')
    code += [f"{one['name']} = done({at})" for at, one in enumerate(arguments, 1) if one["by"] == "ByRef"]
    if parts["result"]:
        code.append(f"{parts['name']} = done(0)")
    return [*code, f"End {parts['kind']}"]


def for_libreoffice(files, compiler):
    """One module of all, and the numbers of the lines that must be gone through: those of the second file from 500 on."""
    head, body, ends, stands = [], [], [], set()
    # GraphMessageC.bas has no procedures.
    for first, file in zip((0, 0, 500), files):
        lines = branch(file.read_text(), compiler)
        for _, parts, arguments in declares(lines):
            ends += stand_in(parts, arguments)
        procedure = False
        for number, line in joined(lines):
            line = line.strip()
            if re.match(r"Attribute |Option |(Public |Private )?Declare |'", line):
                continue
            line = re.sub(r"\bLongPtr\b", "Long", line)
            line = re.sub(r"\) As Byte\(\)$", ") As Variant", line)
            line = re.sub(r'(Optional ByVal \w+ As String) = ""', r"\1", line)
            line = line.replace("Command$", "CommandLine")
            line = re.sub(r"^MsgBox ", "Shown = ", line)
            arrays, texts = re.findall(r"VarPtr\((\w+)\(0\)\)", line), re.findall(r"StrPtr\((\w+)\)", line)
            line = re.sub(r"VarPtr\((\w+)\(0\)\)", r'VarPtr_("\1", \1)', line)
            line = re.sub(r"StrPtr\((\w+)\)", r'StrPtr_("\1", \1)', line)
            begins = re.match(r"(Public |Private )?(Function|Sub) ", line)
            procedure = procedure or bool(begins)
            if not procedure:
                head.append(line)
                continue
            if not begins and not re.match(r"((Dim|Else|ElseIf|End If|End Function|End Sub)\b|\w+:$)", line):
                body.append(f"At_ {first + number}")
                stands.add(first + number)
            body.append(line)
            # In the order in which they were made, backwards: that of the calls within calls too.
            made = [("VarPtr_", name) for name in arrays] + [("StrPtr_", name) for name in texts]
            made.sort(key=lambda one: line.index(f'{one[0]}("{one[1]}"'), reverse=True)
            if made and re.search(r" Then$", line):
                sys.exit(f"{file.name}:{number}: a pointer in a condition is not known here")
            body += [f'{"ReadArray" if how == "VarPtr_" else "ReadText"} "{name}", {name}' for how, name in made]
            if re.match(r"End (Function|Sub)$", line):
                procedure = False
    return ["Option VBASupport 1", "Option Explicit", *head, *SUPPORT.splitlines(), *ends, *body], stands


class Outside(unohelper.Base, XInvocation):
    """What Basic calls of this program."""

    def __init__(self, library):
        self.library = library

    def invoke(self, name, values, _numbers, _places):
        return getattr(self, name)(*values), (), ()

    def hasMethod(self, name):
        return True

    def hasProperty(self, name):
        return False

    def array(self, content):
        # Basic has no bytes for UNO but these.
        return self.library.allocate(content.value if isinstance(content, uno.ByteSequence) else bytes(content))

    def text(self, content, length):
        return self.library.allocate(units(content[:length]))

    def release(self, number):
        content = self.library.release(number)
        return tuple(content)

    def call(self, name, values):
        result, after = self.library.call(name, values)
        return (result, *after)


class Office:
    """A LibreOffice without a window, in a profile of its own."""

    def __init__(self, folder):
        pipe = f"graph-message-{os.getpid()}"
        self.process = subprocess.Popen(
            ["soffice", "--headless", "--norestore", "--nologo", f"-env:UserInstallation=file://{folder}/profile",
             f"--accept=pipe,name={pipe};urp;"],
            stderr=subprocess.DEVNULL,
        )
        resolver = uno.getComponentContext().ServiceManager.createInstance("com.sun.star.bridge.UnoUrlResolver")
        for _ in range(600):
            try:
                self.context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
                break
            except NoConnectException:
                time.sleep(0.1)
        else:
            sys.exit("LibreOffice did not start")
        self.libraries = self._new("com.sun.star.script.ApplicationScriptLibraryContainer")
        factory = self._new("com.sun.star.script.provider.MasterScriptProviderFactory")
        self.provider = factory.createScriptProvider("")

    def _new(self, service):
        return self.context.ServiceManager.createInstanceWithContext(service, self.context)

    def run(self, code, outside):
        """What Test of this module returns; None where it was not compiled."""
        if self.libraries.hasByName("Test"):
            self.libraries.removeLibrary("Test")
        self.libraries.createLibrary("Test").insertByName("Module", code)
        try:
            script = self.provider.getScript("vnd.sun.star.script:Test.Module.Test?language=Basic&location=application")
        except ScriptFrameworkErrorException:
            return None
        return script.invoke((outside,), (), ())[0]

    def close(self):
        try:
            self._new("com.sun.star.frame.Desktop").terminate()
        except Exception:  # It may be gone before it answers.
            pass
        self.process.wait()


class Mailbox:
    """The emulated one."""

    def __init__(self, url):
        self.url = url
        self.own = url.removesuffix("/v1.0") + "/_emulator/"

    def _ask(self, url, body=None):
        request = urllib.request.Request(url, json.dumps(body).encode() if body else None)
        request.add_header("Authorization", f"Bearer {TOKEN}")
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read() or "null")

    def draft(self):
        to = [{"emailAddress": {"address": "lee@fabrikam.example"}}]
        return self._ask(f"{self.url}/me/messages", {"subject": "x", "toRecipients": to})["id"]

    def fault(self, rule):
        self._ask(f"{self.own}faults", rule)

    def mails(self):
        return len(self._ask(f"{self.own}mails"))


def quoted(text):
    """A text as an expression of Basic, in units of UTF-16."""
    words = text.encode("utf-16-le", "surrogatepass")
    text = "".join(map(chr, struct.unpack(f"<{len(words) // 2}H", words)))
    parts = [f'"{part}"' if part.isascii() and part.isprintable() else f"ChrW({ord(part)})" for part in re.findall(r"[ -~]+|.", text, re.S)]
    return " & ".join(parts) or '""'


class Trial:
    """The modules as one Visual Basic reads them, with one library."""

    def __init__(self, office, folder, files, compiler, path):
        self.office, self.compiler = office, compiler
        self.code, self.stands = for_libreoffice(files, compiler)
        self.came = set()
        self.held = 0
        self.fresh(folder, path)

    def fresh(self, folder, path):
        """A library of its own, to which nothing was said yet."""
        copy = pathlib.Path(tempfile.mkdtemp(dir=folder)) / "libgraph_message.so"
        shutil.copy(path, copy)
        functions = {}
        for name, (_, arguments, result) in expected(read().functions).items():
            functions[name] = (result, [kind for _, kind in arguments])
        self.outside = Outside(Library(str(copy), functions))
        self.outside.library.dll = "graph_message.dll" if self.compiler == "win64" else "graph_message_stdcall.dll"

    def run(self, scenario):
        code = [*self.code, "Private Function Scenario() As Variant", *scenario, "End Function"]
        returned = self.office.run("\n".join(code), self.outside)
        if returned is None or isinstance(returned, str):
            sys.exit(f"{self.compiler}: {returned or 'is not compiled'}\n  in: {scenario}")
        answer, came, kept, self.shown = returned
        self.came |= {number for number, by in enumerate(came) if by}
        if kept:
            sys.exit(f"{self.compiler}: memory was not given back: {scenario}")
        return answer

    def result(self, call):
        status, sent, text, http_status, retry_after = self.run(
            ["Dim r As GraphResult", f"r = {call}", "Scenario = Array(r.Status, r.Sent, r.Text, r.HttpStatus, r.RetryAfterMs)"]
        )
        return {"status": status, "sent": sent, "text": text, "http_status": http_status, "retry_after": retry_after}

    def holds(self, what, is_, should):
        if is_ != should:
            sys.exit(f"{self.compiler}: {what}: {is_!r} and not {should!r}")
        self.held += 1

    def refused(self, what, call, part):
        answer = self.result(call)
        self.holds(what, (answer["status"], answer["sent"], part in answer["text"]), (1, 0, True))


def send(token, id, user=None):
    return f"GraphSend({', '.join(quoted(one) for one in (token, id, user) if one is not None)})"


def missing():
    """What is called where there is no DLL."""
    raise OSError("no DLL")


def tried(trial, mailbox, folder, path):
    begin, before = trial, mailbox.mails()
    begin.outside.library.graph_abi_version = lambda: 0
    begin.refused("an old DLL", send(TOKEN, mailbox.draft()), f"not sent: {begin.outside.library.dll} has ABI 0, and GraphMessageC.bas needs 1: ")
    begin.refused("settings for an old DLL", "GraphInit()", " has ABI 0, ")
    begin.outside.library.graph_abi_version = missing
    begin.refused("no DLL", send(TOKEN, mailbox.draft()), f"not sent: {begin.outside.library.dll} cannot be loaded: ")
    begin.refused("settings for no DLL", "GraphInit()", " cannot be loaded: ")
    del begin.outside.library.graph_abi_version
    begin.refused("a NUL", send(TOKEN + "\0", mailbox.draft()), "not sent: token holds a NUL")
    begin.refused("half a pair", send(TOKEN, "AAMk\ud83d"), "not sent: id holds half of a surrogate pair")
    begin.refused("a NUL in the user", send(TOKEN, "AAMk", "megan\0"), "not sent: user holds a NUL")
    begin.refused("a negative time", "GraphInit(, -1)", "timeout_ms is negative")
    begin.refused("a NUL in the proxy", "GraphInit(, , " + quoted("http://a\0") + ")", "proxy holds a NUL")
    begin.refused("a URL", 'GraphInit("ftp://example.com")', "base_url")
    begin.refused("a proxy", 'GraphInit(, , "ftp://example.com")', "proxy")
    file = "/no/d\u00e9j\u00e0/\U0001f600.pem"
    begin.refused("a file", f"GraphInit(, , , {quoted(file)})", file)
    begin.holds("nothing was sent", mailbox.mails(), before)

    begin.holds("the settings", begin.result(f"GraphInit({quoted(mailbox.url)}, 20000)")["status"], 0)
    draft = mailbox.draft()
    answer = begin.result(send(TOKEN, draft))
    begin.holds("a mail", (answer["status"], answer["sent"], answer["http_status"], mailbox.mails()), (0, 1, 202, before + 1))
    begin.holds("the ids for the log", re.search(r"request-id [0-9a-f-]{36}", answer["text"]) is not None, True)
    begin.refused("settings too late", "GraphInit()", "graph_init")
    # Another draft: one that was accepted is known by its id, whatever the mailbox is called.
    answer = begin.result(send(TOKEN, mailbox.draft(), "zo\u00eb@contoso.example"))
    begin.holds("no such mailbox", (answer["status"], answer["sent"], answer["http_status"]), (22, 0, 404))
    # More milliseconds than a Long has.
    mailbox.fault({"on": "send", "do": "429", "retry_after": "3000000"})
    answer = begin.result(send(TOKEN, mailbox.draft()))
    begin.holds("a long wait", (answer["status"], answer["sent"], answer["retry_after"]), (24, 0, 3e9))
    begin.holds("a name", begin.run(["Scenario = GraphStatusName(GRAPH_UNKNOWN)"]), "GRAPH_UNKNOWN")
    begin.holds("a name", begin.run(["Scenario = GraphStatusName(4711)"]), "unlisted")
    begin.holds("no text", begin.run(["Scenario = FromUtf8(0)"]), "")
    for folder_, loaded in ("C:\\D\u00e9j\u00e0 vu", True), ("C:\\", False):
        begin.holds("GraphLoad", bool(begin.run([f"Scenario = GraphLoad({quoted(folder_)})"])), loaded)

    for line, code, sent, shown in (
        (f"{TOKEN} {mailbox.draft()} {mailbox.url}", None, 1, "sent"),
        (f"{TOKEN} AAMkNoSuchMessage {mailbox.url}", 1, 0, "not sent: "),
        (f"send-only-token {mailbox.draft()} {mailbox.url}", 2, 1, "may have been sent: "),
        ("", 64, 0, "usage: "),
        (f"{TOKEN} id {mailbox.url} more", 64, 0, "usage: "),
    ):
        # A token that may not look leaves the doubt.
        if code == 2:
            mailbox.fault({"on": "send", "do": "accept-then-504"})
        trial.fresh(folder, path)
        before = mailbox.mails()
        trial.run([f"CommandLine = {quoted(line)}", "Main"])
        trial.holds("the example", (trial.outside.library.exited, mailbox.mails() - before), (code, sent))
        trial.holds("what it shows", trial.shown.startswith(shown), True)

    missed = sorted(trial.stands - trial.came)
    trial.holds("lines that nothing goes through", missed, [])


def main():
    source, url, path = sys.argv[1:]
    files = [pathlib.Path(source) / name for name in (*MODULES, "example.bas")]
    with tempfile.TemporaryDirectory() as folder:
        office = Office(folder)
        try:
            for compiler in COMPILERS:
                trial = Trial(office, folder, files, compiler, path)
                tried(trial, Mailbox(url), folder, path)
                print(f"{compiler:8} {trial.held} checks held in LibreOffice Basic, {len(trial.stands)} lines were run")
        finally:
            office.close()


main()
