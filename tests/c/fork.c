/* A child process that uses its parent's client, and one of its own, while the parent goes on with its connections.
 * Arguments: base URL, token, file of draft ids, number of rounds.
 *
 * First, with one thread, so that the server can tell who used which connection: the parent sends the first id, a child
 * the second and third, the parent the fourth. Then, in each round, it forks while eight threads send: 25 ids a round,
 * the child's the last. */
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

enum { THREADS = 8, EACH = 3, PER_ROUND = THREADS * EACH + 1, ALONE = 4, PATIENCE_S = 20 };

static graph_client *client;
static const char *base_url, *token;
static char **ids;

static void send_on(const graph_client *on, const char *id)
{
    graph_receipt *receipt;
    graph_error *err;
    CHECK_STATUS(graph_client_send(on, NULL, token, NULL, id, &receipt, &err), GRAPH_OK, err);
    CHECK(receipt && graph_receipt_attempts(receipt) == 1);
    graph_receipt_free(receipt);
}

static void end_of_child(pid_t child)
{
    int status;
    CHECK(waitpid(child, &status, 0) == child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        fprintf(stderr, "the child ended with %d, signal %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1,
                WIFSIGNALED(status) ? WTERMSIG(status) : 0);
        exit(1);
    }
}

static void alone(void)
{
    pid_t child;
    send_on(client, ids[0]);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        graph_client *own = client_for(base_url);
        alarm(PATIENCE_S);
        send_on(client, ids[1]);
        send_on(own, ids[2]);
        graph_client_free(own);
        /* The child closes its copies; what the parent has must not notice. */
        graph_client_free(client);
        _exit(0);
    }
    end_of_child(child);
    send_on(client, ids[3]);
}

static void *send_several(void *from)
{
    size_t i;
    for (i = 0; i < EACH; i++) send_on(client, ((char **)from)[i]);
    return NULL;
}

static void among_threads(char **round, unsigned delay_us)
{
    pthread_t threads[THREADS];
    struct timespec delay;
    pid_t child;
    size_t i;
    for (i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, send_several, round + i * EACH) == 0);
    delay.tv_sec = 0;
    delay.tv_nsec = (long)delay_us * 1000L;
    nanosleep(&delay, NULL);
    child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        alarm(PATIENCE_S);
        send_on(client, round[PER_ROUND - 1]);
        _exit(0);
    }
    for (i = 0; i < THREADS; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    end_of_child(child);
}

int main(int argc, char **argv)
{
    size_t count, round, rounds;
    CHECK(argc == 5);
    alarm(200);
    base_url = argv[1];
    token = argv[2];
    ids = read_lines(argv[3], &count);
    rounds = (size_t)atoi(argv[4]);
    CHECK(count == ALONE + rounds * PER_ROUND);
    client = client_for(base_url);
    alone();
    /* At another moment each time: some forks come while connections are made, some while locks are held. */
    for (round = 0; round < rounds; round++) {
        among_threads(ids + ALONE + round * PER_ROUND, (unsigned)(round * 397 % 5000));
    }
    graph_client_free(client);
    return 0;
}
