#!/usr/bin/env python3
"""Holds every Declare of the modules against include/graph_message.h, as each Visual Basic reads it: declared.py FOLDER

DLL, name, count, order, names and types of the arguments, ByVal or ByRef, what is returned, PtrSafe."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))

from declarations.header import Kind, read
from module import COMPILERS, MODULES, branch, declares

# Of Windows: the kinds of the arguments, and of the result.
WINDOWS = {
    "WideCharToMultiByte": (["number", "number", "pointer", "number", "pointer", "number", "pointer", "pointer"], "number"),
    "MultiByteToWideChar": (["number", "number", "pointer", "number", "pointer", "number"], "number"),
    "LoadLibraryW": (["pointer"], "pointer"),
}
# Visual Basic does not tell upper from lower case, and GRAPH_ABI_VERSION is a constant.
RENAMED = {"graph_abi_version": "graph_loaded_abi_version"}
# Words of the language.
WORDS = {"call": "call_", "err": "err_", "error": "err_", "log": "log_", "string": "text"}


def kind(value):
    """What crosses the boundary: a number of 32 bits, a pointer, or a place that the function writes one of them into."""
    match value.kind:
        case Kind.STATUS | Kind.INT32 | Kind.UINT32:
            return "number"
        case Kind.INT32_PLACE | Kind.UINT32_PLACE:
            return "place of number"
        case Kind.HANDLE_PLACE | Kind.TEXT_PLACE:
            return "place of pointer"
        case Kind.NOTHING:
            return None
        case _:
            return "pointer"


def expected(functions):
    """name in the DLL -> its name here, the arguments' names and kinds, the result's kind."""
    wanted = {}
    for one in functions:
        kinds = [(value.name, kind(value)) for value in one.parameters]
        wanted[one.name] = (RENAMED.get(one.name, one.name), kinds, kind(one.result))
    return wanted


def check(modules, compiler, wanted):
    """How many declarations the modules have, and what is wrong with them."""
    wide = compiler == "win64"
    pointer = "LongPtr" if wide else "Long"
    basic = {"number": ("ByVal", "Long"), "pointer": ("ByVal", pointer),
             "place of number": ("ByRef", "Long"), "place of pointer": ("ByRef", pointer)}
    dll = "graph_message.dll" if wide else "graph_message_stdcall.dll"
    wrong, seen = [], set()
    found = [(f"{file}:{number}", *one) for file, lines in modules.items() for number, *one in declares(lines)]
    for place, parts, arguments in found:
        def differs(what, is_, should):
            if is_ != should:
                wrong.append(f"{place}: {compiler}: {parts['name']}: {what} is {is_} and not {should}")

        name = parts["alias"] or parts["name"]
        if name in WINDOWS:
            kinds, result = WINDOWS[name]
            kinds = [(one["name"], want) for one, want in zip(arguments, kinds)] if len(kinds) == len(arguments) else kinds
            here, library, scope = name, "kernel32", "Private"
        elif name in wanted:
            (here, kinds, result), library, scope = wanted[name], dll, "Public"
            differs("Alias", parts["alias"], name)
        else:
            wrong.append(f"{place}: {compiler}: {name} is not of the header")
            continue
        if name in seen:
            wrong.append(f"{place}: {compiler}: {name} a second time")
        seen.add(name)
        differs("the name", parts["name"], here)
        differs("Lib", parts["lib"], library)
        differs("the scope", parts["scope"], scope)
        differs("PtrSafe", bool(parts["ptrsafe"]), wide)
        differs("the count of arguments", len(arguments), len(kinds))
        if len(arguments) == len(kinds):
            for one, (argument, want) in zip(arguments, kinds):
                differs("an argument", one["name"], argument if name in WINDOWS else WORDS.get(argument, argument))
                differs(argument, (one["by"], one["type"]), basic[want])
        differs("what it is", parts["kind"], "Function" if result else "Sub")
        differs("the result", parts["result"], basic[result][1] if result else None)
    wrong += [f"{compiler}: no {name}" for name in sorted({*wanted, *WINDOWS} - seen)]
    return len(seen), wrong


def main():
    texts = {file: (pathlib.Path(sys.argv[1]) / file).read_text() for file in MODULES}
    wanted = expected(read().functions)
    wrong = []
    for compiler in COMPILERS:
        count, found = check({file: branch(text, compiler) for file, text in texts.items()}, compiler, wanted)
        wrong += found
        print(f"{compiler:8} {count} declarations are the header's")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
