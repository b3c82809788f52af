"""Ada: the thin binding, a package that Graph_Message builds on."""

from .header import Kind


BEFORE = """\
--  The C interface of graph-message as it is, written by bindings/declare. What each function does is told by
--  include/graph_message.h; the package Graph_Message is what a program uses.

with Interfaces;
with Interfaces.C.Strings;
with System;

package Graph_Message_C is

   subtype Int32 is Interfaces.Integer_32;
   subtype UInt32 is Interfaces.Unsigned_32;
   subtype Text is Interfaces.C.Strings.chars_ptr;
   subtype Graph_Status is Int32;
"""
TYPES = {
    Kind.STATUS: "Graph_Status",
    Kind.INT32: "Int32",
    Kind.UINT32: "UInt32",
    Kind.TEXT: "Text",
    Kind.STRING: "Text",
    Kind.TEXT_PLACE: "out Text",
    Kind.INT32_PLACE: "out Int32",
    Kind.UINT32_PLACE: "out UInt32",
    Kind.BUFFER: "System.Address",
    Kind.BYTES: "System.Address",
    Kind.CONTEXT: "System.Address",
}
# As Ada writes them.
UPPER = {"abi", "ca", "http", "ok", "url"}
# Ada does not tell upper from lower case: these would be names of constants.
RENAMED = {"graph_abi_version": "Graph_Loaded_ABI_Version"}


def cased(name):
    return "_".join(part.upper() if part in UPPER else part.capitalize() for part in name.lower().split("_"))


def typed(value):
    match value.kind:
        case Kind.HANDLE:
            return f"{cased(value.of)}_Handle"
        case Kind.HANDLE_PLACE:
            return f"out {cased(value.of)}_Handle"
        case Kind.CALLBACK:
            return cased(f"graph_{value.of}")
        case _:
            return TYPES[value.kind]


def parameters(function):
    return "; ".join(f"{cased(one.name)} : {typed(one)}" for one in function.parameters)


def declared(function):
    is_procedure = function.result.kind == Kind.NOTHING
    listed = parameters(function)
    head = f"   {'procedure' if is_procedure else 'function'} {RENAMED.get(function.name, cased(function.name))}"
    tail = "" if is_procedure else f" return {typed(function.result)}"
    line = f"{head}{f' ({listed})' if listed else ''}{tail}"
    if len(line) > 120:
        line = f"{head}\n     ({listed.replace('; ', f';{chr(10)}      ')}){tail}"
    return f'{line}\n     with Import, Convention => C, External_Name => "{function.name}";\n'


def write(api):
    text = BEFORE
    width = max(len(name) for name, _ in api.constants)
    for group in api.groups:
        text += f"\n   --  {group.about}\n"
        text += "".join(f"   {cased(name):{width}} : constant Int32 := {value};\n" for name, value in group.constants)
    text += "\n" + "".join(f"   type {cased(name)}_Handle is new System.Address;\n" for name in api.handles)
    text += "\n   --  What the library calls must not raise.\n"
    for one in api.callbacks:
        text += f"   type {cased(one.name)} is access procedure ({parameters(one)}) with Convention => C;\n"
    return text + "\n" + "".join(declared(one) for one in api.functions) + "\nend Graph_Message_C;\n"


FILES = {"ada/graph_message_c.ads": write}
