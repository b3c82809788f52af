"""Java: the interface that JNA maps."""

import textwrap

from .header import Kind

BEFORE = """\
// The C API of graph_message.h as JNA calls it, written by bindings/declare.

package graphmessage;

import com.sun.jna.Callback;
import com.sun.jna.Library;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;

/** graph_message.h: texts in are bytes that a NUL ends, numbers of ms and attempts are unsigned. */
public interface GraphLibrary extends Library {
"""
TYPES = {
    Kind.NOTHING: "void",
    Kind.STATUS: "int",
    Kind.INT32: "int",
    Kind.UINT32: "int",
    Kind.TEXT: "byte[]",
    Kind.STRING: "Pointer",
    Kind.HANDLE: "Pointer",
    Kind.HANDLE_PLACE: "PointerByReference",
    Kind.TEXT_PLACE: "PointerByReference",
    Kind.INT32_PLACE: "IntByReference",
    Kind.UINT32_PLACE: "IntByReference",
    Kind.BUFFER: "byte[]",
    Kind.BYTES: "byte[]",
    Kind.CONTEXT: "Pointer",
}


def camel(name):
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


def callback(of):
    name = camel(of.removesuffix("_fn"))
    return name[0].upper() + name[1:] + "Function"


def typed(value):
    return callback(value.of) if value.kind == Kind.CALLBACK else TYPES[value.kind]


def handed(value):
    """What C hands over, as a result or to a callback."""
    return "Pointer" if value.kind == Kind.TEXT else typed(value)


def declared(function):
    # A type stays on one line with its name.
    listed = ", ".join(f"{typed(one)}\0{camel(one.name)}" for one in function.parameters)
    line = f"{handed(function.result)}\0{function.name}({listed});"
    wrapped = textwrap.wrap(line, 112, subsequent_indent="    ", break_on_hyphens=False)
    return textwrap.indent("\n".join(wrapped).replace("\0", " "), "    ")


def write(api):
    text = BEFORE
    for one in api.callbacks:
        listed = ", ".join(f"{handed(value)} {camel(value.name)}" for value in one.parameters)
        text += f"    /** {one.name} of C. */\n"
        interface = callback(one.name.removeprefix("graph_"))
        text += f"    interface {interface} extends Callback {{\n        void invoke({listed});\n    }}\n\n"
    for group in api.groups:
        text += f"    // {group.about}\n"
        text += "".join(f"    int {name} = {value};\n" for name, value in group.constants)
    text += "\n"
    return text + "".join(f"{declared(one)}\n" for one in api.functions) + "}\n"


FILES = {"java/graphmessage/GraphLibrary.java": write}
