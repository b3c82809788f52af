/* A host that has closed its standard streams: none of the library's sockets takes their numbers, in which the next line that
 * the host prints would go into a request. Arguments: base URL, token, user, id of a draft. */
#include <fcntl.h>
#include <unistd.h>
#include "check.h"

/* Nobody can read what is printed: the exit code tells which check failed. */
#define HOLDS(number, condition) do { if (!(condition)) _exit(number); } while (0)

int main(int argc, char **argv)
{
    graph_options *options;
    graph_client *client;
    int stream;
    HOLDS(2, argc == 5);
    options = options_for(argv[1]);
    HOLDS(3, graph_client_new(options, &client, NULL) == GRAPH_OK);
    graph_options_free(options);
    for (stream = 0; stream < 3; stream++) close(stream);
    HOLDS(4, graph_client_send(client, NULL, argv[2], argv[3], argv[4], NULL, NULL) == GRAPH_OK);
    /* The connection is kept. */
    for (stream = 0; stream < 3; stream++) HOLDS(5 + stream, fcntl(stream, F_GETFD) == -1);
    graph_client_free(client);
    return 0;
}
