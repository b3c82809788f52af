/* graph-message for R: the C interface as .Call takes it, for graph_message.R. Compile: R CMD SHLIB. */
#define R_NO_REMAP
#include <R.h>
#include <Rinternals.h>
#include <string.h>

#include "graph_message.h"

/* An argument's text: one string, whatever its encoding, or the bytes of a raw vector; NULL is NULL. */
static const char *text_of(SEXP value)
{
    if (Rf_isNull(value)) return NULL;
    if (TYPEOF(value) == RAWSXP) {
        size_t length = (size_t)Rf_xlength(value);
        char *copy = R_alloc(length + 1, 1);
        if (memchr(RAW(value), 0, length)) Rf_error("not sent: a text holds a NUL");
        memcpy(copy, RAW(value), length);
        copy[length] = 0;
        return copy;
    }
    if (TYPEOF(value) != STRSXP || Rf_length(value) != 1 || STRING_ELT(value, 0) == NA_STRING)
        Rf_error("not sent: a text must be one string, a raw vector or NULL");
    return Rf_translateCharUTF8(STRING_ELT(value, 0));
}

/* R has no unsigned integers: they are doubles. */
static uint32_t unsigned_of(SEXP value)
{
    double number = Rf_asReal(value);
    if (!(number >= 0 && number <= 4294967295.0)) Rf_error("not sent: a number is out of range");
    return (uint32_t)number;
}

static void *pointer_of(SEXP value)
{
    return Rf_isNull(value) ? NULL : R_ExternalPtrAddr(value);
}

static SEXP from_text(const char *text)
{
    SEXP string = PROTECT(Rf_mkCharCE(text, CE_UTF8)), vector = Rf_ScalarString(string);
    UNPROTECT(1);
    return vector;
}

/* An R list of the status and what a function handed over. */
static SEXP list_of(graph_status status, const char *name, SEXP object, const char *other_name, SEXP other)
{
    const char *names[] = {"status", name, other_name, ""};
    SEXP list = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(list, 0, Rf_ScalarInteger(status));
    SET_VECTOR_ELT(list, 1, object);
    SET_VECTOR_ELT(list, 2, other);
    UNPROTECT(1);
    return list;
}

