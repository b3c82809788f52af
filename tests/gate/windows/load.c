/* load DLL TOKEN DRAFT-ID URL: sends a draft with a library that it was not linked with, and prints what came of it. */
#include <windows.h>

#include <stdio.h>
#include <string.h>

/* The header of neither library is needed; CALL is the convention of this one. */
typedef void *(CALL *options_new)(void);
typedef int (CALL *set_base_url)(void *options, const char *url);
typedef int (CALL *init)(const void *options, void **err);
typedef int (CALL *send_text)(const char *token, const char *user, const char *id, char *message, unsigned size, int *http_status,
                              unsigned *retry_after_ms);

static HMODULE library;

static void find(const char *name, void *function)
{
    FARPROC found = GetProcAddress(library, name);
    if (!found) {
        printf("no %s\n", name);
        ExitProcess(2);
    }
    memcpy(function, &found, sizeof found);
}

int main(int argc, char **argv)
{
    char message[1000];
    int status, http_status;
    unsigned retry_after_ms;
    options_new make;
    set_base_url set;
    init start;
    send_text send;
    void *options;
    library = argc == 5 ? LoadLibraryA(argv[1]) : NULL;
    if (!library) return 2;
    find("graph_options_new", &make);
    find("graph_options_set_base_url", &set);
    find("graph_init", &start);
    find("graph_message_send_text", &send);
    options = make();
    set(options, argv[4]);
    if (start(options, NULL) != 0) return 3;
    status = send(argv[2], "me", argv[3], message, sizeof message, &http_status, &retry_after_ms);
    printf("%d %s\n", status, message);
    return status;
}
