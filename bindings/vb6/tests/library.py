"""The library and what the modules ask of Windows, called with the numbers that Visual Basic would hand over.

A pointer is 64 bits wide here, and a Long of Visual Basic is not: memory has numbers of its own, negative ones as those
above 2 GB have in a 32-bit program."""

import ctypes
import struct
import sys

CP_UTF8, WC_ERR_INVALID_CHARS = 65001, 0x80
GUARD = b"\xa5" * 16


class Library:
    def __init__(self, path, functions):
        self.c = ctypes.CDLL(path)
        self.functions = functions
        self.exited = None
        self._address, self._number, self._blocks = {0: 0}, {0: 0}, {}

    def number(self, address):
        """The number that Visual Basic has for an address."""
        address = address or 0
        if address not in self._number:
            number = len(self._number) - 2**31
            self._number[address], self._address[number] = number, address
        return self._number[address]

    def allocate(self, content):
        """Memory of Visual Basic: an array or a string."""
        block = ctypes.create_string_buffer(bytes(content) + GUARD, len(content) + len(GUARD))
        number = self.number(ctypes.addressof(block))
        self._blocks[number] = (block, len(content))
        return number

    def release(self, number):
        """The memory's content, which a function may have written."""
        block, size = self._blocks.pop(number)
        if block.raw[size:] != GUARD:
            sys.exit("a function wrote past the end of an array")
        address = self._address.pop(number)
        del self._number[address]
        return block.raw[:size]

    def call(self, name, values):
        """What a function returns, and what stands afterwards in the places that it was given."""
        if hasattr(self, name):
            return getattr(self, name)(*values), list(values)
        result, arguments = self.functions[name]
        places, passed = [], []
        for value, kind in zip(values, arguments, strict=True):
            place = {"place of number": ctypes.c_int32, "place of pointer": ctypes.c_void_p}.get(kind)
            places.append(place(value if kind == "place of number" else self._address[value]) if place else None)
            if place:
                passed.append(ctypes.byref(places[-1]))
            else:
                passed.append(ctypes.c_int32(value) if kind == "number" else ctypes.c_void_p(self._address[value]))
        function = getattr(self.c, name)
        function.restype = {None: None, "number": ctypes.c_int32, "pointer": ctypes.c_void_p}[result]
        returned = function(*passed)
        after = []
        for value, kind, place in zip(values, arguments, places):
            after.append(value if place is None else place.value if kind == "place of number" else self.number(place.value))
        return (self.number(returned) if result == "pointer" else returned), after

    def WideCharToMultiByte(self, code_page, flags, wide, length, to, size, default, used):
        assert (code_page, flags, default, used) == (CP_UTF8, WC_ERR_INVALID_CHARS, 0, 0) and length > 0
        try:
            made = ctypes.string_at(self._address[wide], 2 * length).decode("utf-16-le").encode()
        except UnicodeDecodeError:
            return 0
        return self._written(made, to, size, 1)

    def MultiByteToWideChar(self, code_page, flags, text, length, to, size):
        assert (code_page, flags, length) == (CP_UTF8, 0, -1)
        if text == 0:
            return 0
        made = ctypes.string_at(self._address[text]).decode(errors="replace") + "\0"
        return self._written(made.encode("utf-16-le"), to, size, 2)

    def _written(self, made, to, size, width):
        if size == 0:
            return len(made) // width
        if len(made) > size * width:
            return 0
        ctypes.memmove(self._address[to], made, len(made))
        return len(made) // width

    def LoadLibraryW(self, path):
        text = ctypes.string_at(self._address[path], 400).split(b"\0\0")[0]
        # Of two bytes each, of which the last one's second may be the first zero.
        text = (text + b"\0")[: len(text) + len(text) % 2].decode("utf-16-le")
        return 1 if text == "C:\\Déjà vu\\" + self.dll else 0

    def ExitProcess(self, code):
        self.exited = code
        return 0


def units(text):
    """A string as Visual Basic keeps it: UTF-16 that ends in a NUL."""
    return b"".join(struct.pack("<H", unit) for unit in text) + b"\0\0"
