/* Preloaded: makes the system's look-up of host names hang, as it does where no name server answers. Counts its calls in
 * the file that SLOW_RESOLVER_LOG names. */
#define _GNU_SOURCE
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **result)
{
    const char *name = getenv("SLOW_RESOLVER_LOG");
    FILE *log = name ? fopen(name, "a") : NULL;
    (void)service;
    (void)hints;
    (void)result;
    if (log) {
        fprintf(log, "%s\n", node);
        fclose(log);
    }
    sleep(3);
    return EAI_AGAIN;
}
