/* PEER BASE-URL TOKEN-FILE COUNT THREADS [LATENCIES-FILE]
 *
 * Every thread sends once, which connects it; then all of them send COUNT drafts together. Only these are timed. Prints one
 * line of JSON. With a file, the time of each send is written there as a JSON list of nanoseconds; else none is taken. */
#include "harness.h"

#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

/* As long as Graph's ids are, and distinct: the last eight digits count. */
static const char ID[] = "AAMkAGVmMDEzMTM4LTZmYWUtNDdkNC1hMDZiLTU1OGY5OTZhYmY4OABGAAAAAAAiQ8W967B7TKBjgx9rVEURBwAiIsqMbYjsT5e"
                         "-T7KzowPTAAAAAAEQAAAiIsqMbYjsT5e-T7KzowPTAAAY00000000";

static struct job job;
static long count;
static int64_t *latencies, *ends;
static pthread_barrier_t connected, go, done;

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int64_t cpu_ns(int64_t *user)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    *user = used.ru_utime.tv_sec * INT64_C(1000000000) + used.ru_utime.tv_usec * INT64_C(1000);
    return *user + used.ru_stime.tv_sec * INT64_C(1000000000) + used.ru_stime.tv_usec * INT64_C(1000);
}

static long peak_rss_kb(void)
{
    char line[256];
    long kb = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmHWM: %ld", &kb) == 1) break;
    if (status) fclose(status);
    return kb;
}

static void next_id(char *id)
{
    char *digit = id + sizeof ID - 2;
    while (*digit == '9') *digit-- = '0';
    ++*digit;
}

static void send_or_exit(void *thread, const char *id)
{
    if (peer_send(thread, id)) {
        fprintf(stderr, "no 202 for %s\n", id);
        exit(1);
    }
}

static void *run(void *argument)
{
    int number = (int)(intptr_t)argument;
    long from = count * number / job.threads, to = count * (number + 1) / job.threads, at;
    char mailbox[64], id[sizeof ID], digits[16];
    void *thread;

    snprintf(mailbox, sizeof mailbox, "user-%d@contoso.example", number);
    memcpy(id, ID, sizeof ID);
    snprintf(digits, sizeof digits, "%08ld", from + number);
    memcpy(id + sizeof ID - 9, digits, 8);
    thread = peer_thread(&job, mailbox);
    send_or_exit(thread, id);
    pthread_barrier_wait(&connected);
    pthread_barrier_wait(&go);
    for (at = from; at < to; at++) {
        int64_t began = latencies ? now_ns() : 0;
        next_id(id);
        send_or_exit(thread, id);
        if (latencies) latencies[at] = now_ns() - began;
    }
    ends[number] = now_ns();
    pthread_barrier_wait(&done);
    return NULL;
}

int main(int argc, char **argv)
{
    static char token[4096], host[256];
    int64_t began, ended = 0, cpu, user, user_before;
    FILE *file;
    pthread_t *threads;

    if (argc < 5 || sscanf(argv[1], "%*[a-z]://%255[^:]:%d", host, &job.port) != 2) return 2;
    file = fopen(argv[2], "r");
    if (!file || !fgets(token, sizeof token, file)) return 2;
    fclose(file);
    token[strcspn(token, "\n")] = '\0';
    count = atol(argv[3]);
    job.base_url = argv[1];
    job.host = host;
    job.is_tls = strncmp(argv[1], "https:", 6) == 0;
    job.ca_file = job.is_tls ? getenv("SSL_CERT_FILE") : NULL;
    job.token = token;
    job.threads = atoi(argv[4]);
    if (argc > 5 && count) latencies = calloc((size_t)count, sizeof *latencies);

    peer_start(&job);
    pthread_barrier_init(&connected, NULL, (unsigned)job.threads + 1);
    pthread_barrier_init(&go, NULL, (unsigned)job.threads + 1);
    pthread_barrier_init(&done, NULL, (unsigned)job.threads + 1);
    threads = calloc((size_t)job.threads, sizeof *threads);
    ends = calloc((size_t)job.threads, sizeof *ends);
    for (int i = 0; i < job.threads; i++) pthread_create(&threads[i], NULL, run, (void *)(intptr_t)i);
    pthread_barrier_wait(&connected);
    cpu = cpu_ns(&user_before);
    began = now_ns();
    pthread_barrier_wait(&go);
    pthread_barrier_wait(&done);
    cpu = cpu_ns(&user) - cpu;
    for (int i = 0; i < job.threads; i++)
        if (ends[i] > ended) ended = ends[i];
    printf("{\"sends\": %ld, \"wall_ns\": %lld, \"cpu_ns\": %lld, \"user_ns\": %lld, \"rss_kb\": %ld}\n", count,
           (long long)(ended - began), (long long)cpu, (long long)(user - user_before), peak_rss_kb());
    for (int i = 0; i < job.threads; i++) pthread_join(threads[i], NULL);
    if (latencies && (file = fopen(argv[5], "w"))) {
        for (long at = 0; at < count; at++) fprintf(file, "%c%lld", at ? ',' : '[', (long long)latencies[at]);
        fputs("]\n", file);
        fclose(file);
    }
    peer_stop();
    return 0;
}
