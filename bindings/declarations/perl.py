"""Perl: constants, and the functions as FFI::Platypus attaches them."""

from .header import Kind

BEFORE = """\
package Graph::Message::C;

# The C interface of graph-message for FFI::Platypus, written by bindings/declare. What each function does is told by
# include/graph_message.h; Graph::Message is what a program uses.

use strict;
use warnings;

our %CONSTANTS = (
"""
TYPES = {
    Kind.NOTHING: "void",
    Kind.STATUS: "sint32",
    Kind.INT32: "sint32",
    Kind.UINT32: "uint32",
    Kind.TEXT: "string",
    Kind.HANDLE_PLACE: "opaque*",
    Kind.TEXT_PLACE: "opaque*",
    Kind.INT32_PLACE: "sint32*",
    Kind.UINT32_PLACE: "uint32*",
}


def typed(value):
    # Objects, buffers, contexts.
    return f"graph_{value.of}" if value.kind == Kind.CALLBACK else TYPES.get(value.kind, "opaque")


def declared(function):
    listed = ", ".join(f"'{typed(one)}'" for one in function.parameters)
    line = f"    [{function.name} => [{listed}] => '{typed(function.result)}'],\n"
    return line if len(line) <= 121 else f"    [{function.name} =>\n        [{listed}] => '{typed(function.result)}'],\n"


def write(api):
    text = BEFORE
    for group in api.groups:
        text += f"    # {group.about}\n"
        text += "".join(f"    {name} => {value},\n" for name, value in group.constants)
    text += ");\n\n# What the library calls.\nour %CALLBACKS = (\n"
    for one in api.callbacks:
        text += f"    {one.name} => '({','.join(typed(value) for value in one.parameters)})->{typed(one.result)}',\n"
    text += ");\n\n# 'opaque*' is a reference to a pointer that the function fills in. A 'string' result is copied at once.\n"
    return text + "our @FUNCTIONS = (\n" + "".join(declared(one) for one in api.functions) + ");\n\n1;\n"


FILES = {"perl/lib/Graph/Message/C.pm": write}
