"""Fortran: the module graph_message_c, by iso_c_binding."""

import textwrap

from .header import Kind

BEFORE = """\
! The C interface of graph-message as it is, written by bindings/declare. What each function does is told by
! include/graph_message.h; the module graph_message is what a program uses.
!
! Texts go in as a pointer to NUL-terminated bytes, c_null_ptr is NULL; unsigned numbers are signed ones of that size.

module graph_message_c
  use, intrinsic :: iso_c_binding
  implicit none
  public
"""
NUMBERS = {Kind.STATUS, Kind.INT32, Kind.UINT32}
# Fortran does not tell upper from lower case: these would be names of constants.
RENAMED = {"graph_abi_version": "graph_loaded_abi_version"}


def typed(value):
    match value.kind:
        case Kind.STATUS | Kind.INT32 | Kind.UINT32:
            return "integer(c_int32_t), value"
        case Kind.HANDLE_PLACE | Kind.TEXT_PLACE:
            return "type(c_ptr), intent(out)"
        case Kind.CALLBACK:
            return "type(c_funptr), value"
        case _:
            # Also the places of numbers, which may be NULL.
            return "type(c_ptr), value"


def wrapped(line, indent):
    lines = textwrap.wrap(line, 110 - len(indent), break_on_hyphens=False)
    return f" &\n{indent}    ".join(indent + one if at == 0 else one for at, one in enumerate(lines)) + "\n"


def declared(function, indent="    "):
    is_subroutine = function.result.kind == Kind.NOTHING
    kind = "subroutine" if is_subroutine else "function"
    name = RENAMED.get(function.name, function.name)
    bound = f'bind(c, name="{function.name}")' if name != function.name else "bind(c)"
    names = ", ".join(one.name for one in function.parameters)
    text = wrapped(f"{kind} {name}({names}) {bound}{'' if is_subroutine else ' result(answer)'}", indent)
    text += f"{indent}  import\n"
    by_type = {}
    for one in function.parameters:
        by_type.setdefault(typed(one), []).append(one.name)
    for type_, names in by_type.items():
        text += wrapped(f"{type_} :: {', '.join(names)}", indent + "  ")
    if not is_subroutine:
        text += f"{indent}  {'integer(c_int32_t)' if function.result.kind in NUMBERS else 'type(c_ptr)'} :: answer\n"
    return text + f"{indent}end {kind}\n"


def write(api):
    text = BEFORE
    for group in api.groups:
        text += f"\n  ! {group.about}\n"
        text += "".join(f"  integer(c_int32_t), parameter :: {name} = {value}\n" for name, value in group.constants)
    text += "\n  abstract interface\n" + "".join(declared(one) for one in api.callbacks) + "  end interface\n"
    text += "\n  interface\n" + "".join(declared(one) for one in api.functions) + "  end interface\n"
    return text + "end module graph_message_c\n"


FILES = {"fortran/graph_message_c.f90": write}
