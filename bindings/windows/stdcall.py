#!/usr/bin/env python3
"""Writes, from include/graph_message.h, what makes the stdcall library: stdcall.py FOLDER

stdcall.c            a stdcall function for each function of the header, which calls it
exports.def          for the linker: the exported names, undecorated, and the functions behind them
imports.def          for dlltool: the names as a C compiler decorates them
include/             the header for C programs that use the stdcall library
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from declarations.header import HEADER, Kind, read


def callback(one):
    """A cdecl function that calls a stdcall one. It finds that by its context, which is kept for good: a client may use it
    for as long as the process lives. The same function and context give the same place."""
    name, result, (context, *others) = one.name, one.result.c_type, one.parameters
    if (one.result.kind, context.kind) != (Kind.NOTHING, Kind.CONTEXT):
        sys.exit(f"stdcall.py: {name} does not begin with a context, or returns something")
    listed = ", ".join(value.c for value in one.parameters)
    passed = ", ".join(["kept->context"] + [value.name for value in others])
    return f"""
typedef {result} (__stdcall *{name}_stdcall)({listed});

struct {name}_kept {{
    {name}_stdcall function;
    void *context;
    struct {name}_kept *next;
}};

static struct {name}_kept *volatile {name}_all;

static {result} {name}_pass_on({listed})
{{
    const struct {name}_kept *kept = {context.name};
    kept->function({passed});
}}

static struct {name}_kept *{name}_keep({name}_stdcall function, void *context)
{{
    struct {name}_kept *first, *kept, *made = NULL;
    do {{
        first = {name}_all;
        for (kept = first; kept; kept = kept->next) {{
            if (kept->function == function && kept->context == context) {{
                free(made);
                return kept;
            }}
        }}
        if (!made) made = malloc(sizeof *made);
        if (!made) return NULL;
        made->function = function;
        made->context = context;
        made->next = first;
    }} while (InterlockedCompareExchangePointer((PVOID volatile *)&{name}_all, made, first) != first);
    return made;
}}
"""


def function(one):
    name, result = one.name, one.result.c_type
    listed = ", ".join(f"{value.c_type}_stdcall {value.name}" if value.kind == Kind.CALLBACK else value.c for value in one.parameters)
    call = "" if one.result.kind == Kind.NOTHING else "return "
    taken = [value.name for value in one.parameters]
    before = ""
    for at, value in enumerate(one.parameters):
        if value.kind == Kind.CALLBACK:
            if one.parameters[at + 1].kind != Kind.CONTEXT or one.result.kind != Kind.STATUS:
                sys.exit(f"stdcall.py: {name} takes a callback without a context, or returns no status")
            context = one.parameters[at + 1].name
            before += f"""    if ({value.name}) {{
        kept = {value.c_type}_keep({value.name}, {context});
        if (!kept) return GRAPH_INTERNAL; /* no memory: nothing was set */
    }}
"""
            before = f"    struct {value.c_type}_kept *kept = NULL;\n" + before
            taken[at : at + 2] = [f"{value.name} ? {value.c_type}_pass_on : NULL", "kept"]
    return f"""
{result} __stdcall {name}_stdcall({listed or "void"})
{{
{before}    {call}{name}({", ".join(taken)});
}}
"""


def main():
    folder = pathlib.Path(sys.argv[1])
    header = HEADER.read_text()
    api = read()
    code = ["/* Written by stdcall.py. */\n#include <stdlib.h>\n#include <windows.h>\n\n#include \"graph_message.h\"\n"]
    code += [callback(one) for one in api.callbacks]
    code += [function(one) for one in api.functions]
    (folder / "stdcall.c").write_text("".join(code))

    exports, imports = ["EXPORTS"], ["LIBRARY graph_message_stdcall.dll", "EXPORTS"]
    for one in api.functions:
        # Each argument takes four bytes of the stack: the model knows none that is wider.
        decorated = f"@{4 * len(one.parameters)}"
        exports.append(f"    {one.name} = {one.name}_stdcall{decorated}")
        imports.append(f"    {one.name}{decorated}")
    (folder / "exports.def").write_text("\n".join(exports) + "\n")
    (folder / "imports.def").write_text("\n".join(imports) + "\n")

    header = header.replace("cdecl on every platform", "stdcall in this library")
    header = header.replace("#include <stdint.h>\n", "#include <stdint.h>\n\n#define GRAPH_CALL __stdcall\n", 1)
    for one in api.callbacks:
        header = header.replace(f"(*{one.name})", f"(GRAPH_CALL *{one.name})")
    for one in api.functions:
        header = re.sub(rf"^((?:const )?\w+ \**)({one.name}\()", r"\1GRAPH_CALL \2", header, flags=re.M)
    if header.count("GRAPH_CALL ") != 1 + len(api.callbacks) + len(api.functions):
        sys.exit("stdcall.py: the header has other prototypes than were read")
    (folder / "include").mkdir(exist_ok=True)
    (folder / "include/graph_message.h").write_text(header)


main()
