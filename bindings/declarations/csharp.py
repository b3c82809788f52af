"""C#: what P/Invoke declares, in C# 2."""

import textwrap

from .header import Kind

BEFORE = """\
// The C API of graph_message.h as .NET calls it, written by bindings/declare. Texts in are bytes that a NUL ends.

using System;
using System.Runtime.InteropServices;

namespace GraphMessage
{
"""
HANDLE = """\
    /// <summary>A graph_{of}, freed when this is disposed of and no call uses it, or by the finalizer.</summary>
    internal sealed class {name} : SafeHandle
    {{
        public {name}() : base(IntPtr.Zero, true) {{ }}
        public override bool IsInvalid {{ get {{ return handle == IntPtr.Zero; }} }}
        protected override bool ReleaseHandle() {{ NativeMethods.graph_{of}_free(handle); return true; }}
    }}

"""
# Read and freed at once, where they come.
READ_AT_ONCE = {"error", "receipt"}
TYPES = {
    Kind.NOTHING: "void",
    Kind.STATUS: "int",
    Kind.INT32: "int",
    Kind.UINT32: "uint",
    Kind.STRING: "IntPtr",
    Kind.TEXT_PLACE: "out IntPtr",
    Kind.INT32_PLACE: "out int",
    Kind.UINT32_PLACE: "out uint",
    Kind.BUFFER: "byte[]",
    Kind.BYTES: "byte[]",
    Kind.CONTEXT: "IntPtr",
}
# Words of the language.
WORDS = {"string": "text"}


def cased(name):
    return "".join(part.capitalize() for part in name.split("_"))


def handle(of):
    return "IntPtr" if of in READ_AT_ONCE else f"{cased(of)}Handle"


def typed(value, pointers):
    """With `pointers`, objects and texts are IntPtr."""
    match value.kind:
        case Kind.TEXT:
            return "IntPtr" if pointers else "byte[]"
        case Kind.HANDLE:
            return "IntPtr" if pointers else handle(value.of)
        case Kind.HANDLE_PLACE:
            return f"out {handle(value.of)}"
        case Kind.CALLBACK:
            return callback(value.of)
        case _:
            return TYPES[value.kind]


def callback(of):
    return cased(of.removesuffix("_fn")) + "Function"


def listed(function, pointers):
    # A type stays on one line with its name.
    return ", ".join(f"{typed(one, pointers)} {WORDS.get(one.name, one.name)}".replace(" ", "\0") for one in function.parameters)


def result(function):
    # A new object is the caller's.
    is_made = function.name.endswith("_new") and function.result.kind == Kind.HANDLE
    return typed(function.result, not is_made)


def declared(function):
    # What frees an object gets what the handle held.
    line = f"internal static extern {result(function)} {function.name}({listed(function, function.name.endswith('_free'))});"
    wrapped = textwrap.indent("\n".join(textwrap.wrap(line, 110, subsequent_indent="    ")), "        ").replace("\0", " ")
    return f"        [DllImport(Library, CallingConvention = CallingConvention.Cdecl)]\n{wrapped}"


def write(api):
    text = BEFORE
    for one in api.callbacks:
        name = callback(one.name.removeprefix("graph_"))
        text += "    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]\n"
        text += f"    internal delegate void {name}({listed(one, True)});\n\n".replace("\0", " ")
    text += "".join(HANDLE.format(name=handle(of), of=of) for of in api.handles if of not in READ_AT_ONCE)
    text += '    internal static class NativeMethods\n    {\n        private const string Library = "graph_message";\n'
    for group in api.groups:
        text += f"\n        // {group.about}\n"
        text += "".join(f"        internal const int {name} = {value};\n" for name, value in group.constants)
    return text + "\n" + "\n".join(declared(one) for one in api.functions) + "\n    }\n}\n"


FILES = {"csharp/NativeMethods.cs": write}
