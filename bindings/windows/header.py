"""Reads include/graph_message.h: the functions, the callback types, and what each argument is."""

import pathlib
import re
import sys

HEADER = pathlib.Path(__file__).resolve().parents[2] / "include/graph_message.h"

# By value on the stack of a 32-bit program: everything that is not a pointer or a callback must be listed.
FOUR_BYTES = {"int32_t", "uint32_t", "graph_status"}


class Parameter:
    def __init__(self, text, callbacks):
        self.text = " ".join(text.split())
        self.type, self.name = re.fullmatch(r"(.*?)(\w+)", self.text).groups()
        self.type = self.type.strip()
        self.is_callback = self.type in callbacks
        if not (self.type.endswith("*") or self.is_callback or self.type in FOUR_BYTES):
            sys.exit(f"graph_message.h: how much of the stack does {self.text!r} take?")


def parameters(text, callbacks):
    return [] if text.strip() == "void" else [Parameter(one, callbacks) for one in text.split(",")]


def without_comments(header):
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", header, flags=re.S)


def read(header):
    """The callback types and the functions, each with its result and parameters."""
    code = without_comments(header)
    callbacks = {}
    for result, name, arguments in re.findall(r"typedef ([\w ]+?) ?\(\*(\w+)\)\(([^)]*)\);", code):
        callbacks[name] = (result, parameters(arguments, {}))
    functions = []
    for result, name, arguments in re.findall(r"^((?:const )?\w+ \**)(graph_\w+)\(([^)]*)\);", code, re.M):
        functions.append((result.strip(), name, parameters(arguments, callbacks)))
    # A prototype that the pattern above does not know must not be left out.
    if len(functions) != len(re.findall(r"\bgraph_\w+\(", code)):
        sys.exit("graph_message.h: a prototype of the header is written in another way")
    return callbacks, functions
