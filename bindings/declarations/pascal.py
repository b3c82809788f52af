"""Pascal: what the unit GraphMessage includes."""

import textwrap

from .header import Kind

BEFORE = """\
{ The C API of graph_message.h, written by bindings/declare; the unit GraphMessage includes it. }
"""
TYPES = {
    Kind.STATUS: "graph_status",
    Kind.INT32: "Integer",
    Kind.UINT32: "Cardinal",
    Kind.TEXT: "PAnsiChar",
    Kind.STRING: "PAnsiChar",
    Kind.TEXT_PLACE: "PPAnsiChar",
    Kind.INT32_PLACE: "PInteger",
    Kind.UINT32_PLACE: "PCardinal",
    Kind.BUFFER: "PAnsiChar",
    Kind.BYTES: "Pointer",
    Kind.CONTEXT: "Pointer",
}
# Words of the language.
WORDS = {"string": "text", "type": "type_"}
# Pascal does not tell upper from lower case: these would be names of constants.
RENAMED = {"graph_abi_version": "graph_library_abi_version"}


def typed(value):
    match value.kind:
        case Kind.HANDLE:
            return f"Pgraph_{value.of}"
        case Kind.HANDLE_PLACE:
            return f"PPgraph_{value.of}"
        case Kind.CALLBACK:
            return f"graph_{value.of}"
        case _:
            return TYPES[value.kind]


def listed(function):
    names = "; ".join(f"{WORDS.get(one.name, one.name)}: {typed(one)}" for one in function.parameters)
    return f"({names})" if names else ""


def declared(function):
    is_procedure = function.result.kind == Kind.NOTHING
    kind, result = ("procedure", "") if is_procedure else ("function", f": {typed(function.result)}")
    name = RENAMED.get(function.name, function.name)
    bound = f" name '{function.name}'" if name != function.name else ""
    line = f"{kind} {name}{listed(function)}{result}; cdecl; external GraphLibrary{bound};"
    return "\n".join(textwrap.wrap(line, 118, subsequent_indent="  ")) + "\n"


def write(api):
    text = BEFORE + "const\n"
    for group in api.groups:
        text += f"  // {group.about}\n"
        text += "".join(f"  {name} = {value};\n" for name, value in group.constants)
    text += "\ntype\n  graph_status = Integer;\n"
    for of in api.handles:
        text += f"  graph_{of} = record end;\n  Pgraph_{of} = ^graph_{of};\n  PPgraph_{of} = ^Pgraph_{of};\n"
    text += "  PPAnsiChar = ^PAnsiChar;\n  PInteger = ^Integer;\n  PCardinal = ^Cardinal;\n"
    text += "".join(f"  {one.name} = procedure{listed(one)}; cdecl;\n" for one in api.callbacks)
    return text + "\n" + "".join(declared(one) for one in api.functions)


FILES = {"pascal/GraphMessageC.inc": write}
