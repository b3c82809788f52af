/* Sends one draft after the other on one client, and writes a line after each, which a trace of system calls shows.
 * Arguments: base URL, token, file of draft ids. */
#include <unistd.h>

#include "check.h"

int main(int argc, char **argv)
{
    size_t count, i;
    char **ids;
    graph_client *client;
    CHECK(argc == 4);
    alarm(300);
    ids = read_lines(argv[3], &count);
    client = client_for(argv[1]);
    for (i = 0; i < count; i++) {
        char line[32];
        graph_receipt *receipt;
        graph_error *err;
        int length;
        CHECK_STATUS(graph_client_send(client, NULL, argv[2], "me", ids[i], &receipt, &err), GRAPH_OK, err);
        graph_receipt_free(receipt);
        length = snprintf(line, sizeof line, "sent %lu\n", (unsigned long)(i + 1));
        CHECK(write(1, line, (size_t)length) == length);
    }
    graph_client_free(client);
    CHECK(write(1, "freed\n", 6) == 6);
    return 0;
}
