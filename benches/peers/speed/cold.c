/* cold LIBRARY BASE-URL TOKEN-FILE: loads this library or libcurl, sends one draft, and prints the nanoseconds from before
 * the first to after the second. */
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "graph_message.h"

static const char ID[] = "AAMkAGVmMDEzMTM4LTZmYWUtNDdkNC1hMDZiLTU1OGY5OTZhYmY4OABGAAAAAAAiQ8W967B7TKBjgx9rVEURBwAiIsqMbYjsT5e"
                         "-T7KzowPTAAAAAAEQAAAiIsqMbYjsT5e-T7KzowPTAAAY00000000";

static void *library;

#define LOAD(name) __typeof__(&name) p_##name = (__typeof__(&name))dlsym(library, #name)

static int with_graph_message(const char *base_url, const char *token)
{
    LOAD(graph_options_new);
    LOAD(graph_options_set_base_url);
    LOAD(graph_client_new);
    LOAD(graph_client_send);
    graph_client *client = NULL;
    graph_options *options = p_graph_options_new();

    p_graph_options_set_base_url(options, base_url);
    if (p_graph_client_new(options, &client, NULL) != GRAPH_OK) return 1;
    return p_graph_client_send(client, NULL, token, "user-0@contoso.example", ID, NULL, NULL) != GRAPH_OK;
}

static int with_libcurl(const char *base_url, const char *token)
{
    LOAD(curl_global_init);
    LOAD(curl_easy_init);
    LOAD(curl_easy_setopt);
    LOAD(curl_slist_append);
    LOAD(curl_easy_perform);
    LOAD(curl_easy_getinfo);
    char url[1024], authorization[4096];
    struct curl_slist *headers;
    long status = 0;
    CURL *curl;

    p_curl_global_init(CURL_GLOBAL_ALL);
    curl = p_curl_easy_init();
    snprintf(url, sizeof url, "%s/users/user-0@contoso.example/messages/%s/send", base_url, ID);
    snprintf(authorization, sizeof authorization, "Authorization: Bearer %s", token);
    headers = p_curl_slist_append(p_curl_slist_append(NULL, authorization), "Accept: application/json");
    (p_curl_easy_setopt)(curl, CURLOPT_HTTPHEADER, headers);
    (p_curl_easy_setopt)(curl, CURLOPT_URL, url);
    (p_curl_easy_setopt)(curl, CURLOPT_POST, 1L);
    (p_curl_easy_setopt)(curl, CURLOPT_POSTFIELDS, "");
    (p_curl_easy_setopt)(curl, CURLOPT_POSTFIELDSIZE, 0L);
    (p_curl_easy_setopt)(curl, CURLOPT_NOSIGNAL, 1L);
    if (getenv("SSL_CERT_FILE")) (p_curl_easy_setopt)(curl, CURLOPT_CAINFO, getenv("SSL_CERT_FILE"));
    if (p_curl_easy_perform(curl) != CURLE_OK) return 1;
    (p_curl_easy_getinfo)(curl, CURLINFO_RESPONSE_CODE, &status);
    return status != 202;
}

int main(int argc, char **argv)
{
    static char token[4096];
    struct timespec began, ended;
    FILE *file;
    int failed;

    if (argc != 4 || !(file = fopen(argv[3], "r")) || !fgets(token, sizeof token, file)) return 2;
    fclose(file);
    token[strcspn(token, "\n")] = '\0';
    clock_gettime(CLOCK_MONOTONIC, &began);
    library = dlopen(argv[1], RTLD_NOW);
    if (!library) {
        fprintf(stderr, "%s\n", dlerror());
        return 2;
    }
    failed = (strstr(argv[1], "curl") ? with_libcurl : with_graph_message)(argv[2], token);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    if (failed) return 1;
    printf("%lld\n", (ended.tv_sec - began.tv_sec) * 1000000000LL + ended.tv_nsec - began.tv_nsec);
    return 0;
}
