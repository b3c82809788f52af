/* The shared client. Arguments: base URL, token, id of a draft; without arguments, that a send settles its options. */
#include "check.h"

static void too_late(const graph_options *options)
{
    graph_error *err;
    CHECK_STATUS(graph_init(options, &err), GRAPH_INVALID_ARGUMENT, err);
    CHECK(strstr(graph_error_message(err), "graph_init"));
    graph_error_free(err);
    CHECK(graph_init(options, NULL) == GRAPH_INVALID_ARGUMENT);
}

static void init_then_send(const char *base_url, const char *token, const char *id)
{
    graph_options *options = options_for(base_url), *refused = graph_options_new();
    graph_error *err;

    /* One that fails does not count. */
    graph_options_set_base_url(refused, "http://graph.example");
    CHECK_STATUS(graph_init(refused, &err), GRAPH_INVALID_ARGUMENT, err);
    graph_error_free(err);
    graph_options_free(refused);

    CHECK_STATUS(graph_init(options, &err), GRAPH_OK, err);
    CHECK(!err);
    too_late(options);
    too_late(NULL);
    CHECK_STATUS(graph_message_send(token, NULL, id, &err), GRAPH_OK, err);
    CHECK(!err);
    too_late(options);
    CHECK_STATUS(graph_message_send(token, "me", id, &err), GRAPH_NOT_A_DRAFT, err);
    graph_error_free(err);
    CHECK(graph_message_send(token, "", id, NULL) == GRAPH_NOT_A_DRAFT);
    graph_options_free(options);
}

/* The default service is the real one: only a call whose arguments are refused may be made here. */
static void send_then_init(void)
{
    graph_options *options = options_for("http://127.0.0.1:9/v1.0");
    graph_error *err;
    CHECK_STATUS(graph_message_send("not a token", NULL, "not an id", &err), GRAPH_INVALID_ARGUMENT, err);
    graph_error_free(err);
    too_late(options);
    too_late(NULL);
    graph_options_free(options);
}

int main(int argc, char **argv)
{
    CHECK(argc == 1 || argc == 4);
    if (argc == 1) send_then_init();
    else init_then_send(argv[1], argv[2], argv[3]);
    return 0;
}
