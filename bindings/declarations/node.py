"""Node.js: constants, and the functions as koffi reads them; and the types of both for TypeScript."""

import textwrap

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
    Kind.HANDLE_PLACE: "_Out_ void **",
    Kind.TEXT_PLACE: "_Out_ void **",
    Kind.INT32_PLACE: "_Out_ int32_t *",
    Kind.UINT32_PLACE: "_Out_ uint32_t *",
    Kind.BUFFER: "_Out_ char *",
}
BEFORE_TYPES = """\
// The types of declarations.cjs and of the functions that koffi makes of it, written by bindings/declare.

/** An address; null is NULL. */
export type Pointer = bigint | null;

/** UTF-8, which a NUL ends where it is bytes; null is NULL. */
export type Text = string | Uint8Array | null;

/** A function of C. `async` runs it on another thread, and calls back. */
export type Native<F extends (...given: any[]) => any> = F & {
  async(...given: [...Parameters<F>, (error: Error | null, result: ReturnType<F>) => void]): void;
};
"""
TYPESCRIPT = {
    Kind.NOTHING: "void",
    Kind.STATUS: "number",
    Kind.INT32: "number",
    Kind.UINT32: "number",
    Kind.TEXT: "Text",
    Kind.HANDLE_PLACE: "[Pointer]",
    Kind.TEXT_PLACE: "[Pointer]",
    Kind.INT32_PLACE: "[number]",
    Kind.UINT32_PLACE: "[number]",
    Kind.BUFFER: "Uint8Array",
}


def typed(value):
    # Objects, contexts, callbacks, and what is freed later.
    return TYPES.get(value.kind, "void *")


def spaced(c_type, name):
    return f"{c_type}{'' if c_type.endswith('*') else ' '}{name}"


def declared(function):
    listed = ", ".join(spaced(typed(one), one.name) for one in function.parameters) or "void"
    return f"{spaced(typed(function.result), function.name)}({listed})"


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
        lines = [f"'{line}'" for line in textwrap.wrap(declared(one), 112, drop_whitespace=False)]
        shown = "\n    + ".join(lines)
        beside = len(f"  {one.name}: {shown},") <= 120
        text += f"  {one.name}: {shown},\n" if beside else f"  {one.name}:\n    {shown},\n"
    return text + "};\n\nmodule.exports = { constants, callbacks, functions };\n"


def typescript(value):
    return TYPESCRIPT.get(value.kind, "Pointer")


def write_types(api):
    text = BEFORE_TYPES + "\nexport declare const constants: {\n"
    for group in api.groups:
        text += f"  // {group.about}\n"
        text += "".join(f"  readonly {name}: {value};\n" for name, value in group.constants)
    text += "};\n\nexport interface Library {\n"
    for one in api.functions:
        listed = ", ".join(f"{value.name}: {typescript(value)}" for value in one.parameters)
        result = "string" if one.result.kind == Kind.TEXT else typescript(one.result)
        line = f"readonly {one.name}: Native<({listed}) => {result}>;"
        text += "".join(f"  {part}\n" for part in textwrap.wrap(line, 118, subsequent_indent="  "))
    return text + "}\n"


FILES = {"node/declarations.cjs": write, "node/declarations.d.ts": write_types}
