"""COBOL: a copybook of constants, and in its comments the CALL of each function."""

import textwrap

from .header import Kind

BEFORE = """\
      *> graph-message for COBOL: sends an existing draft through
      *> Microsoft Graph and says what became of it. Written by
      *> bindings/declare.
      *>
      *>     CALL "graph_message_send_text" USING TOKEN USER-ID DRAFT-ID
      *>         ANSWER BY VALUE LENGTH OF ANSWER BY REFERENCE OMITTED
      *>         OMITTED RETURNING RESULT
      *>
      *> First the values of the C API, then its functions. COBOL does
      *> not declare what it calls: copy the CALL from the comments.
      *> graph_message.h is the manual. For fixed and free format.
      *>
      *> What the words in small letters are in WORKING-STORAGE:
      *>   status, number    BINARY-LONG
      *>   ms, a count       BINARY-LONG UNSIGNED
      *>   objects, text-at  USAGE POINTER
      *>   texts             PIC X(n) in UTF-8, and X"00" after them
      *> OMITTED is a text, an object or an output that is not wanted.
      *> Only the functions that end in _text take trailing spaces off:
      *> give the others what STRING FUNCTION TRIM(x) X"00" has made. Of
      *> text-at read the bytes before X"00", while its object lives.
      *> RETURNING OMITTED keeps what returns nothing from writing into
      *> RETURN-CODE. A number that is unsigned in C is negative beyond
      *> 2,147,483,647: add 4,294,967,296.

"""
AFTER = """\
      *>
      *> What the library calls is a PROGRAM-POINTER, set by
      *> SET log TO ENTRY "name-of-a-program". That begins so, where
      *> context is a pointer of your own, and texts are pointers:
"""
# Of what their names begin with.
HEADINGS = {
    "status": "A status.",
    "message": "One call, on a client that the whole process shares.",
    "init": "Settings of that client.",
    "client": "A client, for receipts and errors with all their fields.",
    "call": "Settings of one call.",
    "options": "Settings of a client.",
    "error": "What an error says.",
    "receipt": "What a receipt says.",
    "version": "The library.",
    "abi": "The library.",
    "string": "The library.",
}
RESULTS = {
    Kind.NOTHING: "OMITTED",
    Kind.STATUS: "status",
    Kind.INT32: "number",
    Kind.UINT32: "number",
    Kind.TEXT: "text-at",
}
BY_VALUE = {Kind.STATUS, Kind.INT32, Kind.UINT32, Kind.HANDLE, Kind.STRING, Kind.CALLBACK, Kind.CONTEXT}


def hyphened(name):
    return name.replace("_", "-")


def passed(parameters):
    """The arguments, with BY VALUE and BY REFERENCE where that changes; BY REFERENCE comes first."""
    mode = "BY REFERENCE"
    for one in parameters:
        wanted = "BY VALUE" if one.kind in BY_VALUE else "BY REFERENCE"
        if wanted != mode:
            yield wanted.replace(" ", "\0")
        mode = wanted
        yield hyphened(one.name)


def comment(text):
    lines = textwrap.wrap(text, 55, subsequent_indent="    ", break_on_hyphens=False)
    return "".join(f"      *>   {line}\n" for line in lines).replace("\0", " ")


def called(function):
    using = " ".join(passed(function.parameters))
    result = RESULTS.get(function.result.kind, hyphened(function.result.of))
    return comment(f'CALL\0"{function.name}"{f" USING {using}" if using else ""} RETURNING\0{result}')


def write(api):
    text = BEFORE
    for group in api.groups:
        about = textwrap.wrap(group.about.replace("GRAPH_", "GRAPH-"), 62, break_on_hyphens=False)
        text += "".join(f"      *> {line}\n" for line in about)
        text += "".join(f"       78 {name.replace('_', '-'):27} VALUE {value}.\n" for name, value in group.constants)
    heading = None
    for one in api.functions:
        noun = one.name.split("_")[1]
        if HEADINGS.get(noun, f"A {noun}.") != heading:
            heading = HEADINGS.get(noun, f"A {noun}.")
            text += f"      *>\n      *> {heading}\n"
        text += called(one)
    text += AFTER
    for one in api.callbacks:
        names = " ".join(hyphened(value.name) for value in one.parameters)
        text += comment(f"PROCEDURE DIVISION USING BY\0VALUE {names}.")
    return text


FILES = {"cobol/graph-message.cpy": write}
