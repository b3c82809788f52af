/* The library as a plug-in that is loaded, used by threads and closed while they live. Links nothing of it.
 * Arguments: path of the library, file of its symbols, base URL, token, file of draft ids, one a round. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK(condition) \
    do { \
        if (!(condition)) failed(__LINE__, #condition); \
    } while (0)

typedef int32_t (*send_fn)(const void *, const void *, const char *, const char *, const char *, void **, void **);
typedef int32_t (*new_client_fn)(const void *, void **, void **);
typedef void *(*new_fn)(void);
typedef int32_t (*set_text_fn)(void *, const char *);
typedef void (*free_fn)(void *);
typedef const char *(*text_fn)(const void *);

static void failed(int line, const char *what)
{
    const char *why = dlerror();
    fprintf(stderr, "dlopen.c:%d: not so: %s (%s)\n", line, what, why ? why : "-");
    exit(1);
}

/* C has no cast from a data pointer to a function's. */
static void find(void *library, const char *name, void *function)
{
    void *address = dlsym(library, name);
    CHECK(address);
    memcpy(function, &address, sizeof address);
}

static void find_all(void *library, const char *path)
{
    FILE *file = fopen(path, "r");
    char line[256];
    unsigned found = 0;
    CHECK(file);
    while (fgets(line, sizeof line, file)) {
        void (*function)(void);
        if (*line == '#' || *line == '\n') continue;
        line[strcspn(line, " \n")] = 0;
        find(library, line, &function);
        found++;
    }
    fclose(file);
    CHECK(found > 10);
}

static void *library;
static const char *base_url, *token, *draft;

/* The thread is used by the library, outlives its being closed, and ends. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static enum { BEGUN, SENT, CLOSED } stage;

static void reach(int next)
{
    pthread_mutex_lock(&lock);
    stage = next == SENT ? SENT : next == CLOSED ? CLOSED : BEGUN;
    pthread_cond_broadcast(&changed);
    pthread_mutex_unlock(&lock);
}

static void await(int wanted)
{
    pthread_mutex_lock(&lock);
    while ((int)stage != wanted) pthread_cond_wait(&changed, &lock);
    pthread_mutex_unlock(&lock);
}

static void *use(void *unused)
{
    new_fn new_options;
    new_client_fn new_client;
    set_text_fn set_base_url;
    send_fn send_draft;
    free_fn free_options, free_client, free_receipt, free_error;
    text_fn message_of;
    void *options, *client, *receipt, *err;
    int32_t status;
    find(library, "graph_options_new", &new_options);
    find(library, "graph_options_set_base_url", &set_base_url);
    find(library, "graph_options_free", &free_options);
    find(library, "graph_client_new", &new_client);
    find(library, "graph_client_send", &send_draft);
    find(library, "graph_client_free", &free_client);
    find(library, "graph_receipt_free", &free_receipt);
    find(library, "graph_error_free", &free_error);
    find(library, "graph_error_message", &message_of);

    options = new_options();
    CHECK(set_base_url(options, base_url) == 0);
    CHECK(new_client(options, &client, &err) == 0);
    free_options(options);
    status = send_draft(client, NULL, token, "me", draft, &receipt, &err);
    if (status != 0) fprintf(stderr, "status %d: %s\n", (int)status, message_of(err));
    CHECK(status == 0 && receipt && !err);
    free_receipt(receipt);
    free_error(err);
    free_client(client);
    reach(SENT);
    await(CLOSED);
    return unused;
}

int main(int argc, char **argv)
{
    char line[2048];
    FILE *drafts;
    CHECK(argc == 6);
    alarm(120);
    base_url = argv[3];
    token = argv[4];
    drafts = fopen(argv[5], "r");
    CHECK(drafts);
    while (fgets(line, sizeof line, drafts)) {
        pthread_t thread;
        line[strcspn(line, "\n")] = 0;
        draft = line;
        library = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
        CHECK(library);
        find_all(library, argv[2]);
        stage = BEGUN;
        CHECK(pthread_create(&thread, NULL, use, NULL) == 0);
        await(SENT);
        CHECK(dlclose(library) == 0);
        reach(CLOSED);
        CHECK(pthread_join(thread, NULL) == 0);
    }
    fclose(drafts);
    return 0;
}
