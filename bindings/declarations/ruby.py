"""Ruby: constants, and the functions as fiddle reads them."""

import textwrap

BEFORE = """\
# frozen_string_literal: true

# The C interface of graph-message for fiddle, written by bindings/declare. What each function does is told by
# graph_message.h; graph_message.rb is what a program uses.

module GraphMessage
"""


def declared(one):
    """A string of Ruby's, on as many lines as it needs."""
    lines = textwrap.wrap(one.c, 108, drop_whitespace=False)
    return "    " + " \\\n      ".join(f"'{line}'" for line in lines)


def listed(name, functions):
    return f"  {name} = [\n" + ",\n".join(declared(one) for one in functions) + "\n  ].freeze\n"


def write(api):
    text = BEFORE
    for group in api.groups:
        text += f"  # {group.about}\n"
        text += "".join(f"  {name} = {value}\n" for name, value in group.constants)
    text += "\n  # What the library calls, by a pointer.\n" + listed("CALLBACKS", api.callbacks)
    text += "\n" + listed("FUNCTIONS", api.functions)
    return text + "  private_constant :CALLBACKS, :FUNCTIONS\nend\n"


FILES = {"ruby/lib/graph_message/declarations.rb": write}
