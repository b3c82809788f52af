"""Visual Basic 6 and VBA: a module of declarations, for 64 bit and for 32 bit."""

import textwrap

from .header import Kind

BEFORE = """\
Attribute VB_Name = "GraphMessageC"
Option Explicit

' The C interface of graph-message as it is, written by bindings/declare. What each function does is told by
' include/graph_message.h; the module GraphMessage is what a program uses.
'
' Texts go in as a pointer to NUL-terminated UTF-8, 0 is NULL; unsigned numbers are Longs. Visual Basic does not tell
' upper from lower case, so graph_abi_version has another name here, and each Alias keeps a name as the DLL writes it.
' 32-bit Visual Basic, that of Office too, calls stdcall functions only; on 64 bit there is one convention. Win64 is
' known to VBA7 alone, which is where PtrSafe and LongPtr are.
"""
NUMBERS = {Kind.STATUS, Kind.INT32, Kind.UINT32}
PLACES = {Kind.HANDLE_PLACE, Kind.TEXT_PLACE}
NUMBER_PLACES = {Kind.INT32_PLACE, Kind.UINT32_PLACE}
# Words of the language.
WORDS = {"call": "call_", "err": "err_", "error": "err_", "log": "log_", "string": "text", "type": "type_"}
RENAMED = {"graph_abi_version": "graph_loaded_abi_version"}


def parameter(value, pointer):
    name = WORDS.get(value.name, value.name)
    if value.kind in NUMBERS:
        return f"ByVal {name} As Long"
    if value.kind in NUMBER_PLACES:
        return f"ByRef {name} As Long"
    return f"{'ByRef' if value.kind in PLACES else 'ByVal'} {name} As {pointer}"


def declared(function, is_wide):
    pointer = "LongPtr" if is_wide else "Long"
    kind, result = "Sub", ""
    if function.result.kind != Kind.NOTHING:
        kind, result = "Function", f" As {'Long' if function.result.kind in NUMBERS else pointer}"
    name = RENAMED.get(function.name, function.name)
    library = "graph_message.dll" if is_wide else "graph_message_stdcall.dll"
    head = f"    Public Declare {'PtrSafe ' if is_wide else ''}{kind} {name} Lib \"{library}\" _\n"
    # Cut between arguments only.
    listed = ", ".join(parameter(one, pointer).replace(" ", "\0") for one in function.parameters)
    line = f'Alias\0"{function.name}"\0({listed}){result.replace(" ", chr(0))}'
    lines = textwrap.wrap(line, 100, break_long_words=False)
    return head + "        " + " _\n        ".join(lines).replace("\0", " ") + "\n"


def write(api):
    text = BEFORE
    for group in api.groups:
        text += f"\n' {group.about}\n"
        text += "".join(f"Public Const {name} As Long = {value}\n" for name, value in group.constants)
    text += "\n#If Win64 Then\n" + "".join(declared(one, True) for one in api.functions)
    text += "#Else\n" + "".join(declared(one, False) for one in api.functions) + "#End If\n"
    # As the editor of Visual Basic keeps its files.
    return text.replace("\n", "\r\n")


FILES = {"vb6/GraphMessageC.bas": write}
