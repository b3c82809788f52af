/* What a C peer of this benchmark implements; harness.c has main(). */
#ifndef HARNESS_H
#define HARNESS_H

#include <stddef.h>

struct job {
    const char *base_url; /* http://127.0.0.1:PORT/v1.0 */
    const char *host;     /* 127.0.0.1 */
    int port;
    int is_tls;
    const char *ca_file; /* from SSL_CERT_FILE; NULL without TLS */
    const char *token;
    int threads;
};

/* Once, before any thread. */
void peer_start(const struct job *job);

/* Once a thread, on it: what the thread sends with, and the mailbox it sends from. */
void *peer_thread(const struct job *job, const char *mailbox);

/* Sends one draft; 0 only where a 202 came. */
int peer_send(void *thread, const char *id);

/* Once, after all threads. */
void peer_stop(void);

#endif
