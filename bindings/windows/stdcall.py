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

from header import HEADER, read


def callback(name, result, arguments):
    """A cdecl function that calls a stdcall one. It finds that by its context, which is kept for good: a client may use it
    for as long as the process lives. The same function and context give the same place."""
    context = arguments[0]
    if (result, context.type) != ("void", "void *"):
        sys.exit(f"stdcall.py: {name} does not begin with a context, or returns something")
    listed = ", ".join(one.text for one in arguments)
    passed = ", ".join(["kept->context"] + [one.name for one in arguments[1:]])
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


def function(result, name, arguments):
    listed = ", ".join(f"{one.type}_stdcall {one.name}" if one.is_callback else one.text for one in arguments) or "void"
    call = "" if result == "void" else "return "
    taken = [one.name for one in arguments]
    before = ""
    for at, one in enumerate(arguments):
        if one.is_callback:
            if at + 1 == len(arguments) or arguments[at + 1].type != "void *" or result != "graph_status":
                sys.exit(f"stdcall.py: {name} takes a callback without a context, or returns no status")
            context = arguments[at + 1].name
            before += f"""    if ({one.name}) {{
        kept = {one.type}_keep({one.name}, {context});
        if (!kept) return GRAPH_INTERNAL; /* no memory: nothing was set */
    }}
"""
            before = f"    struct {one.type}_kept *kept = NULL;\n" + before
            taken[at : at + 2] = [f"{one.name} ? {one.type}_pass_on : NULL", "kept"]
    return f"""
{result} __stdcall {name}_stdcall({listed})
{{
{before}    {call}{name}({", ".join(taken)});
}}
"""


def main():
    folder = pathlib.Path(sys.argv[1])
    header = HEADER.read_text()
    callbacks, functions = read(header)
    code = ["/* Written by stdcall.py. */\n#include <stdlib.h>\n#include <windows.h>\n\n#include \"graph_message.h\"\n"]
    code += [callback(name, *parts) for name, parts in callbacks.items()]
    code += [function(*parts) for parts in functions]
    (folder / "stdcall.c").write_text("".join(code))

    exports, imports = ["EXPORTS"], ["LIBRARY graph_message_stdcall.dll", "EXPORTS"]
    for _, name, arguments in functions:
        decorated = f"@{4 * len(arguments)}"
        exports.append(f"    {name} = {name}_stdcall{decorated}")
        imports.append(f"    {name}{decorated}")
    (folder / "exports.def").write_text("\n".join(exports) + "\n")
    (folder / "imports.def").write_text("\n".join(imports) + "\n")

    header = header.replace("cdecl on every platform", "stdcall in this library")
    header = header.replace("#include <stdint.h>\n", "#include <stdint.h>\n\n#define GRAPH_CALL __stdcall\n", 1)
    for name in callbacks:
        header = header.replace(f"(*{name})", f"(GRAPH_CALL *{name})")
    for _, name, _ in functions:
        header = re.sub(rf"^((?:const )?\w+ \**)({name}\()", r"\1GRAPH_CALL \2", header, flags=re.M)
    if header.count("GRAPH_CALL ") != 1 + len(callbacks) + len(functions):
        sys.exit("stdcall.py: the header has other prototypes than were read")
    (folder / "include").mkdir(exist_ok=True)
    (folder / "include/graph_message.h").write_text(header)


main()
