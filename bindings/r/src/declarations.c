/* The C interface of graph-message as .Call takes it, written by bindings/declare. What each function does is told by
   include/graph_message.h; conversions.h has what turns R's values into C's and back. */
#include "conversions.h"

KIND(call)
KIND(client)
KIND(error)
KIND(options)
KIND(receipt)

SEXP r_graph_status_name(SEXP r_status)
{
    graph_status status = signed_of(r_status);
    return from_text(graph_status_name(status));
}

SEXP r_graph_status_sent(SEXP r_status)
{
    graph_status status = signed_of(r_status);
    return Rf_ScalarInteger(graph_status_sent(status));
}

SEXP r_graph_message_send(SEXP r_token, SEXP r_user, SEXP r_id)
{
    const char *token = text_of(r_token);
    const char *user = text_of(r_user);
    const char *id = text_of(r_id);
    graph_error *err = NULL;
    const char *names[] = {"status", "error", ""};
    graph_status status;
    SEXP list;
    begin_call();
    status = graph_message_send(token, user, id, &err);
    end_call();
    list = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(list, 0, Rf_ScalarInteger(status));
    SET_VECTOR_ELT(list, 1, from_error(err));
    UNPROTECT(1);
    return list;
}

SEXP r_graph_message_send_text(SEXP r_token, SEXP r_user, SEXP r_id)
{
    const char *token = text_of(r_token);
    const char *user = text_of(r_user);
    const char *id = text_of(r_id);
    char message[2000];
    int32_t http_status = 0;
    uint32_t retry_after_ms = 0;
    const char *names[] = {"status", "message", "http_status", "retry_after_ms", ""};
    graph_status status;
    SEXP list;
    begin_call();
    status = graph_message_send_text(token, user, id, message, sizeof message, &http_status, &retry_after_ms);
    end_call();
    list = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(list, 0, Rf_ScalarInteger(status));
    SET_VECTOR_ELT(list, 1, from_text(message));
    SET_VECTOR_ELT(list, 2, Rf_ScalarInteger(http_status));
    SET_VECTOR_ELT(list, 3, Rf_ScalarReal(retry_after_ms));
    UNPROTECT(1);
    return list;
}

SEXP r_graph_client_send(SEXP r_client, SEXP r_call, SEXP r_token, SEXP r_user, SEXP r_id)
{
    const graph_client *client = client_of(r_client);
    const graph_call *call = call_of(r_call);
    const char *token = text_of(r_token);
    const char *user = text_of(r_user);
    const char *id = text_of(r_id);
    graph_receipt *receipt = NULL;
    graph_error *err = NULL;
    const char *names[] = {"status", "receipt", "error", ""};
    graph_status status;
    SEXP list;
    begin_call();
    status = graph_client_send(client, call, token, user, id, &receipt, &err);
    end_call();
    list = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(list, 0, Rf_ScalarInteger(status));
    SET_VECTOR_ELT(list, 1, from_receipt(receipt));
    SET_VECTOR_ELT(list, 2, from_error(err));
    UNPROTECT(1);
    return list;
}

SEXP r_graph_client_check(SEXP r_client, SEXP r_call, SEXP r_token, SEXP r_user, SEXP r_id)
{
    const graph_client *client = client_of(r_client);
    const graph_call *call = call_of(r_call);
    const char *token = text_of(r_token);
    const char *user = text_of(r_user);
    const char *id = text_of(r_id);
    graph_receipt *receipt = NULL;
    graph_error *err = NULL;
    const char *names[] = {"status", "receipt", "error", ""};
    graph_status status;
    SEXP list;
    begin_call();
    status = graph_client_check(client, call, token, user, id, &receipt, &err);
    end_call();
    list = PROTECT(Rf_mkNamed(VECSXP, names));
    SET_VECTOR_ELT(list, 0, Rf_ScalarInteger(status));
    SET_VECTOR_ELT(list, 1, from_receipt(receipt));
    SET_VECTOR_ELT(list, 2, from_error(err));
    UNPROTECT(1);
    return list;
}

SEXP r_graph_client_cancel(SEXP r_client)
{
    const graph_client *client = client_of(r_client);
    graph_client_cancel(client);
    return R_NilValue;
}

SEXP r_graph_call_new(void)
{
    return from_call(graph_call_new());
}

SEXP r_graph_call_cancel(SEXP r_call)
{
    const graph_call *call = call_of(r_call);
    graph_call_cancel(call);
    return R_NilValue;
}

