"""Go: the header itself, since a module is fetched by itself and cgo reads C."""

from .header import HEADER


def write(api):
    return HEADER.read_text()


FILES = {"go/graph_message.h": write}
