/* graph-message for R: what the written declarations.c needs, and the functions that keep a log function alive. */
#include <math.h>
#include <string.h>

#include "conversions.h"

/* How many calls wait in the library: one, and none else than in its log function. */
static int in_call;

/* Signals the condition of an argument that was refused, and does not return. */
static void refuse(const char *why)
{
    SEXP name = PROTECT(Rf_mkString("graphmessage")), text = PROTECT(Rf_mkString(why));
    SEXP call = PROTECT(Rf_lang2(Rf_install("refuse"), text));
    Rf_eval(call, R_FindNamespace(name));
}

void refuse_in_call(void)
{
    if (in_call) refuse("a log function is called inside of a call, and cannot begin another or free anything");
}

void begin_call(void)
{
    refuse_in_call();
    in_call = 1;
}

void end_call(void) { in_call = 0; }

const char *text_of(SEXP value)
{
    SEXP string;
    if (Rf_isNull(value)) return NULL;
    if (TYPEOF(value) == RAWSXP) {
        size_t length = (size_t)Rf_xlength(value);
        char *copy = R_alloc(length + 1, 1);
        if (length && memchr(RAW(value), 0, length)) refuse("a text holds a NUL");
        if (length) memcpy(copy, RAW(value), length);
        copy[length] = 0;
        return copy;
    }
    if (TYPEOF(value) != STRSXP || Rf_xlength(value) != 1 || STRING_ELT(value, 0) == NA_STRING)
        refuse("a text is not one string, a raw vector or NULL");
    string = STRING_ELT(value, 0);
    if (Rf_getCharCE(string) == CE_BYTES) refuse("a text is marked as bytes: pass a raw vector of UTF-8");
    return Rf_translateCharUTF8(string);
}

static double number_of(SEXP value, double least, double most)
{
    int is_number = (TYPEOF(value) == INTSXP || TYPEOF(value) == REALSXP) && !Rf_isObject(value);
    double number = is_number && Rf_xlength(value) == 1 ? Rf_asReal(value) : NAN;
    if (!(number >= least && number <= most && number == floor(number)))
        refuse("a number is not one whole number in the range of its kind");
    return number;
}

int32_t signed_of(SEXP value) { return (int32_t)number_of(value, INT32_MIN, INT32_MAX); }

uint32_t unsigned_of(SEXP value) { return (uint32_t)number_of(value, 0, UINT32_MAX); }

SEXP from_text(const char *text)
{
    SEXP string = PROTECT(Rf_mkCharCE(text, CE_UTF8)), vector = Rf_ScalarString(string);
    UNPROTECT(1);
    return vector;
}

/* Whether it is an object that was not freed; refused where it is of another kind. */
int is_object(SEXP handle, const char *kind)
{
    char why[100];
    if (Rf_isNull(handle)) return 0;
    if (TYPEOF(handle) != EXTPTRSXP || R_ExternalPtrTag(handle) != Rf_install(kind)) {
        snprintf(why, sizeof why, "an argument is no %s", kind);
        refuse(why);
    }
    return R_ExternalPtrAddr(handle) != NULL;
}

void *object_of(SEXP handle, const char *kind)
{
    char why[100];
    if (Rf_isNull(handle)) return NULL;
    if (!is_object(handle, kind)) {
        snprintf(why, sizeof why, "the %s was freed, or comes from another session: make one", kind);
        refuse(why);
    }
    return R_ExternalPtrAddr(handle);
}

SEXP from_object(void *object, const char *kind, R_CFinalizer_t finalize)
{
    SEXP handle;
    if (!object) return R_NilValue;
    handle = PROTECT(R_MakeExternalPtr(object, Rf_install(kind), R_NilValue));
    R_RegisterCFinalizerEx(handle, finalize, FALSE);
    UNPROTECT(1);
    return handle;
}

struct logged {
    SEXP function;
    int32_t level;
    const char *line;
};

static void show_line(void *data)
{
    struct logged *logged = data;
    SEXP name = PROTECT(Rf_mkString("graphmessage"));
    SEXP level = PROTECT(Rf_ScalarInteger(logged->level)), line = PROTECT(from_text(logged->line));
    SEXP call = PROTECT(Rf_lang4(Rf_install("log_guarded"), logged->function, level, line));
    Rf_eval(call, R_FindNamespace(name));
    UNPROTECT(4);
}

/* Runs on R's thread, since the library logs on the thread of the call. Nothing may jump over its frames: log_guarded
   takes errors, and R_ToplevelExec stops every other jump. */
static void log_line(void *function, int32_t level, const char *line)
{
    struct logged logged = {function, level, line};
    R_ToplevelExec(show_line, &logged);
}

/* The function is kept by the options, and by the clients made from them. */
SEXP r_graph_options_set_log(SEXP r_options, SEXP r_log)
{
    graph_options *options = options_of(r_options);
    if (!Rf_isNull(r_log) && !Rf_isFunction(r_log)) refuse("log is not a function");
    if (options) R_SetExternalPtrProtected(r_options, r_log);
    return Rf_ScalarInteger(graph_options_set_log(options, Rf_isNull(r_log) ? NULL : log_line, (void *)r_log));
}

static SEXP kept_by(SEXP r_options) { return Rf_isNull(r_options) ? R_NilValue : R_ExternalPtrProtected(r_options); }

SEXP r_graph_init(SEXP r_options)
{
    const char *names[] = {"status", "error", ""};
    graph_error *err = NULL;
    graph_status status = graph_init(options_of(r_options), &err);
    SEXP list = PROTECT(Rf_mkNamed(VECSXP, names));
    if (status == GRAPH_OK) R_PreserveObject(kept_by(r_options));
    SET_VECTOR_ELT(list, 0, Rf_ScalarInteger(status));
    SET_VECTOR_ELT(list, 1, from_error(err));
    UNPROTECT(1);
    return list;
}

SEXP r_graph_client_new(SEXP r_options)
{
    static unsigned made;
    const char *names[] = {"status", "client", "error", ""};
    graph_client *new_client = NULL;
    graph_error *err = NULL;
    graph_status status = graph_client_new(options_of(r_options), &new_client, &err);
    SEXP list = PROTECT(Rf_mkNamed(VECSXP, names)), client = from_client(new_client);
    SET_VECTOR_ELT(list, 0, Rf_ScalarInteger(status));
    SET_VECTOR_ELT(list, 1, client);
    SET_VECTOR_ELT(list, 2, from_error(err));
    if (new_client) R_SetExternalPtrProtected(client, kept_by(r_options));
    /* To R a client is a pointer: without this, those that were dropped would keep their connections for long. */
    if (++made % 100 == 0) R_gc();
    UNPROTECT(1);
    return list;
}

/* R copies every text and frees it at once: there is none to free. */
SEXP r_graph_string_free(SEXP r_string)
{
    if (!Rf_isNull(r_string)) refuse("no text of R's is one that the library frees");
    return R_NilValue;
}
