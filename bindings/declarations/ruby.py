"""Ruby: constants, and the functions as fiddle reads them."""

BEFORE = """\
# frozen_string_literal: true

# The C interface of graph-message for fiddle, written by bindings/declare. What each function does is told by
# include/graph_message.h; graph_message.rb is what a program uses.

module GraphMessage
"""


def write(api):
    text = BEFORE
    for group in api.groups:
        text += f"  # {group.about}\n"
        text += "".join(f"  {name} = {value}\n" for name, value in group.constants)
    text += "\n  # Pointers to what the library calls.\n  CALLBACKS = %w[" + " ".join(one.name for one in api.callbacks) + "].freeze\n"
    text += "\n  FUNCTIONS = [\n" + ",\n".join(f"    '{one.c}'" for one in api.functions) + "\n  ].freeze\n"
    return text + "  private_constant :CALLBACKS, :FUNCTIONS\nend\n"


FILES = {"ruby/lib/graph_message/declarations.rb": write}
