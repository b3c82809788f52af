/* A client, a call, and every accessor: one mail that goes, and the same once more, which does not.
 * Arguments: base URL, token, user, id and internetMessageId of a draft. */
#include "check.h"

static int is_guid(const char *text)
{
    size_t i;
    for (i = 0; i < 36; i++) {
        int dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? text[i] != '-' : !text[i] || !strchr("0123456789abcdef", text[i])) return 0;
    }
    return !text[36];
}

int main(int argc, char **argv)
{
    graph_options *options;
    graph_client *client;
    graph_call *call = graph_call_new();
    graph_receipt *receipt;
    graph_error *err;
    const char *base_url, *token, *user, *id;
    char unknown[1024], first[40];
    CHECK(argc == 6 && call);
    base_url = argv[1], token = argv[2], user = argv[3], id = argv[4];

    options = options_for(base_url);
    CHECK(graph_options_set_user_agent(options, "basic/1.0") == GRAPH_OK);
    CHECK(graph_options_set_timeout_ms(options, 60000) == GRAPH_OK);
    CHECK(graph_options_set_attempt_timeout_ms(options, 20000) == GRAPH_OK);
    CHECK(graph_options_set_connect_timeout_ms(options, 5000) == GRAPH_OK);
    CHECK(graph_options_set_max_attempts(options, 2) == GRAPH_OK);
    CHECK(graph_options_set_roots(options, GRAPH_ROOTS_BUNDLED) == GRAPH_OK);
    CHECK_STATUS(graph_client_new(options, &client, &err), GRAPH_OK, err);
    CHECK(client && !err);
    /* They were copied. */
    graph_options_free(options);
    CHECK(graph_call_set_timeout_ms(call, 50000) == GRAPH_OK);

    CHECK_STATUS(graph_client_send(client, call, token, user, id, &receipt, &err), GRAPH_OK, err);
    CHECK(receipt && !err);
    CHECK(graph_receipt_http_status(receipt) == 202);
    CHECK(graph_receipt_attempts(receipt) == 1);
    CHECK(graph_receipt_evidence(receipt) == GRAPH_EVIDENCE_ACCEPTED);
    CHECK(is_guid(graph_receipt_client_request_id(receipt)));
    CHECK(is_guid(graph_receipt_request_id(receipt)));
    snprintf(first, sizeof first, "%s", graph_receipt_client_request_id(receipt));
    graph_receipt_free(receipt);

    /* The client remembers that it sent this one, looks, and sends nothing. */
    CHECK_STATUS(graph_client_send(client, call, token, user, id, &receipt, &err), GRAPH_NOT_A_DRAFT, err);
    CHECK(!receipt && err);
    CHECK(graph_error_attempts(err) == 0);
    CHECK(graph_error_seen(err) == GRAPH_SEEN_GONE);
    CHECK(!*graph_error_internet_message_id(err));
    graph_error_free(err);
    CHECK_STATUS(graph_client_check(client, call, token, user, id, &receipt, &err), GRAPH_OK, err);
    CHECK(receipt && !err);
    CHECK(!*graph_receipt_sent_id(receipt));
    graph_receipt_free(receipt);
    CHECK(graph_call_set_internet_message_id(call, argv[5]) == GRAPH_OK);
    CHECK_STATUS(graph_client_check(client, call, token, user, id, &receipt, &err), GRAPH_OK, err);
    CHECK(receipt && !err);
    CHECK(graph_receipt_evidence(receipt) == GRAPH_EVIDENCE_FOUND);
    CHECK(*graph_receipt_sent_id(receipt));
    graph_receipt_free(receipt);

    /* It is remembered by its id, whatever the mailbox is called. */
    CHECK_STATUS(graph_client_send(client, call, token, "me", id, &receipt, &err), GRAPH_NOT_A_DRAFT, err);
    graph_error_free(err);
    /* An id that Graph does not know. */
    snprintf(unknown, sizeof unknown, "%s", id);
    unknown[strlen(id) - 7] = unknown[strlen(id) - 7] == 'Z' ? 'Y' : 'Z';
    CHECK_STATUS(graph_client_send(client, call, token, "me", unknown, &receipt, &err), GRAPH_NOT_FOUND, err);
    CHECK(!receipt && err);
    CHECK(graph_error_http_status(err) == 404);
    CHECK(!strcmp(graph_error_code(err), "ErrorItemNotFound"));
    CHECK(strlen(graph_error_message(err)) > 10);
    CHECK(!strstr(graph_error_message(err), token));
    CHECK(is_guid(graph_error_request_id(err)));
    CHECK(is_guid(graph_error_client_request_id(err)));
    CHECK(strcmp(graph_error_client_request_id(err), first) != 0);
    CHECK(graph_error_retry_after_ms(err) == 0);
    CHECK(graph_error_attempts(err) == 1);
    CHECK(!*graph_error_claims(err));

    /* Neither the client nor the call is needed to read what became of them. */
    graph_call_free(call);
    graph_client_free(client);
    CHECK(graph_error_http_status(err) == 404);
    graph_error_free(err);
    return 0;
}
