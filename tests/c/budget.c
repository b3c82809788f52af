/* Sends so many drafts, one after the other on one client, as a program does that sends invoices: what it costs is counted from
 * outside. Arguments: base URL, token, count. */
#include "check.h"

int main(int argc, char **argv)
{
    unsigned long number, count;
    graph_client *client;
    CHECK(argc == 4);
    count = strtoul(argv[3], NULL, 10);
    client = client_for(argv[1]);
    for (number = 0; number < count; number++) {
        /* As long as Graph's are. */
        char id[200];
        graph_receipt *receipt;
        graph_error *err;
        snprintf(id, sizeof id, "AAMkAGI2TG93AAA%0120lu-_AAA=", number);
        CHECK_STATUS(graph_client_send(client, NULL, argv[2], "megan@contoso.example", id, &receipt, &err), GRAPH_OK, err);
        CHECK(graph_receipt_http_status(receipt) == 202);
        graph_receipt_free(receipt);
        graph_error_free(err);
    }
    graph_client_free(client);
    return 0;
}
