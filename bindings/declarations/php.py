"""PHP: constants, and what FFI::cdef reads."""

import textwrap

BEFORE = """\
<?php

declare(strict_types=1);

namespace GraphMessage;

/**
 * The C interface of graph-message for PHP's FFI, written by bindings/declare. What each function does is told by
 * graph_message.h; graph_message.php is what a program uses.
 */
interface Declarations
{
"""
# An older library may lack the others.
VERSION = ("graph_version", "graph_abi_version")


def lines(declared):
    return "\n".join(textwrap.wrap(f"{declared};", 112, initial_indent=" " * 8, subsequent_indent=" " * 12)) + "\n"


def constant(name, declarations):
    return f"    public const {name} = <<<'C'\n" + "".join(lines(one) for one in declarations) + "        C;\n"


def write(api):
    text = BEFORE
    for group in api.groups:
        text += f"    // {group.about}\n"
        text += "".join(f"    public const {name} = {value};\n" for name, value in group.constants)
    text += "\n    // What every library has. A const char * that is returned becomes a string of PHP, a copy.\n"
    text += constant("C_VERSION", [one.c for one in api.functions if one.name in VERSION])
    text += "\n    // All there is.\n" + constant("C", [*api.typedefs, *(one.c for one in api.functions)])
    return text + "}\n"


FILES = {"php/declarations.php": write}
