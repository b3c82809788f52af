/* Sends a draft with this library: send BASE-URL TOKEN ID. Prints one word; why and how long on standard error. */
#include <stdio.h>
#include <time.h>

#include "graph_message.h"

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
    graph_error *err = NULL;
    graph_options *options = graph_options_new();
    graph_status status;
    double began;

    if (argc != 4) return 2;
    graph_options_set_base_url(options, argv[1]);
    if (graph_init(options, &err) != GRAPH_OK) {
        fprintf(stderr, "%s\n", graph_error_message(err));
        return 2;
    }
    began = now_ms();
    status = graph_message_send(argv[2], NULL, argv[3], &err);
    fprintf(stderr, "%.0f %s %s\n", now_ms() - began, graph_status_name(status), graph_error_message(err));
    switch (graph_status_sent(status)) {
    case 1: puts("sent"); break;
    case 0: puts("failed"); break;
    default: puts("unknown"); break;
    }
    graph_error_free(err);
    graph_options_free(options);
    return 0;
}
