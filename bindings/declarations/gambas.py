"""Gambas: the constants and external functions in GraphMessage.class, between two lines.

They are no class of their own: GraphMessage would have to inherit it, and Gambas crashes where an inherited external
function is called.
"""

import pathlib
import sys

from .header import Kind

CLASS = pathlib.Path(__file__).resolve().parents[1] / "gambas/GraphMessage.class"
BEGIN = "' The C interface as it is, written by bindings/declare from here ...\n"
END = "\n' ... to here.\n"
BEFORE = """\
'
' Every text goes in as a pointer to NUL-terminated UTF-8, because Gambas makes no difference between "" and NULL; texts
' that come back are copied by Gambas. Unsigned numbers are Integers. A declaration must stand on one line.

Library "libgraph_message:1"
"""
NUMBERS = {Kind.STATUS, Kind.INT32, Kind.UINT32}
# Gambas does not tell upper from lower case: these would be names of constants.
RENAMED = {"graph_abi_version": "graph_loaded_abi_version"}


def parameter(value):
    camel = "".join(part.capitalize() for part in value.name.split("_"))
    return f"i{camel} As Integer" if value.kind in NUMBERS else f"p{camel} As Pointer"


def result(value):
    match value.kind:
        case Kind.NOTHING:
            return ""
        case Kind.TEXT:
            return " As String"
        case _:
            return " As Integer" if value.kind in NUMBERS else " As Pointer"


def declared(function):
    name = RENAMED.get(function.name, function.name)
    bound = f' Exec "{function.name}"' if name != function.name else ""
    listed = ", ".join(parameter(one) for one in function.parameters)
    return f"Public Extern {name}({listed}){result(function.result)}{bound}\n"


def interface(api):
    text = BEFORE
    for group in api.groups:
        text += f"\n' {group.about}\n"
        text += "".join(f"Public Const {name} As Integer = {value}\n" for name, value in group.constants)
    return text + "\n" + "".join(declared(one) for one in api.functions)


def write(api):
    """The class as it is, with the interface written anew."""
    text = CLASS.read_text()
    if (text.count(BEGIN), text.count(END)) != (1, 1):
        sys.exit(f"{CLASS.name}: the lines are not there between which the declarations belong")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    return before + BEGIN + interface(api) + END + after


FILES = {"gambas/GraphMessage.class": write}
