/* This library through its C API: one client for all threads. */
#include "harness.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "graph_message.h"

struct thread {
    const char *token;
    char mailbox[64];
};

static graph_client *client;

void peer_start(const struct job *job)
{
    graph_options *options = graph_options_new();
    graph_error *error = NULL;

    graph_options_set_base_url(options, job->base_url);
    if (graph_client_new(options, &client, &error) != GRAPH_OK) {
        fprintf(stderr, "%s\n", graph_error_message(error));
        exit(2);
    }
    graph_options_free(options);
}

void *peer_thread(const struct job *job, const char *mailbox)
{
    struct thread *thread = calloc(1, sizeof *thread);
    thread->token = job->token;
    strcpy(thread->mailbox, mailbox);
    return thread;
}

int peer_send(void *argument, const char *id)
{
    struct thread *thread = argument;
    graph_error *error = NULL;

    if (graph_client_send(client, NULL, thread->token, thread->mailbox, id, NULL, &error) == GRAPH_OK) return 0;
    fprintf(stderr, "%s\n", graph_error_message(error));
    graph_error_free(error);
    return 1;
}

void peer_stop(void)
{
    graph_client_free(client);
}
