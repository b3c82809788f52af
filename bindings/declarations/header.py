"""The C API, as include/graph_message.h has it: the model from which declarations are written.

What the model cannot place stops the program: a type that no language has a rule for must not be guessed.
"""

import enum
import pathlib
import re
import sys
from dataclasses import dataclass

try:
    from pycparser import c_ast, c_generator, c_parser
except ModuleNotFoundError:
    sys.exit("declarations are read with pycparser: apt-get install python3-pycparser, or pip install pycparser")

HEADER = pathlib.Path(__file__).resolve().parents[2] / "include/graph_message.h"

# Of <stdint.h>.
INTEGERS = "typedef int int32_t; typedef unsigned int uint32_t;\n"


class Kind(enum.Enum):
    """What an argument or a result is to a caller."""

    NOTHING = enum.auto()  # void
    STATUS = enum.auto()  # graph_status
    INT32 = enum.auto()
    UINT32 = enum.auto()
    TEXT = enum.auto()  # const char *: UTF-8 that ends with a NUL, or NULL
    STRING = enum.auto()  # char *: a text that graph_string_free frees
    HANDLE = enum.auto()  # graph_client *: an object of the library
    HANDLE_PLACE = enum.auto()  # graph_client **: filled in
    TEXT_PLACE = enum.auto()  # char **: filled in with a text that graph_string_free frees
    INT32_PLACE = enum.auto()  # filled in
    UINT32_PLACE = enum.auto()  # filled in
    BUFFER = enum.auto()  # char *, written into; its size follows
    BYTES = enum.auto()  # const void *, read; its size follows
    CALLBACK = enum.auto()  # graph_log_fn; its context follows
    CONTEXT = enum.auto()  # void *: the caller's own


@dataclass(frozen=True)
class Value:
    """An argument, or a result, which has no name."""

    kind: Kind
    # Of the object or the callback, without graph_: "client", "log_fn".
    of: str
    name: str
    # As C declares it, and its type alone.
    c: str
    c_type: str


@dataclass(frozen=True)
class Function:
    name: str
    result: Value
    parameters: tuple[Value, ...]
    # As C declares it, on one line and without the semicolon.
    c: str


@dataclass(frozen=True)
class Group:
    """Constants that belong together."""

    about: str
    constants: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Api:
    groups: tuple[Group, ...]
    # Names of the opaque objects, without graph_.
    handles: tuple[str, ...]
    callbacks: tuple[Function, ...]
    functions: tuple[Function, ...]

    @property
    def constants(self):
        return tuple(one for group in self.groups for one in group.constants)

    @property
    def typedefs(self):
        """The types that the functions name, as C declares them."""
        handles = [f"typedef struct graph_{name} graph_{name}" for name in self.handles]
        callbacks = [f"typedef {one.c.replace(one.name, f'(*{one.name})', 1)}" for one in self.callbacks]
        return (*handles, "typedef int32_t graph_status", *callbacks)


# Which constants belong together: the beginning of their names, and what a reader is told. Those of the status have none.
STATUS = "How a call ended. Treat a value that is not listed as GRAPH_UNKNOWN."
ABOUT = {
    "GRAPH_ROOTS_": "Which certificate authorities to trust.",
    "GRAPH_VERIFY_": "When to look at the message that is sent.",
    "GRAPH_LOG_": "Levels of a log line.",
    "GRAPH_SEEN_": "What the last look at the message showed.",
    "GRAPH_EVIDENCE_": "How it is known that the mail was sent.",
    "GRAPH_ABI_VERSION": "The library must have this ABI or a newer one.",
}


def fail(why):
    sys.exit(f"{HEADER.name}: {why}")


def groups(header):
    """The constants, those of the status first. Those of the version are the header's own affair."""
    found = {about: [] for about in [STATUS, *ABOUT.values()]}
    for name, value in re.findall(r"^#define (GRAPH_\w+) (\S+)$", header, re.M):
        if name.startswith("GRAPH_VERSION"):
            continue
        if not value.isdigit():
            fail(f"{name} is no number")
        about = [about for start, about in ABOUT.items() if name.startswith(start)]
        found[about[0] if about else STATUS].append((name, int(value)))
    return tuple(Group(about, tuple(constants)) for about, constants in found.items() if constants)


