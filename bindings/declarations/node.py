"""Node.js: constants, and the functions as koffi reads them."""

from .header import Kind

BEFORE = """\
'use strict';

// The C interface of graph-message for koffi, written by bindings/declare. What each function does is told by
// include/graph_message.h; graph_message.cjs is what a program uses.
"""
TYPES = {
    Kind.NOTHING: "void",
    Kind.STATUS: "int32_t",
    Kind.INT32: "int32_t",
    Kind.UINT32: "uint32_t",
    Kind.TEXT: "const char *",
    Kind.HANDLE: "void *",
    Kind.HANDLE_PLACE: "_Out_ void **",
    Kind.TEXT_PLACE: "_Out_ void **",
    Kind.INT32_PLACE: "_Out_ int32_t *",
    Kind.UINT32_PLACE: "_Out_ uint32_t *",
    Kind.BUFFER: "_Out_ char *",
}


def typed(value):
    # Objects, contexts, callbacks, and what is freed later.
    return TYPES.get(value.kind, "void *")


def declared(function):
    listed = ", ".join(f"{typed(one)} {one.name}" for one in function.parameters) or "void"
    return f"{typed(function.result)} {function.name}({listed})"


def write(api):
    text = BEFORE + "\nconst constants = Object.freeze({\n"
    for group in api.groups:
        text += f"  // {group.about}\n"
        text += "".join(f"  {name}: {value},\n" for name, value in group.constants)
    text += "});\n\n// What the library calls: the result, and the arguments.\nconst callbacks = {\n"
    for one in api.callbacks:
        listed = ", ".join(f"'{typed(value)}'" for value in one.parameters)
        text += f"  {one.name}: ['{typed(one.result)}', [{listed}]],\n"
    text += "};\n\n// By their names.\nconst functions = {\n"
    for one in api.functions:
        line = f"  {one.name}: '{declared(one)}',\n"
        text += line if len(line) <= 121 else f"  {one.name}:\n    '{declared(one)}',\n"
    return text + "};\n\nmodule.exports = { constants, callbacks, functions };\n"


FILES = {"node/declarations.cjs": write}
