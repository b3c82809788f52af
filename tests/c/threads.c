/* Many threads on one client, each with drafts of its own, all of them logging.
 * Arguments: base URL, token, file of draft ids, number of threads. */
#include <pthread.h>
#include <unistd.h>

#include "check.h"

enum { MOST_THREADS = 64 };

static graph_client *client;
static const char *token;
static char **ids;
static size_t id_count, thread_count;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static size_t info_lines, debug_lines, ready;
static int context;
static __thread size_t own_info_lines;

static void log_line(void *given, int32_t level, const char *line)
{
    const char *c;
    CHECK(given == &context);
    CHECK(level == GRAPH_LOG_INFO || level == GRAPH_LOG_DEBUG);
    CHECK(*line && !strstr(line, token));
    for (c = line; *c; c++) CHECK((unsigned char)*c >= 0x20);
    if (level == GRAPH_LOG_INFO) own_info_lines++;
    pthread_mutex_lock(&lock);
    if (level == GRAPH_LOG_INFO) info_lines++;
    else debug_lines++;
    pthread_mutex_unlock(&lock);
}

/* All begin at once, or the first would be done before the last is there. */
static void wait_for_all(void)
{
    size_t there;
    pthread_mutex_lock(&lock);
    ready++;
    pthread_mutex_unlock(&lock);
    do {
        sleep_ms(1);
        pthread_mutex_lock(&lock);
        there = ready;
        pthread_mutex_unlock(&lock);
    } while (there < thread_count);
}

static void *send_own(void *number)
{
    size_t i, sent = 0;
    wait_for_all();
    for (i = *(size_t *)number; i < id_count; i += thread_count) {
        graph_receipt *receipt;
        graph_error *err;
        CHECK_STATUS(graph_client_send(client, NULL, token, "me", ids[i], &receipt, &err), GRAPH_OK, err);
        CHECK(receipt && !err && graph_receipt_attempts(receipt) == 1);
        graph_receipt_free(receipt);
        sent++;
    }
    /* Its own calls called back on this thread and on no other. */
    CHECK(own_info_lines == sent);
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t threads[MOST_THREADS];
    size_t numbers[MOST_THREADS], i;
    graph_options *options;
    graph_error *err;
    CHECK(argc == 5);
    alarm(120);
    token = argv[2];
    ids = read_lines(argv[3], &id_count);
    thread_count = (size_t)atoi(argv[4]);
    CHECK(thread_count > 0 && thread_count <= MOST_THREADS && id_count >= thread_count);

    options = options_for(argv[1]);
    CHECK(graph_options_set_log(options, log_line, &context) == GRAPH_OK);
    CHECK_STATUS(graph_client_new(options, &client, &err), GRAPH_OK, err);
    graph_options_free(options);

    for (i = 0; i < thread_count; i++) {
        numbers[i] = i;
        CHECK(pthread_create(&threads[i], NULL, send_own, &numbers[i]) == 0);
    }
    for (i = 0; i < thread_count; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(info_lines == id_count);
    CHECK(debug_lines == id_count);
    graph_client_free(client);
    return 0;
}