def code_of(header):
    """What a parser of C takes: no comments, no directives, nothing for C++."""
    code = re.sub(r"/\*.*?\*/|//[^\n]*", "", header, flags=re.S)
    code = re.sub(r"#ifdef __cplusplus.*?#endif", "", code, flags=re.S)
    return re.sub(r"^#.*$", "", code, flags=re.M)


SCALARS = {"void": Kind.NOTHING, "graph_status": Kind.STATUS, "int32_t": Kind.INT32, "uint32_t": Kind.UINT32}
POINTERS = {
    "const char *": Kind.TEXT,
    "char *": Kind.BUFFER,
    "char **": Kind.TEXT_PLACE,
    "int32_t *": Kind.INT32_PLACE,
    "uint32_t *": Kind.UINT32_PLACE,
    "const void *": Kind.BYTES,
    "void *": Kind.CONTEXT,
}


def placed(c, c_type, handles, callbacks):
    """The kind of a type, and of what."""
    if c_type in SCALARS:
        return SCALARS[c_type], ""
    if c_type in POINTERS:
        return POINTERS[c_type], ""
    if c_type in callbacks:
        return Kind.CALLBACK, c_type.removeprefix("graph_")
    if (handle := re.fullmatch(r"(?:const )?graph_(\w+) (\*\*?)", c_type)) and handle[1] in handles:
        return Kind.HANDLE if handle[2] == "*" else Kind.HANDLE_PLACE, handle[1]
    fail(f"what is {c!r} to a caller?")


def value(c, name, handles, callbacks, after):
    """What an argument or a result is that C writes so. `after` is the name of the argument that follows."""
    c_type = c.removesuffix(name).strip()
    kind, of = placed(c, c_type, handles, callbacks)
    if kind is Kind.BUFFER and after != "size":
        kind = Kind.STRING
    if kind is Kind.BYTES and after != "size":
        fail(f"how long is {c!r}?")
    if kind is Kind.CALLBACK and after != "context":
        fail(f"{c!r} has no context")
    return Value(kind, of, name, c, c_type)


def function(declared, handles, callbacks):
    """A function, or the type of a callback."""
    written = c_generator.CGenerator()
    shown = [(written.visit(one), one.name or "") for one in declared.args.params]
    listed = [one for one in shown if one[0] != "void"]
    names = [name for _, name in listed[1:]] + [""]
    parameters = tuple(value(c, name, handles, callbacks, after) for (c, name), after in zip(listed, names))
    # The name stands inside of the result's type.
    inner = declared.type
    while not isinstance(inner, c_ast.TypeDecl):
        inner = inner.type
    name, inner.declname = inner.declname, None
    result = value(written.visit(c_ast.Typename(None, [], None, declared.type)), "", handles, callbacks, "")
    space = "" if result.c_type.endswith("*") else " "
    c = f"{result.c_type}{space}{name}({', '.join(one.c for one in parameters) or 'void'})"
    return Function(name, result, parameters, c)


def read():
    """The API of the header in this checkout."""
    header = HEADER.read_text()
    handles, callbacks, functions = [], {}, []
    for one in c_parser.CParser().parse(INTEGERS + code_of(header)).ext:
        is_typedef = isinstance(one, c_ast.Typedef)
        if is_typedef and isinstance(one.type.type, c_ast.Struct):
            handles.append(one.name.removeprefix("graph_"))
        elif is_typedef and isinstance(one.type, c_ast.PtrDecl) and isinstance(one.type.type, c_ast.FuncDecl):
            callbacks[one.name] = function(one.type.type, handles, callbacks)
        elif isinstance(one.type, c_ast.FuncDecl):
            functions.append(function(one.type, handles, callbacks))
        elif not is_typedef or one.name not in ("int32_t", "uint32_t", "graph_status"):
            fail(f"what is {one.name}?")
    return Api(groups(header), tuple(handles), tuple(callbacks.values()), tuple(functions))
