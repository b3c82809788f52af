/* Strings that are not UTF-8, or hold what no id, token or option holds: refused by name, and no secret is repeated. */
#include "check.h"

#define SECRET "s3cr3t"

/* Not UTF-8: a stray byte, overlong forms, a surrogate, beyond Unicode, and sequences cut short. */
static const char *const BROKEN[] = {
    "\xff", "\x80", "\xfe\xfe", "\xe9", "\xc0\x80", "\xc0\xaf", "\xe0\x80\xaf", "\xf0\x80\x80\xaf",
    "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xc3", "\xe2\x82", "\xf0\x9f\x98",
};

/* UTF-8 that is out of place: C0, DEL, C1. */
static const char *const CONTROLS[] = { "\x01", "\t", "\n", "\r\n", "\x1b[31m", "\x7f", "\xc2\x85", "\xc2\x9b" };

enum { BROKEN_COUNT = sizeof BROKEN / sizeof *BROKEN, CONTROL_COUNT = sizeof CONTROLS / sizeof *CONTROLS };

static graph_client *client;

/* The message is one line that begins with what became of the mail and the name of what was refused. */
static void refused(graph_status status, graph_error **made, const char *name)
{
    graph_error *err = *made;
    const char *message = graph_error_message(err), *c;
    char wanted[64];
    CHECK_STATUS(status, GRAPH_INVALID_ARGUMENT, err);
    snprintf(wanted, sizeof wanted, "not sent: %s ", name);
    if (strncmp(message, wanted, strlen(wanted)) != 0) {
        fprintf(stderr, "the message does not begin with \"%s\": %s\n", wanted, message);
        exit(1);
    }
    if (strstr(message, SECRET)) {
        fprintf(stderr, "the message repeats a secret: %s\n", message);
        exit(1);
    }
    for (c = message; *c; c++) {
        unsigned char byte = (unsigned char)c[0], next = (unsigned char)c[1];
        if (byte < 0x20 || byte == 0x7f || (byte == 0xc2 && next >= 0x80 && next < 0xa0)) {
            fprintf(stderr, "the message holds a control character: %s\n", message);
            exit(1);
        }
    }
    CHECK(graph_error_attempts(err) == 0 && !*graph_error_client_request_id(err));
    graph_error_free(err);
}

static void check_arguments(const char *bad)
{
    graph_error *err;
    graph_receipt *receipt;
    char token[64], user[64], id[64];
    snprintf(token, sizeof token, SECRET "%s" SECRET, bad);
    snprintf(user, sizeof user, "megan%s@contoso.example", bad);
    snprintf(id, sizeof id, "AAMk%s=", bad);

    refused(graph_client_send(client, NULL, token, "me", "AAMk=", &receipt, &err), &err, "token");
    CHECK(!receipt);
    refused(graph_client_send(client, NULL, SECRET, user, "AAMk=", &receipt, &err), &err, "user");
    refused(graph_client_send(client, NULL, SECRET, "me", id, &receipt, &err), &err, "id");
    refused(graph_message_send(token, "me", "AAMk=", &err), &err, "token");
    refused(graph_message_send(SECRET, user, "AAMk=", &err), &err, "user");
    refused(graph_message_send(SECRET, "me", id, &err), &err, "id");

    /* Alone, at the front and at the end as well. */
    refused(graph_client_send(client, NULL, bad, "me", "AAMk=", &receipt, &err), &err, "token");
    refused(graph_client_send(client, NULL, SECRET, bad, "AAMk=", &receipt, &err), &err, "user");
    refused(graph_client_send(client, NULL, SECRET, "me", bad, &receipt, &err), &err, "id");
    snprintf(token, sizeof token, SECRET "%s", bad);
    refused(graph_client_send(client, NULL, token, "me", "AAMk=", &receipt, &err), &err, "token");
    snprintf(token, sizeof token, "%s" SECRET, bad);
    refused(graph_client_send(client, NULL, token, "me", "AAMk=", &receipt, &err), &err, "token");
}

