"""Lua: what LuaJIT's ffi.cdef reads."""

import textwrap

BEFORE = """\
-- The C interface of graph-message for LuaJIT's ffi, written by bindings/declare. What each function does is told by
-- include/graph_message.h; graph_message.lua is what a program uses.
return [[
"""


def declared(function):
    return textwrap.fill(f"{function.c};", 120, subsequent_indent="    ", break_long_words=False) + "\n"


def write(api):
    text = BEFORE
    for group in api.groups:
        text += f"// {group.about}\n"
        text += "".join(f"static const int {name} = {value};\n" for name, value in group.constants)
    text += "\n" + "".join(f"{one};\n" for one in api.typedefs)
    return text + "\n" + "".join(declared(one) for one in api.functions) + "]]\n"


FILES = {"lua/graph_message_c.lua": write}