SEXP r_graph_call_set_timeout_ms(SEXP r_call, SEXP r_ms)
{
    graph_call *call = call_of(r_call);
    uint32_t ms = unsigned_of(r_ms);
    return Rf_ScalarInteger(graph_call_set_timeout_ms(call, ms));
}

SEXP r_graph_call_set_internet_message_id(SEXP r_call, SEXP r_internet_message_id)
{
    graph_call *call = call_of(r_call);
    const char *internet_message_id = text_of(r_internet_message_id);
    return Rf_ScalarInteger(graph_call_set_internet_message_id(call, internet_message_id));
}

SEXP r_graph_options_new(void)
{
    return from_options(graph_options_new());
}

SEXP r_graph_options_set_base_url(SEXP r_options, SEXP r_url)
{
    graph_options *options = options_of(r_options);
    const char *url = text_of(r_url);
    return Rf_ScalarInteger(graph_options_set_base_url(options, url));
}

SEXP r_graph_options_set_timeout_ms(SEXP r_options, SEXP r_ms)
{
    graph_options *options = options_of(r_options);
    uint32_t ms = unsigned_of(r_ms);
    return Rf_ScalarInteger(graph_options_set_timeout_ms(options, ms));
}

SEXP r_graph_options_set_attempt_timeout_ms(SEXP r_options, SEXP r_ms)
{
    graph_options *options = options_of(r_options);
    uint32_t ms = unsigned_of(r_ms);
    return Rf_ScalarInteger(graph_options_set_attempt_timeout_ms(options, ms));
}

SEXP r_graph_options_set_connect_timeout_ms(SEXP r_options, SEXP r_ms)
{
    graph_options *options = options_of(r_options);
    uint32_t ms = unsigned_of(r_ms);
    return Rf_ScalarInteger(graph_options_set_connect_timeout_ms(options, ms));
}

SEXP r_graph_options_set_max_attempts(SEXP r_options, SEXP r_attempts)
{
    graph_options *options = options_of(r_options);
    uint32_t attempts = unsigned_of(r_attempts);
    return Rf_ScalarInteger(graph_options_set_max_attempts(options, attempts));
}

SEXP r_graph_options_set_verify(SEXP r_options, SEXP r_verify)
{
    graph_options *options = options_of(r_options);
    int32_t verify = signed_of(r_verify);
    return Rf_ScalarInteger(graph_options_set_verify(options, verify));
}

SEXP r_graph_options_set_settle_ms(SEXP r_options, SEXP r_ms)
{
    graph_options *options = options_of(r_options);
    uint32_t ms = unsigned_of(r_ms);
    return Rf_ScalarInteger(graph_options_set_settle_ms(options, ms));
}

SEXP r_graph_options_set_mailbox_concurrency(SEXP r_options, SEXP r_at_once)
{
    graph_options *options = options_of(r_options);
    uint32_t at_once = unsigned_of(r_at_once);
    return Rf_ScalarInteger(graph_options_set_mailbox_concurrency(options, at_once));
}

SEXP r_graph_options_set_proxy(SEXP r_options, SEXP r_url)
{
    graph_options *options = options_of(r_options);
    const char *url = text_of(r_url);
    return Rf_ScalarInteger(graph_options_set_proxy(options, url));
}

SEXP r_graph_options_set_proxy_from_environment(SEXP r_options)
{
    graph_options *options = options_of(r_options);
    return Rf_ScalarInteger(graph_options_set_proxy_from_environment(options));
}

SEXP r_graph_options_set_ca_file(SEXP r_options, SEXP r_path)
{
    graph_options *options = options_of(r_options);
    const char *path = text_of(r_path);
    return Rf_ScalarInteger(graph_options_set_ca_file(options, path));
}

SEXP r_graph_options_set_roots(SEXP r_options, SEXP r_roots)
{
    graph_options *options = options_of(r_options);
    int32_t roots = signed_of(r_roots);
    return Rf_ScalarInteger(graph_options_set_roots(options, roots));
}

SEXP r_graph_options_set_user_agent(SEXP r_options, SEXP r_product)
{
    graph_options *options = options_of(r_options);
    const char *product = text_of(r_product);
    return Rf_ScalarInteger(graph_options_set_user_agent(options, product));
}

SEXP r_graph_error_status(SEXP r_error)
{
    const graph_error *error = error_of(r_error);
    return Rf_ScalarInteger(graph_error_status(error));
}