typedef graph_status (*text_setter)(graph_options *, const char *);

/* Refused options stay refused, whatever is set later, and the error of every later client names them. */
static void check_option(const char *name, text_setter set, const char *bad, const char *good)
{
    graph_options *options = graph_options_new();
    graph_client *made;
    graph_error *err;
    CHECK(set(options, bad) == GRAPH_INVALID_ARGUMENT);
    refused(graph_client_new(options, &made, &err), &err, name);
    CHECK(!made);
    if (good) CHECK(set(options, good) == GRAPH_OK);
    CHECK(graph_options_set_timeout_ms(options, 1000) == GRAPH_OK);
    refused(graph_client_new(options, &made, &err), &err, name);
    CHECK(!made);
    CHECK(graph_client_new(options, &made, NULL) == GRAPH_INVALID_ARGUMENT);
    refused(graph_init(options, &err), &err, name);
    graph_options_free(options);
}

static void check_options(const char *bad)
{
    char text[128];
    snprintf(text, sizeof text, "https://user:" SECRET "@graph%s.example/v1.0", bad);
    check_option("base_url", graph_options_set_base_url, text, "https://graph.microsoft.com/v1.0");
    snprintf(text, sizeof text, "https://graph.example/%s/v1.0", bad);
    check_option("base_url", graph_options_set_base_url, text, "https://graph.microsoft.com/v1.0");
    snprintf(text, sizeof text, "http://user:" SECRET "%s@proxy.example:3128", bad);
    check_option("proxy", graph_options_set_proxy, text, "http://proxy.example:3128");
    snprintf(text, sizeof text, "http://user:" SECRET "@proxy%s.example:3128", bad);
    check_option("proxy", graph_options_set_proxy, text, "");
    snprintf(text, sizeof text, "/nowhere/%s.pem", bad);
    check_option("ca_file", graph_options_set_ca_file, text, NULL);
    snprintf(text, sizeof text, "Billing%s/4.2", bad);
    check_option("user_agent", graph_options_set_user_agent, text, "Billing/4.2");
}

static void check_roots(int32_t roots)
{
    graph_options *options = graph_options_new();
    graph_client *made;
    graph_error *err;
    CHECK(graph_options_set_roots(options, roots) == GRAPH_INVALID_ARGUMENT);
    CHECK(graph_options_set_roots(options, GRAPH_ROOTS_BUNDLED) == GRAPH_OK);
    refused(graph_client_new(options, &made, &err), &err, "roots");
    graph_options_free(options);
}

/* Options of which none was refused are not spoilt by those that were. */
static void check_neighbours(void)
{
    graph_options *options = graph_options_new();
    graph_client *made;
    graph_error *err;
    CHECK(graph_options_set_user_agent(options, "Billing/4.2") == GRAPH_OK);
    CHECK_STATUS(graph_client_new(options, &made, &err), GRAPH_OK, err);
    graph_client_free(made);
    graph_options_free(options);
}

int main(void)
{
    size_t i;
    graph_error *err;
    /* Where nothing is refused, nothing leaves either. */
    graph_options *options = options_for("http://127.0.0.1:9/v1.0");
    CHECK_STATUS(graph_client_new(options, &client, &err), GRAPH_OK, err);
    for (i = 0; i < BROKEN_COUNT; i++) check_options(BROKEN[i]);
    for (i = 0; i < CONTROL_COUNT; i++) check_options(CONTROLS[i]);
    check_roots(-1);
    check_roots(2);
    check_roots(INT32_MAX);
    check_neighbours();

    CHECK_STATUS(graph_init(options, &err), GRAPH_OK, err);
    graph_options_free(options);
    for (i = 0; i < BROKEN_COUNT; i++) check_arguments(BROKEN[i]);
    for (i = 0; i < CONTROL_COUNT; i++) check_arguments(CONTROLS[i]);
    graph_client_free(client);
    return 0;
}