/* A handle that the garbage collector frees; kept is an R object that must live as long. */
#define KIND(kind) \
    static void finalize_##kind(SEXP handle) \
    { \
        graph_##kind##_free(R_ExternalPtrAddr(handle)); \
        R_ClearExternalPtr(handle); \
    } \
    static SEXP from_##kind(graph_##kind *object, SEXP kept) \
    { \
        SEXP handle; \
        if (!object) return R_NilValue; \
        handle = PROTECT(R_MakeExternalPtr(object, R_NilValue, kept)); \
        R_RegisterCFinalizerEx(handle, finalize_##kind, TRUE); \
        UNPROTECT(1); \
        return handle; \
    } \
    SEXP r_graph_##kind##_free(SEXP handle) \
    { \
        if (!Rf_isNull(handle)) finalize_##kind(handle); \
        return R_NilValue; \
    }
KIND(options)
KIND(client)
KIND(call)
KIND(error)
KIND(receipt)

#define TEXT_FIELD(name) SEXP r_##name(SEXP object) { return from_text(name(pointer_of(object))); }
#define SIGNED_FIELD(name) SEXP r_##name(SEXP object) { return Rf_ScalarInteger(name(pointer_of(object))); }
#define UNSIGNED_FIELD(name) SEXP r_##name(SEXP object) { return Rf_ScalarReal(name(pointer_of(object))); }
#define SET_TEXT(name) \
    SEXP r_##name(SEXP object, SEXP value) { return Rf_ScalarInteger(name(pointer_of(object), text_of(value))); }
#define SET_UNSIGNED(name) \
    SEXP r_##name(SEXP object, SEXP value) { return Rf_ScalarInteger(name(pointer_of(object), unsigned_of(value))); }
#define SET_SIGNED(name) \
    SEXP r_##name(SEXP object, SEXP value) { return Rf_ScalarInteger(name(pointer_of(object), Rf_asInteger(value))); }

SET_UNSIGNED(graph_call_set_timeout_ms)
SET_TEXT(graph_call_set_internet_message_id)
SET_TEXT(graph_options_set_base_url)
SET_UNSIGNED(graph_options_set_timeout_ms)
SET_UNSIGNED(graph_options_set_attempt_timeout_ms)
SET_UNSIGNED(graph_options_set_connect_timeout_ms)
SET_UNSIGNED(graph_options_set_max_attempts)
SET_SIGNED(graph_options_set_verify)
SET_UNSIGNED(graph_options_set_settle_ms)
SET_UNSIGNED(graph_options_set_mailbox_concurrency)
SET_TEXT(graph_options_set_proxy)
SET_TEXT(graph_options_set_ca_file)
SET_SIGNED(graph_options_set_roots)
SET_TEXT(graph_options_set_user_agent)
SIGNED_FIELD(graph_error_status)
SIGNED_FIELD(graph_error_http_status)
TEXT_FIELD(graph_error_code)
TEXT_FIELD(graph_error_message)
TEXT_FIELD(graph_error_request_id)
TEXT_FIELD(graph_error_client_request_id)
UNSIGNED_FIELD(graph_error_retry_after_ms)
UNSIGNED_FIELD(graph_error_attempts)
TEXT_FIELD(graph_error_claims)
SIGNED_FIELD(graph_error_seen)
TEXT_FIELD(graph_error_internet_message_id)
TEXT_FIELD(graph_receipt_request_id)
TEXT_FIELD(graph_receipt_client_request_id)
SIGNED_FIELD(graph_receipt_http_status)
UNSIGNED_FIELD(graph_receipt_attempts)
SIGNED_FIELD(graph_receipt_evidence)
TEXT_FIELD(graph_receipt_sent_id)

SEXP r_graph_status_name(SEXP status) { return from_text(graph_status_name(Rf_asInteger(status))); }
SEXP r_graph_status_sent(SEXP status) { return Rf_ScalarInteger(graph_status_sent(Rf_asInteger(status))); }
SEXP r_graph_version(void) { return from_text(graph_version()); }
SEXP r_graph_abi_version(void) { return Rf_ScalarReal(graph_abi_version()); }
SEXP r_graph_options_new(void) { return from_options(graph_options_new(), R_NilValue); }
SEXP r_graph_call_new(void) { return from_call(graph_call_new(), R_NilValue); }

SEXP r_graph_options_set_proxy_from_environment(SEXP options)
{
    return Rf_ScalarInteger(graph_options_set_proxy_from_environment(pointer_of(options)));
}

SEXP r_graph_client_cancel(SEXP client)
{
    graph_client_cancel(pointer_of(client));
    return R_NilValue;
}

SEXP r_graph_call_cancel(SEXP call)
{
    graph_call_cancel(pointer_of(call));
    return R_NilValue;
}

SEXP r_graph_string_free(SEXP string)
{
    graph_string_free(pointer_of(string));
    return R_NilValue;
}

/* Runs on R's thread, since the library logs on the thread of the call; an R error must not jump over its frames. */
static void log_line(void *function, int32_t level, const char *line)
{
    int failed;
    SEXP number = PROTECT(Rf_ScalarInteger(level)), text = PROTECT(from_text(line));
    SEXP expression = PROTECT(Rf_lang3(function, number, text));
    R_tryEvalSilent(expression, R_GlobalEnv, &failed);
    UNPROTECT(3);
}

/* The function is kept by the options, and by the clients made from them. */
SEXP r_graph_options_set_log(SEXP options, SEXP function)
{
    R_SetExternalPtrProtected(options, function);
    return Rf_ScalarInteger(
        graph_options_set_log(pointer_of(options), Rf_isNull(function) ? NULL : log_line, (void *)function));
}

SEXP r_graph_init(SEXP options)
{
    graph_error *err = NULL;
    graph_status status = graph_init(pointer_of(options), &err);
    SEXP error = PROTECT(from_error(err, R_NilValue)), list;
    if (status == GRAPH_OK && !Rf_isNull(options)) R_PreserveObject(R_ExternalPtrProtected(options));
    list = list_of(status, "receipt", R_NilValue, "error", error);
    UNPROTECT(1);
    return list;
}

SEXP r_graph_client_new(SEXP options)
{
    graph_client *made = NULL;
    graph_error *err = NULL;
    graph_status status = graph_client_new(pointer_of(options), &made, &err);
    SEXP kept = Rf_isNull(options) ? R_NilValue : R_ExternalPtrProtected(options);
    SEXP client = PROTECT(from_client(made, kept)), error = PROTECT(from_error(err, R_NilValue));
    SEXP list = list_of(status, "client", client, "error", error);
    UNPROTECT(2);
    return list;
}

typedef graph_status (*message_function)(const graph_client *, const graph_call *, const char *, const char *,
                                        const char *, graph_receipt **, graph_error **);

static SEXP call_with(message_function function, SEXP client, SEXP call, SEXP token, SEXP user, SEXP id)
{
    graph_receipt *got = NULL;
    graph_error *err = NULL;
    const char *t = text_of(token), *u = text_of(user), *i = text_of(id);
    graph_status status = function(pointer_of(client), pointer_of(call), t, u, i, &got, &err);
    SEXP receipt = PROTECT(from_receipt(got, R_NilValue)), error = PROTECT(from_error(err, R_NilValue));
    SEXP list = list_of(status, "receipt", receipt, "error", error);
    UNPROTECT(2);
    return list;
}

SEXP r_graph_client_send(SEXP client, SEXP call, SEXP token, SEXP user, SEXP id)
{
    return call_with(graph_client_send, client, call, token, user, id);
}

SEXP r_graph_client_check(SEXP client, SEXP call, SEXP token, SEXP user, SEXP id)
{
    return call_with(graph_client_check, client, call, token, user, id);
}

SEXP r_graph_message_send(SEXP token, SEXP user, SEXP id)
{
    graph_error *err = NULL;
    graph_status status = graph_message_send(text_of(token), text_of(user), text_of(id), &err);
    SEXP error = PROTECT(from_error(err, R_NilValue)), list = list_of(status, "receipt", R_NilValue, "error", error);
    UNPROTECT(1);
    return list;
}

/* The message, the HTTP status and the wait as a list. */
SEXP r_graph_message_send_text(SEXP token, SEXP user, SEXP id)
{
    const char *names[] = {"status", "message", "http_status", "retry_after_ms", ""};
    char line[2000];
    int32_t http_status;
    uint32_t retry_after_ms;
    graph_status status = graph_message_send_text(text_of(token), text_of(user), text_of(id), line, sizeof line,
                                                  &http_status, &retry_after_ms);
    SEXP list = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(list, 0, Rf_ScalarInteger(status));
    SET_VECTOR_ELT(list, 1, from_text(line));
    SET_VECTOR_ELT(list, 2, Rf_ScalarInteger(http_status));
    SET_VECTOR_ELT(list, 3, Rf_ScalarReal(retry_after_ms));
    UNPROTECT(1);
    return list;
}