SEXP r_graph_error_http_status(SEXP r_error)
{
    const graph_error *error = error_of(r_error);
    return Rf_ScalarInteger(graph_error_http_status(error));
}

SEXP r_graph_error_code(SEXP r_error)
{
    const graph_error *error = error_of(r_error);
    return from_text(graph_error_code(error));
}

SEXP r_graph_error_message(SEXP r_error)
{
    const graph_error *error = error_of(r_error);
    return from_text(graph_error_message(error));
}

SEXP r_graph_error_request_id(SEXP r_error)
{
    const graph_error *error = error_of(r_error);
    return from_text(graph_error_request_id(error));
}

SEXP r_graph_error_client_request_id(SEXP r_error)
{
    const graph_error *error = error_of(r_error);
    return from_text(graph_error_client_request_id(error));
}

SEXP r_graph_error_retry_after_ms(SEXP r_error)
{
    const graph_error *error = error_of(r_error);
    return Rf_ScalarReal(graph_error_retry_after_ms(error));
}

SEXP r_graph_error_attempts(SEXP r_error)
{
    const graph_error *error = error_of(r_error);
    return Rf_ScalarReal(graph_error_attempts(error));
}

SEXP r_graph_error_claims(SEXP r_error)
{
    const graph_error *error = error_of(r_error);
    return from_text(graph_error_claims(error));
}

SEXP r_graph_error_seen(SEXP r_error)
{
    const graph_error *error = error_of(r_error);
    return Rf_ScalarInteger(graph_error_seen(error));
}

SEXP r_graph_error_internet_message_id(SEXP r_error)
{
    const graph_error *error = error_of(r_error);
    return from_text(graph_error_internet_message_id(error));
}

SEXP r_graph_receipt_request_id(SEXP r_receipt)
{
    const graph_receipt *receipt = receipt_of(r_receipt);
    return from_text(graph_receipt_request_id(receipt));
}

SEXP r_graph_receipt_client_request_id(SEXP r_receipt)
{
    const graph_receipt *receipt = receipt_of(r_receipt);
    return from_text(graph_receipt_client_request_id(receipt));
}

SEXP r_graph_receipt_http_status(SEXP r_receipt)
{
    const graph_receipt *receipt = receipt_of(r_receipt);
    return Rf_ScalarInteger(graph_receipt_http_status(receipt));
}

SEXP r_graph_receipt_attempts(SEXP r_receipt)
{
    const graph_receipt *receipt = receipt_of(r_receipt);
    return Rf_ScalarReal(graph_receipt_attempts(receipt));
}

SEXP r_graph_receipt_evidence(SEXP r_receipt)
{
    const graph_receipt *receipt = receipt_of(r_receipt);
    return Rf_ScalarInteger(graph_receipt_evidence(receipt));
}

SEXP r_graph_receipt_sent_id(SEXP r_receipt)
{
    const graph_receipt *receipt = receipt_of(r_receipt);
    return from_text(graph_receipt_sent_id(receipt));
}

SEXP r_graph_version(void)
{
    return from_text(graph_version());
}

SEXP r_graph_abi_version(void)
{
    return Rf_ScalarReal(graph_abi_version());
}

SEXP r_graph_init(SEXP r_options);
SEXP r_graph_client_new(SEXP r_options);
SEXP r_graph_options_set_log(SEXP r_options, SEXP r_log);
SEXP r_graph_string_free(SEXP r_string);

