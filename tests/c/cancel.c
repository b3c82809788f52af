/* Cancelling calls that hang. The server must hang on the first THREADS + 2 sends and answer the next.
 * Arguments: base URL, token, id of a draft, number of threads, milliseconds a cancel may take.
 * Prints how long it took. */
#include <pthread.h>
#include <unistd.h>

#include "check.h"

enum { MOST_THREADS = 64, HEADWAY_MS = 500 };

typedef struct {
    graph_call *call;
    graph_status status;
    uint32_t attempts;
    double ended_at;
    pthread_t thread;
    char id[32];
} flight;

static graph_client *client;
static const char *token;

static void *fly(void *given)
{
    flight *own = (flight *)given;
    graph_receipt *receipt;
    graph_error *err;
    own->status = graph_client_send(client, own->call, token, NULL, own->id, &receipt, &err);
    own->ended_at = now_ms();
    CHECK(!receipt && err);
    CHECK(graph_error_status(err) == own->status);
    own->attempts = graph_error_attempts(err);
    graph_error_free(err);
    return NULL;
}

static void start(flight *own, graph_call *call)
{
    static unsigned started;
    own->call = call;
    /* Calls to one draft would wait for each other. */
    snprintf(own->id, sizeof own->id, "hangs-%u", started++);
    own->ended_at = 0;
    CHECK(pthread_create(&own->thread, NULL, fly, own) == 0);
}

/* How long after the cancel it ended: its request had left, so nobody knows. */
static double end(flight *own, double cancelled_at)
{
    CHECK(pthread_join(own->thread, NULL) == 0);
    CHECK(own->status == GRAPH_UNKNOWN && own->attempts == 1);
    CHECK(own->ended_at >= cancelled_at);
    return own->ended_at - cancelled_at;
}

int main(int argc, char **argv)
{
    flight flights[MOST_THREADS];
    graph_call *one, *other;
    graph_options *options;
    graph_receipt *receipt;
    graph_error *err;
    double cancelled_at, took, longest = 0, limit;
    size_t i, count;
    CHECK(argc == 6);
    alarm(120);
    options = options_for(argv[1]);
    /* All in flight at once, and nothing looked at afterwards. */
    CHECK(graph_options_set_mailbox_concurrency(options, MOST_THREADS) == GRAPH_OK);
    CHECK(graph_options_set_verify(options, GRAPH_VERIFY_NEVER) == GRAPH_OK);
    CHECK_STATUS(graph_client_new(options, &client, &err), GRAPH_OK, err);
    graph_options_free(options);
    token = argv[2];
    count = (size_t)atoi(argv[4]);
    limit = atof(argv[5]);
    CHECK(count > 0 && count <= MOST_THREADS);

    for (i = 0; i < count; i++) start(&flights[i], NULL);
    sleep_ms(HEADWAY_MS);
    cancelled_at = now_ms();
    graph_client_cancel(client);
    CHECK(now_ms() - cancelled_at < limit);
    for (i = 0; i < count; i++) {
        took = end(&flights[i], cancelled_at);
        if (took > longest) longest = took;
    }
    printf("client_cancel_ms=%.1f\n", longest);
    CHECK(longest <= limit);

    /* One call of two; the other goes on. */
    one = graph_call_new();
    other = graph_call_new();
    start(&flights[0], one);
    start(&flights[1], other);
    sleep_ms(HEADWAY_MS);
    cancelled_at = now_ms();
    graph_call_cancel(one);
    took = end(&flights[0], cancelled_at);
    printf("call_cancel_ms=%.1f\n", took);
    CHECK(took <= limit);
    cancelled_at = now_ms();
    graph_call_cancel(other);
    CHECK(end(&flights[1], cancelled_at) <= limit);

    /* A cancelled call stays so and sends nothing; the client works as before. */
    CHECK_STATUS(graph_client_send(client, one, token, NULL, argv[3], &receipt, &err), GRAPH_CANCELLED, err);
    CHECK(graph_error_attempts(err) == 0);
    graph_error_free(err);
    CHECK_STATUS(graph_client_send(client, NULL, token, NULL, argv[3], &receipt, &err), GRAPH_OK, err);
    graph_receipt_free(receipt);
    graph_call_free(one);
    graph_call_free(other);
    graph_client_free(client);
    return 0;
}
