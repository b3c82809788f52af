"""R: constants, the functions of R, and the C that .Call reaches them through."""

from .header import Kind

BEFORE = """\
/* The C interface of graph-message as .Call takes it, written by bindings/declare. What each function does is told by
   include/graph_message.h; conversions.h has what turns R's values into C's and back. */
#include "conversions.h"

"""
BEFORE_R = """\
# The C interface of graph-message, written by bindings/declare. What each function does is told by
# include/graph_message.h; graph_client, graph_send and graph_check are what a program uses. What C fills in becomes a
# list, and the garbage collector frees what is dropped.

"""
BEFORE_RD = """\
% Written by bindings/declare.
\\name{C interface}
"""
ABOUT_RD = """\
\\title{The C interface as it is}
\\description{
  Functions and constants of the C library under their own names. A program uses \\code{\\link{graph_client}},
  \\code{\\link{graph_send}} and \\code{\\link{graph_check}} instead. What each does is told by \\file{graph_message.h}.
  A text is one string, a raw vector of UTF-8, or \\code{NULL}. What C fills in becomes a list, as shown.
}
\\keyword{internal}
"""
# In graph_message.c: the log function must live as long as what logs, and R frees its texts itself.
BY_HAND = {"graph_options_set_log", "graph_init", "graph_client_new", "graph_string_free"}
TAKEN = {
    Kind.TEXT: "text_of({})",
    Kind.STATUS: "signed_of({})",
    Kind.INT32: "signed_of({})",
    Kind.UINT32: "unsigned_of({})",
}
GIVEN = {
    Kind.TEXT: "from_text({})",
    Kind.STATUS: "Rf_ScalarInteger({})",
    Kind.INT32: "Rf_ScalarInteger({})",
    Kind.UINT32: "Rf_ScalarReal({})",
    Kind.INT32_PLACE: "Rf_ScalarInteger({})",
    Kind.UINT32_PLACE: "Rf_ScalarReal({})",
    Kind.BUFFER: "from_text({})",
}
FILLED = {Kind.HANDLE_PLACE, Kind.INT32_PLACE, Kind.UINT32_PLACE, Kind.BUFFER}


def is_free(function, api):
    """One of those that KIND makes."""
    return function.name in [f"graph_{handle}_free" for handle in api.handles]


def filled(function):
    """What C writes into, by its name in the list: that of the object, if it is one."""
    return {one.of or one.name: one for one in function.parameters if one.kind in FILLED}


def passed(function):
    """What R passes."""
    sizes = [after for one, after in zip(function.parameters, function.parameters[1:]) if one.kind == Kind.BUFFER]
    contexts = [one for one in function.parameters if one.kind == Kind.CONTEXT]
    return [one for one in function.parameters if one.kind not in FILLED and one not in sizes + contexts]


def given(value, c):
    return f"from_{value.of}({c})" if value.of else GIVEN[value.kind].format(c)


def taken(value):
    r_name = f"r_{value.name}"
    return f"{value.of}_of({r_name})" if value.kind == Kind.HANDLE else TAKEN[value.kind].format(r_name)


def pointed(value):
    """A variable for what C fills in, and how C is told of it."""
    if value.kind == Kind.BUFFER:
        return f"    char {value.name}[2000];\n", value.name
    c_type = value.c_type.removesuffix("*").rstrip()
    space = "" if c_type.endswith("*") else " "
    empty = "NULL" if value.kind == Kind.HANDLE_PLACE else "0"
    return f"    {c_type}{space}{value.name} = {empty};\n", f"&{value.name}"


def heading(function):
    return f"SEXP r_{function.name}({', '.join(f'SEXP r_{one.name}' for one in passed(function)) or 'void'})"


def glue(function):
    lines, arguments = "", []
    for one, before in zip(function.parameters, [None, *function.parameters]):
        if one in passed(function):
            space = "" if one.c_type.endswith("*") else " "
            lines += f"    {one.c_type}{space}{one.name} = {taken(one)};\n"
            arguments.append(one.name)
        elif one.kind in FILLED:
            line, argument = pointed(one)
            lines += line
            arguments.append(argument)
        else:
            arguments.append(f"sizeof {before.name}")
    call = f"{function.name}({', '.join(arguments)})"
    if function.result.kind == Kind.NOTHING:
        lines += f"    {call};\n    return R_NilValue;\n"
    elif not filled(function):
        lines += f"    return {given(function.result, call)};\n"
    else:
        # What waits for the network logs, and runs R by that.
        names = "".join(f'"{name}", ' for name in filled(function))
        lines += f'    const char *names[] = {{"status", {names}""}};\n    graph_status status;\n    SEXP list;\n'
        lines += f"    begin_call();\n    status = {call};\n    end_call();\n"
        lines += "    list = PROTECT(Rf_mkNamed(VECSXP, names));\n"
        elements = [GIVEN[Kind.STATUS].format("status"), *(given(one, one.name) for one in filled(function).values())]
        lines += "".join(f"    SET_VECTOR_ELT(list, {at}, {element});\n" for at, element in enumerate(elements))
        lines += "    UNPROTECT(1);\n    return list;\n"
    return f"{heading(function)}\n{{\n{lines}}}\n\n"


def write_c(api):
    text = BEFORE + "".join(f"KIND({one})\n" for one in api.handles) + "\n"
    text += "".join(glue(one) for one in api.functions if one.name not in BY_HAND and not is_free(one, api))
    text += "".join(f"{heading(one)};\n" for one in api.functions if one.name in BY_HAND)
    text += "\nstatic const R_CallMethodDef functions[] = {\n"
    for one in api.functions:
        text += f'    {{"r_{one.name}", (DL_FUNC)r_{one.name}, {len(passed(one))}}},\n'
    return text + "    {NULL, NULL, 0},\n};\n\nvoid R_init_graphmessage(DllInfo *library)\n{\n" + (
        "    R_registerRoutines(library, NULL, functions, NULL, NULL);\n    R_useDynamicSymbols(library, FALSE);\n}\n"
    )


def listed(function):
    return ", ".join(one.name for one in passed(function))


def write_r(api):
    text = BEFORE_R
    for group in api.groups:
        text += f"# {group.about}\n" + "".join(f"{name} <- {value}L\n" for name, value in group.constants) + "\n"
    for one in api.functions:
        call = f'.Call("r_{one.name}"{"".join(f", {value.name}" for value in passed(one))}, PACKAGE = "graphmessage")\n'
        line = f"{one.name} <- function({listed(one)})"
        text += f"{line} {call}" if len(line + call) <= 120 else f"{line}\n  {call}"
    return text


def write_rd(api):
    aliases = sorted([name for name, _ in api.constants] + [one.name for one in api.functions])
    text = BEFORE_RD + "".join(f"\\alias{{{name}}}\n" for name in aliases) + ABOUT_RD
    text += "\\section{Functions}{\n  \\itemize{\n"
    for one in api.functions:
        names = ", ".join(f"\\code{{{name}}}" for name in ["status", *filled(one)])
        text += f"    \\item \\code{{{one.name}({listed(one)})}}\n"
        text += f"      gives a list of {names}\n" if filled(one) else ""
    text += "  }\n}\n\\section{Constants}{\n  \\itemize{\n"
    for group in api.groups:
        names = ",\n      ".join(f"\\code{{{name}}}" for name, _ in group.constants)
        text += f"    \\item {group.about}\n      {names}\n"
    return text + "  }\n}\n"


FILES = {"r/src/declarations.c": write_c, "r/R/declarations.R": write_r, "r/man/declarations.Rd": write_rd}
