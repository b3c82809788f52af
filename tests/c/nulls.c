/* NULL wherever a pointer goes in, one at a time and all at once; and outputs that hold rubbish. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "check.h"

/* An address that refuses every connection for as long as the program runs: bound, and not listening. */
static const char *nobody(void)
{
    static char url[64];
    struct sockaddr_in address;
    socklen_t length = sizeof address;
    int bound = socket(AF_INET, SOCK_STREAM, 0);
    memset(&address, 0, sizeof address);
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(bound >= 0);
    CHECK(bind(bound, (struct sockaddr *)&address, sizeof address) == 0);
    CHECK(getsockname(bound, (struct sockaddr *)&address, &length) == 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/v1.0", (unsigned)ntohs(address.sin_port));
    return url;
}

/* A pointer that crashes whoever follows it. */
static void *rubbish(void)
{
    return (void *)(size_t)0x5a5a5a5a;
}

/* The refusal names what is NULL. Takes the error by its place: arguments have no order, and the call writes it. */
static void refused(graph_status status, graph_error **made, const char *name)
{
    graph_error *err = *made;
    char wanted[64];
    snprintf(wanted, sizeof wanted, "not sent: %s is NULL", name);
    CHECK_STATUS(status, GRAPH_INVALID_ARGUMENT, err);
    CHECK(strstr(graph_error_message(err), wanted) == graph_error_message(err));
    CHECK(graph_error_http_status(err) == 0);
    CHECK(graph_error_attempts(err) == 0);
    CHECK(graph_error_retry_after_ms(err) == 0);
    CHECK(!*graph_error_code(err) && !*graph_error_request_id(err));
    CHECK(!*graph_error_client_request_id(err) && !*graph_error_claims(err));
    graph_error_free(err);
}

static void accessors(void)
{
    CHECK(graph_error_status(NULL) == GRAPH_OK);
    CHECK(graph_error_http_status(NULL) == 0);
    CHECK(graph_error_retry_after_ms(NULL) == 0);
    CHECK(graph_error_attempts(NULL) == 0);
    CHECK(!strcmp(graph_error_code(NULL), ""));
    CHECK(!strcmp(graph_error_message(NULL), ""));
    CHECK(!strcmp(graph_error_request_id(NULL), ""));
    CHECK(!strcmp(graph_error_client_request_id(NULL), ""));
    CHECK(!strcmp(graph_error_claims(NULL), ""));
    CHECK(!strcmp(graph_error_internet_message_id(NULL), ""));
    CHECK(!strcmp(graph_receipt_sent_id(NULL), ""));
    CHECK(graph_error_seen(NULL) == GRAPH_SEEN_NOTHING);

    CHECK(graph_receipt_http_status(NULL) == 0);
    CHECK(graph_receipt_attempts(NULL) == 0);
    CHECK(graph_receipt_evidence(NULL) == 0);
    CHECK(!strcmp(graph_receipt_request_id(NULL), ""));
    CHECK(!strcmp(graph_receipt_client_request_id(NULL), ""));
}

static void nothing_to_free(void)
{
    graph_client_free(NULL);
    graph_call_free(NULL);
    graph_options_free(NULL);
    graph_error_free(NULL);
    graph_receipt_free(NULL);
    graph_string_free(NULL);
    graph_client_cancel(NULL);
    graph_call_cancel(NULL);
}

static void no_options(void)
{
    CHECK(graph_options_set_base_url(NULL, "https://graph.microsoft.com/v1.0") == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_options_set_base_url(NULL, NULL) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_options_set_timeout_ms(NULL, 1) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_options_set_attempt_timeout_ms(NULL, 1) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_options_set_connect_timeout_ms(NULL, 1) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_options_set_max_attempts(NULL, 1) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_options_set_proxy(NULL, "http://proxy.example:3128") == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_options_set_proxy(NULL, NULL) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_options_set_proxy_from_environment(NULL) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_options_set_ca_file(NULL, "/") == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_options_set_ca_file(NULL, NULL) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_options_set_verify(NULL, GRAPH_VERIFY_ALWAYS) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_options_set_settle_ms(NULL, 1) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_options_set_mailbox_concurrency(NULL, 1) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_call_set_internet_message_id(NULL, "<x@y>") == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_call_set_internet_message_id(NULL, NULL) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_client_check(NULL, NULL, NULL, NULL, NULL, NULL, NULL) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_client_check(NULL, NULL, "t", "me", "x", NULL, NULL) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_options_set_roots(NULL, GRAPH_ROOTS_SYSTEM) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_options_set_user_agent(NULL, "Billing/4.2") == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_options_set_user_agent(NULL, NULL) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_options_set_log(NULL, NULL, NULL) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_call_set_timeout_ms(NULL, 1) == GRAPH_INVALID_ARGUMENT);
}

/* Options for which NULL means none, and those which it spoils. */
static void null_values(void)
{
    graph_options *options = graph_options_new();
    graph_client *client = NULL;
    graph_error *err;
    CHECK(graph_options_set_proxy(options, NULL) == GRAPH_OK);
    CHECK(graph_options_set_user_agent(options, NULL) == GRAPH_OK);
    CHECK(graph_options_set_log(options, NULL, NULL) == GRAPH_OK);
    CHECK_STATUS(graph_client_new(options, &client, &err), GRAPH_OK, err);
    CHECK(client && !err);
    graph_client_free(client);

    CHECK(graph_options_set_base_url(options, NULL) == GRAPH_INVALID_ARGUMENT);
    client = (graph_client *)rubbish();
    refused(graph_client_new(options, &client, &err), &err, "base_url");
    CHECK(!client);
    graph_options_free(options);

    options = graph_options_new();
    CHECK(graph_options_set_ca_file(options, NULL) == GRAPH_INVALID_ARGUMENT);
    client = (graph_client *)rubbish();
    refused(graph_client_new(options, &client, &err), &err, "ca_file");
    CHECK(!client);
    refused(graph_client_new(options, NULL, &err), &err, "client");
    refused(graph_init(options, &err), &err, "ca_file");
    CHECK(graph_client_new(options, &client, NULL) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_client_new(options, NULL, NULL) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_init(options, NULL) == GRAPH_INVALID_ARGUMENT);
    graph_options_free(options);
}

static void new_clients(void)
{
    graph_client *client;
    graph_error *err;
    refused(graph_client_new(NULL, NULL, &err), &err, "client");
    CHECK(graph_client_new(NULL, NULL, NULL) == GRAPH_INVALID_ARGUMENT);
    client = (graph_client *)rubbish();
    CHECK(graph_client_new(NULL, &client, NULL) == GRAPH_OK);
    CHECK(client != rubbish());
    graph_client_free(client);
}

static void sends(const char *url)
{
    graph_options *options = options_for(url);
    graph_client *client;
    graph_call *call = graph_call_new();
    graph_receipt *receipt;
    graph_error *err;
    CHECK(call);
    graph_options_set_max_attempts(options, 1);
    CHECK_STATUS(graph_client_new(options, &client, &err), GRAPH_OK, err);
    graph_options_free(options);

    refused(graph_client_send(NULL, call, "t", "me", "x", &receipt, &err), &err, "client");
    CHECK(!receipt);
    receipt = (graph_receipt *)rubbish();
    err = (graph_error *)rubbish();
    refused(graph_client_send(client, call, NULL, "me", "x", &receipt, &err), &err, "token");
    CHECK(!receipt);
    receipt = (graph_receipt *)rubbish();
    refused(graph_client_send(client, call, "t", "me", NULL, &receipt, &err), &err, "id");
    CHECK(!receipt);
    refused(graph_client_send(NULL, NULL, NULL, NULL, NULL, NULL, &err), &err, "client");
    CHECK(graph_client_send(NULL, NULL, NULL, NULL, NULL, NULL, NULL) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_client_send(client, NULL, NULL, NULL, NULL, NULL, NULL) == GRAPH_INVALID_ARGUMENT);

    /* What may be NULL leaves a call that is made: nobody listens, so it ends there. */
    receipt = (graph_receipt *)rubbish();
    CHECK_STATUS(graph_client_send(client, NULL, "t", "me", "x", &receipt, &err), GRAPH_UNREACHABLE, err);
    CHECK(!receipt);
    graph_error_free(err);
    CHECK_STATUS(graph_client_send(client, call, "t", NULL, "x", &receipt, &err), GRAPH_UNREACHABLE, err);
    CHECK(!receipt && graph_error_attempts(err) == 0);
    CHECK(strlen(graph_error_client_request_id(err)) == 36);
    graph_error_free(err);
    CHECK_STATUS(graph_client_send(client, call, "t", "me", "x", NULL, &err), GRAPH_UNREACHABLE, err);
    graph_error_free(err);
    receipt = (graph_receipt *)rubbish();
    CHECK(graph_client_send(client, call, "t", "me", "x", &receipt, NULL) == GRAPH_UNREACHABLE);
    CHECK(!receipt);
    CHECK(graph_client_send(client, NULL, "t", NULL, "x", NULL, NULL) == GRAPH_UNREACHABLE);

    graph_call_free(call);
    graph_client_free(client);
}

static void one_call(const char *url)
{
    graph_options *options = options_for(url);
    graph_error *err;
    refused(graph_message_send(NULL, "me", "x", &err), &err, "token");
    refused(graph_message_send("t", "me", NULL, &err), &err, "id");
    refused(graph_message_send(NULL, NULL, NULL, &err), &err, "token");
    CHECK(graph_message_send(NULL, NULL, NULL, NULL) == GRAPH_INVALID_ARGUMENT);

    graph_options_set_max_attempts(options, 1);
    err = (graph_error *)rubbish();
    CHECK_STATUS(graph_init(options, &err), GRAPH_OK, err);
    CHECK(!err);
    graph_options_free(options);
    CHECK_STATUS(graph_message_send("t", NULL, "x", &err), GRAPH_UNREACHABLE, err);
    graph_error_free(err);
    CHECK(graph_message_send("t", NULL, "x", NULL) == GRAPH_UNREACHABLE);
    CHECK_STATUS(graph_init(NULL, &err), GRAPH_INVALID_ARGUMENT, err);
    graph_error_free(err);
    CHECK(graph_init(NULL, NULL) == GRAPH_INVALID_ARGUMENT);
}

int main(void)
{
    const char *url = nobody();
    accessors();
    nothing_to_free();
    no_options();
    null_values();
    new_clients();
    sends(url);
    one_call(url);
    return 0;
}
