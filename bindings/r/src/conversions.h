/* What turns R's values into C's and back. */
#define R_NO_REMAP
#include <R.h>
#include <Rinternals.h>
#include <R_ext/Rdynload.h>
#include <stdint.h>

#include "graph_message.h"

/* A text is one string, whatever its encoding, or the bytes of a raw vector; NULL is NULL. */
const char *text_of(SEXP value);
int32_t signed_of(SEXP value);
/* R has no unsigned integers: they are doubles. */
uint32_t unsigned_of(SEXP value);
SEXP from_text(const char *text);

/* An object is an external pointer, whose tag is the name of its kind; NULL is NULL. */
int is_object(SEXP handle, const char *kind);
void *object_of(SEXP handle, const char *kind);
SEXP from_object(void *object, const char *kind, R_CFinalizer_t finalize);
/* Frees nothing that a call uses: there, R runs only the log function. */
void refuse_in_call(void);

/* Around what may log. R's thread is the only one, so a call that begins inside of another is the log function's. */
void begin_call(void);
void end_call(void);

/* The handles of one kind. The garbage collector frees them, but not at the end of R: a log function may quit(). */
#define KIND(kind) \
    graph_##kind *kind##_of(SEXP handle) { return object_of(handle, "graph_" #kind); } \
    static void finalize_##kind(SEXP handle) \
    { \
        graph_##kind##_free(R_ExternalPtrAddr(handle)); \
        R_ClearExternalPtr(handle); \
    } \
    SEXP from_##kind(graph_##kind *object) { return from_object(object, "graph_" #kind, finalize_##kind); } \
    SEXP r_graph_##kind##_free(SEXP r_##kind) \
    { \
        refuse_in_call(); \
        if (is_object(r_##kind, "graph_" #kind)) finalize_##kind(r_##kind); \
        return R_NilValue; \
    }

graph_client *client_of(SEXP handle);
graph_options *options_of(SEXP handle);
SEXP from_client(graph_client *object);
SEXP from_error(graph_error *object);
