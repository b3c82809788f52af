"""Reads a module as one of the Visual Basics does: the lines that its conditional compilation leaves.

module.py FOLDER COMPILER OUT writes them."""

import pathlib
import re
import sys

MODULES = ["GraphMessageC.bas", "GraphMessage.bas"]
# What each compiler knows by itself; a name that it does not know is False.
COMPILERS = {"vb6": set(), "vba7-32": {"vba7"}, "win64": {"vba7", "win64"}}


def branch(text, compiler):
    """The module's lines, those of other compilers empty, so that each keeps its number."""
    known, lines = COMPILERS[compiler], []
    # A block each: whether its lines count, whether one of its branches did, and whether the block around it counts.
    blocks = [(True, True, True)]
    for number, line in enumerate(text.splitlines(), 1):
        directive = re.match(r"\s*#\s*(\w+)(?:\s+(.*?))?\s*(?:'.*)?$", line)
        counts, taken, outside = blocks[-1]
        match [word.lower() for word in directive.groups("")] if directive else [""]:
            case ["if", condition]:
                holds = value(condition, known, number)
                blocks.append((counts and holds, holds, counts))
            case ["elseif", condition]:
                holds = not taken and value(condition, known, number)
                blocks[-1] = (outside and holds, taken or holds, outside)
            case ["else", ""]:
                blocks[-1] = (outside and not taken, True, outside)
            case ["end", "if"]:
                blocks.pop()
            case [""]:
                lines.append(line if counts else "")
                continue
            case _:
                raise ValueError(f"line {number}: {line.strip()}")
        lines.append("")
    if len(blocks) != 1:
        raise ValueError("an #If without an #End If")
    return lines


def value(condition, known, number):
    name = re.fullmatch(r"(\w+) then", condition)
    if not name:
        raise ValueError(f"line {number}: a condition that is not one name: {condition}")
    return name[1] in known


def joined(lines):
    """The lines without their continuations: (number of the first, whole line), the empty ones left out."""
    number, whole = 0, ""
    for at, line in enumerate(lines, 1):
        number = number if whole else at
        if line.endswith(" _"):
            whole += line[:-1]
            continue
        if (whole + line).strip():
            yield number, re.sub(r"\s+", " ", whole + line).strip() if whole else line
        whole = ""


DECLARE = re.compile(
    r'(?P<scope>Public|Private) Declare (?P<ptrsafe>PtrSafe )?(?P<kind>Function|Sub) (?P<name>\w+) Lib "(?P<lib>[^"]*)"'
    r'(?: Alias "(?P<alias>[^"]*)")? \((?P<arguments>[^)]*)\)(?: As (?P<result>\w+))?'
)
ARGUMENT = re.compile(r"(?P<by>ByVal|ByRef) (?P<name>\w+) As (?P<type>\w+)")


def declares(lines):
    """Every Declare: (number, its parts, its arguments)."""
    for number, line in joined(lines):
        if not re.search(r"\bDeclare\b", line.split("'")[0]):
            continue
        parts = DECLARE.fullmatch(line.strip())
        if not parts:
            raise ValueError(f"line {number}: a Declare that is written in another way: {line.strip()}")
        listed = [one.strip() for one in parts["arguments"].split(",")] if parts["arguments"] else []
        arguments = [ARGUMENT.fullmatch(one) for one in listed]
        if None in arguments:
            raise ValueError(f"line {number}: an argument that is written in another way: {parts['arguments']}")
        yield number, parts, arguments


def main():
    folder, compiler, out = sys.argv[1:]
    for file in sorted(pathlib.Path(folder).glob("*.bas")):
        (pathlib.Path(out) / file.name).write_text("\r\n".join([*branch(file.read_text(), compiler), ""]), newline="")


if __name__ == "__main__":
    main()
