"""Tcl: the constants, for an extension that is compiled against the header, which has the rest."""

BEFORE = """\
/* The constants of graph_message.h by their names, written by bindings/declare; graph_message.c includes it. */
"""


def write(api):
    text = BEFORE
    for group in api.groups:
        text += f"/* {group.about} */\n"
        text += "".join(f"CONSTANT({name}, {value})\n" for name, value in group.constants)
    return text


FILES = {"tcl/constants.h": write}
