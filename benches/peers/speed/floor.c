/* The floor: sockets alone, one write and one read a send; over TLS OpenSSL's own. It sends what this library sends, takes
 * the first 12 bytes of whatever one read brings for the answer, and copes with nothing else. */
#include "harness.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct thread {
    int socket;
    SSL *tls;
    char *id; /* where in the request it stands */
    size_t length;
    char request[4096];
};

static SSL_CTX *context;

void peer_start(const struct job *job)
{
    if (!job->is_tls) return;
    context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (SSL_CTX_load_verify_locations(context, job->ca_file, NULL) != 1) exit(2);
}

void *peer_thread(const struct job *job, const char *mailbox)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)job->port)};
    struct thread *thread = calloc(1, sizeof *thread);
    int on = 1, before;

    inet_pton(AF_INET, job->host, &address.sin_addr);
    thread->socket = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(thread->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(thread->socket, (struct sockaddr *)&address, sizeof address)) exit(2);
    if (job->is_tls) {
        thread->tls = SSL_new(context);
        X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(thread->tls), job->host);
        SSL_set_fd(thread->tls, thread->socket);
        if (SSL_connect(thread->tls) != 1) exit(2);
    }
    before = sprintf(thread->request, "POST /v1.0/users/%s/messages/", mailbox);
    thread->id = thread->request + before;
    thread->length = (size_t)sprintf(thread->request, "POST /v1.0/users/%s/messages/%0152d/send HTTP/1.1\r\nhost: %s:%d\r\n"
                                     "accept: application/json\r\ncontent-length: 0\r\nauthorization: Bearer %s\r\n"
                                     "user-agent: graph-message/0.1.0\r\n"
                                     "client-request-id: 4f1c2a8e-7d0b-4c55-9a37-0e6f3b8d9c21\r\n\r\n",
                                     mailbox, 0, job->host, job->port, job->token);
    return thread;
}

int peer_send(void *argument, const char *id)
{
    struct thread *thread = argument;
    char reply[4096];
    long got;

    memcpy(thread->id, id, 152);
    if (thread->tls) {
        if (SSL_write(thread->tls, thread->request, (int)thread->length) != (int)thread->length) return 1;
        got = SSL_read(thread->tls, reply, sizeof reply);
    } else {
        if (write(thread->socket, thread->request, thread->length) != (long)thread->length) return 1;
        got = read(thread->socket, reply, sizeof reply);
    }
    return got < 12 || memcmp(reply, "HTTP/1.1 202", 12) != 0;
}

void peer_stop(void)
{
}
