"""PHP: constants, and what FFI::cdef reads."""

BEFORE = """\
<?php

declare(strict_types=1);

namespace GraphMessage;

/**
 * The C interface of graph-message for PHP's FFI, written by bindings/declare. What each function does is told by
 * include/graph_message.h; graph_message.php is what a program uses.
 */
interface Declarations
{
"""


def write(api):
    text = BEFORE
    for group in api.groups:
        text += f"    // {group.about}\n"
        text += "".join(f"    public const {name} = {value};\n" for name, value in group.constants)
    text += "\n    // A const char * that is returned becomes a string of PHP, a copy.\n    public const C = <<<'C'\n"
    text += "".join(f"        {one};\n" for one in api.typedefs)
    return text + "".join(f"        {one.c};\n" for one in api.functions) + "        C;\n}\n"


FILES = {"php/declarations.php": write}
