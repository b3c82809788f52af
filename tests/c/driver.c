/* Runs calls as it is told on standard input and prints what they ended in: the C end of tests/cases.
 *
 * One line is a name and a value; \xHH in a value is that byte. An option's line sets it, "token", "user" and "id" set
 * the arguments (unset is NULL), and "send" or "check" makes the call and prints its results, one name=value a line,
 * closed by an empty line. The client is made anew after an option was set.
 *
 * With the argument "text" it sends by graph_message_send_text, on the shared client. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "graph_message.h"

#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#endif

/* The header of the stdcall library for Windows defines it. */
#ifndef GRAPH_CALL
#define GRAPH_CALL
#endif

enum { LINE = 200000, TEXT = 4096 };

static graph_options *options;
static graph_client *client;
static char *token, *user, *id, *internet_message_id;
static unsigned call_timeout_ms, cancel_client_after_ms, cancel_call_after_ms;

static void die(const char *what, const char *why)
{
    fprintf(stderr, "driver: %s: %s\n", what, why);
    exit(2);
}

static void sleep_ms(unsigned ms)
{
    struct timespec left;
    left.tv_sec = ms / 1000;
    left.tv_nsec = (long)(ms % 1000) * 1000000L;
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void decode(char *text)
{
    char *to = text;
    for (; *text; text++) {
        unsigned byte;
        if (text[0] == '\\' && text[1] == 'x' && sscanf(text + 2, "%2x", &byte) == 1) {
            *to++ = (char)byte;
            text += 3;
        } else {
            *to++ = *text;
        }
    }
    *to = 0;
}

static char *copy(const char *text)
{
    char *copied = malloc(strlen(text) + 1);
    if (!copied) die("malloc", "no memory");
    return strcpy(copied, text);
}

static void keep(char **place, const char *text)
{
    free(*place);
    *place = copy(text);
}

static void GRAPH_CALL log_line(void *context, int32_t level, const char *line)
{
    (void)context;
    printf("log=%d %s\n", (int)level, line);
}

/* Whether the name is an option's; a refused value shows when the client is made. */
static int set_option(const char *name, const char *value)
{
    uint32_t number = (uint32_t)strtoul(value, NULL, 10);
    if (!strcmp(name, "base_url")) graph_options_set_base_url(options, value);
    else if (!strcmp(name, "timeout_ms")) graph_options_set_timeout_ms(options, number);
    else if (!strcmp(name, "attempt_timeout_ms")) graph_options_set_attempt_timeout_ms(options, number);
    else if (!strcmp(name, "connect_timeout_ms")) graph_options_set_connect_timeout_ms(options, number);
    else if (!strcmp(name, "max_attempts")) graph_options_set_max_attempts(options, number);
    else if (!strcmp(name, "verify")) graph_options_set_verify(options, (int32_t)strtol(value, NULL, 10));
    else if (!strcmp(name, "settle_ms")) graph_options_set_settle_ms(options, number);
    else if (!strcmp(name, "mailbox_concurrency")) graph_options_set_mailbox_concurrency(options, number);
    else if (!strcmp(name, "proxy")) graph_options_set_proxy(options, value);
    else if (!strcmp(name, "proxy_from_environment")) graph_options_set_proxy_from_environment(options);
    else if (!strcmp(name, "ca_file")) graph_options_set_ca_file(options, value);
    else if (!strcmp(name, "roots")) graph_options_set_roots(options, (int32_t)strtol(value, NULL, 10));
    else if (!strcmp(name, "user_agent")) graph_options_set_user_agent(options, value);
    else if (!strcmp(name, "log")) graph_options_set_log(options, log_line, NULL);
    else return 0;
    return 1;
}

static void *cancel_client_later(void *unused)
{
    (void)unused;
    sleep_ms(cancel_client_after_ms);
    graph_client_cancel(client);
    return NULL;
}

static void *cancel_call_later(void *call)
{
    sleep_ms(cancel_call_after_ms);
    graph_call_cancel(call);
    return NULL;
}

static void print_error(graph_status status, const graph_error *err)
{
    printf("status=%s\nsent=%d\n", graph_status_name(status), (int)graph_status_sent(status));
    printf("error_status=%s\n", graph_status_name(graph_error_status(err)));
    printf("http_status=%d\ncode=%s\n", (int)graph_error_http_status(err), graph_error_code(err));
    printf("message=%s\n", graph_error_message(err));
    printf("request_id=%s\n", graph_error_request_id(err));
    printf("client_request_id=%s\n", graph_error_client_request_id(err));
    printf("retry_after_ms=%lu\n", (unsigned long)graph_error_retry_after_ms(err));
    printf("attempts=%lu\n", (unsigned long)graph_error_attempts(err));
    printf("claims=%s\n", graph_error_claims(err));
    printf("seen=%d\n", (int)graph_error_seen(err));
    printf("internet_message_id=%s\n", graph_error_internet_message_id(err));
}

static void print_receipt(const graph_receipt *receipt)
{
    printf("status=GRAPH_OK\nsent=1\n");
    printf("http_status=%d\n", (int)graph_receipt_http_status(receipt));
    printf("request_id=%s\n", graph_receipt_request_id(receipt));
    printf("client_request_id=%s\n", graph_receipt_client_request_id(receipt));
    printf("attempts=%lu\n", (unsigned long)graph_receipt_attempts(receipt));
    printf("evidence=%d\n", (int)graph_receipt_evidence(receipt));
    printf("sent_id=%s\n", graph_receipt_sent_id(receipt));
}

typedef graph_status (GRAPH_CALL *message_function)(const graph_client *, const graph_call *, const char *, const char *,
                                                   const char *, graph_receipt **, graph_error **);

static void call_with(message_function function)
{
    graph_error *err = NULL;
    graph_receipt *receipt = NULL;
    graph_call *call = NULL;
    graph_status status = GRAPH_OK;
    pthread_t canceller;
    void *(*cancel)(void *) = cancel_client_after_ms ? cancel_client_later : cancel_call_after_ms ? cancel_call_later : NULL;
    double began;

    if (!client) status = graph_client_new(options, &client, &err);
    if (status == GRAPH_OK) {
        if (call_timeout_ms || cancel_call_after_ms || internet_message_id) {
            call = graph_call_new();
            graph_call_set_timeout_ms(call, call_timeout_ms);
            graph_call_set_internet_message_id(call, internet_message_id);
        }
        if (cancel && pthread_create(&canceller, NULL, cancel, call) != 0) die("pthread_create", strerror(errno));
        began = now_ms();
        status = function(client, call, token, user, id, &receipt, &err);
        printf("elapsed_ms=%.0f\n", now_ms() - began);
        if (cancel) pthread_join(canceller, NULL);
    }
    if (status == GRAPH_OK) {
        if (err || !receipt) die("outputs", "GRAPH_OK with an error or without a receipt");
        print_receipt(receipt);
    } else {
        if (!err || receipt) die("outputs", "a failure without an error or with a receipt");
        print_error(status, err);
    }
    printf("\n");
    fflush(stdout);
    graph_receipt_free(receipt);
    graph_error_free(err);
    graph_call_free(call);
}

/* What the form without objects cannot be asked for, or NULL. */
static const char *beyond_text(const char *call)
{
    if (!strcmp(call, "check")) return "it does not check";
    if (call_timeout_ms || cancel_call_after_ms || internet_message_id) return "a call has no settings of its own";
    if (cancel_client_after_ms) return "nothing cancels the shared client";
    return NULL;
}

static void send_text(const char *call)
{
    static int is_ready;
    const char *beyond = beyond_text(call);
    graph_error *err = NULL;
    graph_status status = GRAPH_OK;
    char text[TEXT];
    int32_t http_status = -1;
    uint32_t retry_after_ms = UINT32_MAX;
    double began;

    if (beyond) {
        printf("inexpressible=%s\n", beyond);
    } else if (!is_ready && (status = graph_init(options, &err)) != GRAPH_OK) {
        print_error(status, err);
    } else {
        is_ready = 1;
        began = now_ms();
        status = graph_message_send_text(token, user, id, text, sizeof text, &http_status, &retry_after_ms);
        printf("elapsed_ms=%.0f\n", now_ms() - began);
        printf("status=%s\nsent=%d\n", graph_status_name(status), (int)graph_status_sent(status));
        printf("http_status=%d\nretry_after_ms=%lu\nmessage=%s\n", (int)http_status, (unsigned long)retry_after_ms, text);
    }
    printf("\n");
    fflush(stdout);
    graph_error_free(err);
}

static void make(const char *call, int in_text)
{
    if (in_text) send_text(call);
    else call_with(!strcmp(call, "check") ? graph_client_check : graph_client_send);
}

int main(int argc, char **argv)
{
    static char line[LINE];
    int in_text = argc > 1 && !strcmp(argv[1], "text");
#ifdef _WIN32
    /* Lines end as they do elsewhere. */
    _setmode(_fileno(stdout), _O_BINARY);
#endif
    if (graph_abi_version() < GRAPH_ABI_VERSION) die("library", "older than the header");
    options = graph_options_new();
    while (fgets(line, sizeof line, stdin)) {
        char *value;
        line[strcspn(line, "\n")] = 0;
        value = strchr(line, ' ');
        if (value) *value++ = 0;
        else value = line + strlen(line);
        decode(value);
        if (!strcmp(line, "token")) keep(&token, value);
        else if (!strcmp(line, "user")) keep(&user, value);
        else if (!strcmp(line, "id")) keep(&id, value);
        else if (!strcmp(line, "call_timeout_ms")) call_timeout_ms = (unsigned)atoi(value);
        else if (!strcmp(line, "cancel_client_after_ms")) cancel_client_after_ms = (unsigned)atoi(value);
        else if (!strcmp(line, "cancel_call_after_ms")) cancel_call_after_ms = (unsigned)atoi(value);
        else if (!strcmp(line, "internet_message_id")) keep(&internet_message_id, value);
        else if (!strcmp(line, "send") || !strcmp(line, "check")) make(line, in_text);
        else if (set_option(line, value)) {
            graph_client_free(client);
            client = NULL;
        } else die("unknown line", line);
    }
    graph_client_free(client);
    graph_options_free(options);
    free(token);
    free(user);
    free(id);
    free(internet_message_id);
    return 0;
}
