#include <stdio.h>
#include <graph_message.h>

int main(int argc, char **argv) { /* send TOKEN DRAFT-ID [BASE-URL] */
    if (argc < 3 || argc > 4) {
        fprintf(stderr, "usage: send TOKEN DRAFT-ID [BASE-URL]\n");
        return 64;
    }
    graph_error *err = NULL;
    graph_options *options = graph_options_new();
    if (argc > 3) graph_options_set_base_url(options, argv[3]);
    graph_status status = graph_init(options, &err);
    graph_options_free(options);
    if (status == GRAPH_OK) status = graph_message_send(argv[1], "me", argv[2], &err);

    int32_t sent = graph_status_sent(status);
    if (sent == 1) printf("sent\n");
    else fprintf(stderr, "%s\n", graph_error_message(err));
    graph_error_free(err);
    return sent == 1 ? 0 : sent == 0 ? 1 : 2; /* 2: may have been sent. Check later; do not repeat blindly. */
}
