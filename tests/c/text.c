/* The form for languages to which a pointer to a pointer is a burden. Arguments: base URL, token, drafts: one that is sent
 * and one to which Graph says to wait. */
#include <unistd.h>

#include "check.h"

int main(int argc, char **argv)
{
    char message[400], padded[4000], cut[12];
    int32_t http_status = -1;
    uint32_t retry_after_ms = 77;
    graph_error *err;
    graph_options *options = graph_options_new();
    CHECK(argc == 5);
    alarm(60);
    CHECK(graph_options_set_base_url(options, argv[1]) == GRAPH_OK);
    CHECK(graph_options_set_max_attempts(options, 1) == GRAPH_OK);
    CHECK_STATUS(graph_init(options, &err), GRAPH_OK, err);
    graph_options_free(options);

    /* A field as COBOL has it: padded with spaces. The message names the ids. */
    snprintf(padded, sizeof padded, "%-3900s", argv[2]);
    CHECK(graph_message_send_text(padded, "me      ", argv[3], message, sizeof message, &http_status, &retry_after_ms) == GRAPH_OK);
    CHECK(strstr(message, "client-request-id"));
    CHECK(http_status == 202 && retry_after_ms == 0);

    CHECK(graph_message_send_text(argv[2], NULL, argv[4], message, sizeof message, &http_status, &retry_after_ms) == GRAPH_THROTTLED);
    CHECK(strstr(message, "not sent") && strstr(message, "request-id"));
    CHECK(http_status == 429 && retry_after_ms == 7000);

    /* Too short a buffer, none, and nothing else either. */
    CHECK(graph_message_send_text("", "", "x", cut, sizeof cut, NULL, NULL) == GRAPH_INVALID_ARGUMENT);
    CHECK(!strcmp(cut, "not sent: t"));
    cut[0] = 'x';
    CHECK(graph_message_send_text("", "", "x", cut, 0, NULL, NULL) == GRAPH_INVALID_ARGUMENT);
    CHECK(cut[0] == 'x');
    CHECK(graph_message_send_text(NULL, NULL, NULL, NULL, 9, NULL, NULL) == GRAPH_INVALID_ARGUMENT);
    return 0;
}
