"""Common Lisp: the package graph-message-c, over CFFI."""

import textwrap

from .header import Kind

BEFORE = """\
;;;; The C interface of graph-message over CFFI, with hyphens in its names, written by bindings/declare. What each function does is
;;;; told by include/graph_message.h; the package graph-message is what a program uses.

(defpackage #:graph-message-c
  (:use #:common-lisp #:cffi)
  (:documentation "The C interface of graph-message.")
  (:export
"""
LOADED = """\

(in-package #:graph-message-c)

(define-foreign-library graph-message
  (:darwin "libgraph_message.1.dylib")
  (:unix (:or "libgraph_message.so.1" "libgraph_message.so"))
  (:windows "graph_message.dll"))

(handler-case (load-foreign-library 'graph-message)
  (load-foreign-library-error (why)
    (error "~a: install the C library graph-message, or name its folder in cffi:*foreign-library-directories* or in ~
            LD_LIBRARY_PATH" (substitute #\\Space #\\Newline (princ-to-string why)))))

(defmacro define-constants (&body pairs)
  `(progn ,@(loop for (name value) on pairs by #'cddr collect `(defconstant ,name ,value))))

(defmacro define-functions (&body definitions)
  "Each definition is the C name, the result and the arguments; the Lisp name has hyphens."
  `(progn ,@(loop for (name . signature) in definitions
                  collect `(defcfun (,name ,(intern (substitute #\\- #\\_ (string-upcase name)))) ,@signature))))

(define-constants
"""
FUNCTIONS = """\

;; Texts go in as a pointer to NUL-terminated UTF-8; a null pointer is NULL.
(define-functions
"""
NUMBERS = {Kind.NOTHING: ":void", Kind.STATUS: ":int32", Kind.INT32: ":int32", Kind.UINT32: ":uint32"}


def hyphened(name):
    return name.lower().replace("_", "-")


def typed(value):
    return NUMBERS.get(value.kind, ":pointer")


def declared(function):
    parts = [f'("{function.name}"', typed(function.result)]
    parts += [f"({hyphened(one.name)}\0{typed(one)})" for one in function.parameters]
    lines = textwrap.wrap(" ".join(parts) + ")", 112, break_on_hyphens=False, break_long_words=False)
    return "\n    ".join(lines).replace("\0", " ")


def write(api):
    constants = [(f"+{hyphened(name)}+", value) for name, value in api.constants]
    exported = [name for name, _ in constants] + [hyphened(one.name) for one in api.functions]
    listed = textwrap.wrap(" ".join(f"#:{name}" for name in exported), 116, break_on_hyphens=False)
    text = BEFORE + textwrap.indent("\n".join(listed), "   ") + "))\n" + LOADED
    text += "\n".join(f"  {name} {value}" for name, value in constants) + ")\n" + FUNCTIONS
    return text + "\n".join(f"  {declared(one)}" for one in api.functions) + ")\n"


FILES = {"common-lisp/graph-message-c.lisp": write}
