/* libcurl: an easy handle a thread, kept for all its sends. */
#include "harness.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

struct thread {
    CURL *curl;
    char url[1024];
    size_t before; /* the part of the URL that stays */
};

void peer_start(const struct job *job)
{
    (void)job;
    curl_global_init(CURL_GLOBAL_ALL);
}

void *peer_thread(const struct job *job, const char *mailbox)
{
    struct thread *thread = calloc(1, sizeof *thread);
    struct curl_slist *headers = NULL;
    static __thread char authorization[4096];

    thread->before = (size_t)snprintf(thread->url, sizeof thread->url, "%s/users/%s/messages/", job->base_url, mailbox);
    snprintf(authorization, sizeof authorization, "Authorization: Bearer %s", job->token);
    headers = curl_slist_append(headers, authorization);
    headers = curl_slist_append(headers, "Accept: application/json");
    headers = curl_slist_append(headers, "client-request-id: 4f1c2a8e-7d0b-4c55-9a37-0e6f3b8d9c21");
    thread->curl = curl_easy_init();
    curl_easy_setopt(thread->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(thread->curl, CURLOPT_USERAGENT, "graph-message/0.1.0");
    curl_easy_setopt(thread->curl, CURLOPT_POST, 1L);
    curl_easy_setopt(thread->curl, CURLOPT_POSTFIELDS, "");
    curl_easy_setopt(thread->curl, CURLOPT_POSTFIELDSIZE, 0L);
    curl_easy_setopt(thread->curl, CURLOPT_TIMEOUT_MS, 100000L);
    curl_easy_setopt(thread->curl, CURLOPT_NOSIGNAL, 1L);
    if (job->ca_file) curl_easy_setopt(thread->curl, CURLOPT_CAINFO, job->ca_file);
    return thread;
}

int peer_send(void *argument, const char *id)
{
    struct thread *thread = argument;
    long status = 0;

    snprintf(thread->url + thread->before, sizeof thread->url - thread->before, "%s/send", id);
    curl_easy_setopt(thread->curl, CURLOPT_URL, thread->url);
    if (curl_easy_perform(thread->curl) != CURLE_OK) return 1;
    curl_easy_getinfo(thread->curl, CURLINFO_RESPONSE_CODE, &status);
    return status != 202;
}

void peer_stop(void)
{
}