static const R_CallMethodDef functions[] = {
    {"r_graph_status_name", (DL_FUNC)r_graph_status_name, 1},
    {"r_graph_status_sent", (DL_FUNC)r_graph_status_sent, 1},
    {"r_graph_message_send", (DL_FUNC)r_graph_message_send, 3},
    {"r_graph_message_send_text", (DL_FUNC)r_graph_message_send_text, 3},
    {"r_graph_init", (DL_FUNC)r_graph_init, 1},
    {"r_graph_client_new", (DL_FUNC)r_graph_client_new, 1},
    {"r_graph_client_send", (DL_FUNC)r_graph_client_send, 5},
    {"r_graph_client_check", (DL_FUNC)r_graph_client_check, 5},
    {"r_graph_client_cancel", (DL_FUNC)r_graph_client_cancel, 1},
    {"r_graph_client_free", (DL_FUNC)r_graph_client_free, 1},
    {"r_graph_call_new", (DL_FUNC)r_graph_call_new, 0},
    {"r_graph_call_cancel", (DL_FUNC)r_graph_call_cancel, 1},
    {"r_graph_call_free", (DL_FUNC)r_graph_call_free, 1},
    {"r_graph_call_set_timeout_ms", (DL_FUNC)r_graph_call_set_timeout_ms, 2},
    {"r_graph_call_set_internet_message_id", (DL_FUNC)r_graph_call_set_internet_message_id, 2},
    {"r_graph_options_new", (DL_FUNC)r_graph_options_new, 0},
    {"r_graph_options_free", (DL_FUNC)r_graph_options_free, 1},
    {"r_graph_options_set_base_url", (DL_FUNC)r_graph_options_set_base_url, 2},
    {"r_graph_options_set_timeout_ms", (DL_FUNC)r_graph_options_set_timeout_ms, 2},
    {"r_graph_options_set_attempt_timeout_ms", (DL_FUNC)r_graph_options_set_attempt_timeout_ms, 2},
    {"r_graph_options_set_connect_timeout_ms", (DL_FUNC)r_graph_options_set_connect_timeout_ms, 2},
    {"r_graph_options_set_max_attempts", (DL_FUNC)r_graph_options_set_max_attempts, 2},
    {"r_graph_options_set_verify", (DL_FUNC)r_graph_options_set_verify, 2},
    {"r_graph_options_set_settle_ms", (DL_FUNC)r_graph_options_set_settle_ms, 2},
    {"r_graph_options_set_mailbox_concurrency", (DL_FUNC)r_graph_options_set_mailbox_concurrency, 2},
    {"r_graph_options_set_proxy", (DL_FUNC)r_graph_options_set_proxy, 2},
    {"r_graph_options_set_proxy_from_environment", (DL_FUNC)r_graph_options_set_proxy_from_environment, 1},
    {"r_graph_options_set_ca_file", (DL_FUNC)r_graph_options_set_ca_file, 2},
    {"r_graph_options_set_roots", (DL_FUNC)r_graph_options_set_roots, 2},
    {"r_graph_options_set_user_agent", (DL_FUNC)r_graph_options_set_user_agent, 2},
    {"r_graph_options_set_log", (DL_FUNC)r_graph_options_set_log, 2},
    {"r_graph_error_status", (DL_FUNC)r_graph_error_status, 1},
    {"r_graph_error_http_status", (DL_FUNC)r_graph_error_http_status, 1},
    {"r_graph_error_code", (DL_FUNC)r_graph_error_code, 1},
    {"r_graph_error_message", (DL_FUNC)r_graph_error_message, 1},
    {"r_graph_error_request_id", (DL_FUNC)r_graph_error_request_id, 1},
    {"r_graph_error_client_request_id", (DL_FUNC)r_graph_error_client_request_id, 1},
    {"r_graph_error_retry_after_ms", (DL_FUNC)r_graph_error_retry_after_ms, 1},
    {"r_graph_error_attempts", (DL_FUNC)r_graph_error_attempts, 1},
    {"r_graph_error_claims", (DL_FUNC)r_graph_error_claims, 1},
    {"r_graph_error_seen", (DL_FUNC)r_graph_error_seen, 1},
    {"r_graph_error_internet_message_id", (DL_FUNC)r_graph_error_internet_message_id, 1},
    {"r_graph_error_free", (DL_FUNC)r_graph_error_free, 1},
    {"r_graph_receipt_request_id", (DL_FUNC)r_graph_receipt_request_id, 1},
    {"r_graph_receipt_client_request_id", (DL_FUNC)r_graph_receipt_client_request_id, 1},
    {"r_graph_receipt_http_status", (DL_FUNC)r_graph_receipt_http_status, 1},
    {"r_graph_receipt_attempts", (DL_FUNC)r_graph_receipt_attempts, 1},
    {"r_graph_receipt_evidence", (DL_FUNC)r_graph_receipt_evidence, 1},
    {"r_graph_receipt_sent_id", (DL_FUNC)r_graph_receipt_sent_id, 1},
    {"r_graph_receipt_free", (DL_FUNC)r_graph_receipt_free, 1},
    {"r_graph_version", (DL_FUNC)r_graph_version, 0},
    {"r_graph_abi_version", (DL_FUNC)r_graph_abi_version, 0},
    {"r_graph_string_free", (DL_FUNC)r_graph_string_free, 1},
    {NULL, NULL, 0},
};

void R_init_graphmessage(DllInfo *library)
{
    R_registerRoutines(library, NULL, functions, NULL, NULL);
    R_useDynamicSymbols(library, FALSE);
}
