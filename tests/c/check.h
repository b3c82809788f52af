/* What the test programs share. Each of them is compiled as C99 and as C++11, is silent when all is well, and ends with 1
 * and a line on stderr when it is not. */
#ifndef CHECK_H
#define CHECK_H

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "graph_message.h"

/* Not assert(): these hold in every build. */
#define CHECK(condition) \
    do { \
        if (!(condition)) check_failed(__FILE__, __LINE__, #condition); \
    } while (0)

/* The status that a call returned, and its error if it made one, which is printed where the status is another. */
#define CHECK_STATUS(status, wanted, err) \
    do { \
        /* The call writes err, so it must be over before err is read; the order of arguments is unspecified. */ \
        graph_status check_returned = (status); \
        check_status(__FILE__, __LINE__, check_returned, (wanted), (err)); \
    } while (0)

static inline void check_failed(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    exit(1);
}

static inline void check_status(const char *file, int line, graph_status status, graph_status wanted, const graph_error *err)
{
    if (status == wanted && graph_error_status(err) == wanted) return;
    fprintf(stderr, "%s:%d: %s, its error %s, where %s was expected: %s\n", file, line, graph_status_name(status),
            graph_status_name(graph_error_status(err)), graph_status_name(wanted), graph_error_message(err));
    exit(1);
}

static inline void sleep_ms(unsigned ms)
{
    struct timespec left;
    left.tv_sec = (time_t)(ms / 1000);
    left.tv_nsec = (long)(ms % 1000) * 1000000L;
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

static inline double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Options for a server on loopback. */
static inline graph_options *options_for(const char *base_url)
{
    graph_options *options = graph_options_new();
    CHECK(options);
    CHECK(graph_options_set_base_url(options, base_url) == GRAPH_OK);
    return options;
}

static inline graph_client *client_for(const char *base_url)
{
    graph_options *options = options_for(base_url);
    graph_client *client;
    graph_error *err;
    CHECK_STATUS(graph_client_new(options, &client, &err), GRAPH_OK, err);
    graph_options_free(options);
    return client;
}

/* The lines of a file, and how many there are. Never freed before the program ends. */
static inline char **read_lines(const char *path, size_t *count)
{
    static char text[1 << 20];
    static char *lines[1 << 13];
    FILE *file = fopen(path, "r");
    char *line;
    CHECK(file);
    text[fread(text, 1, sizeof text - 1, file)] = 0;
    CHECK(feof(file));
    fclose(file);
    *count = 0;
    for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        CHECK(*count < sizeof lines / sizeof *lines);
        lines[(*count)++] = line;
    }
    return lines;
}

#endif
