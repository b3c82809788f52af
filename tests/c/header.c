/* The header needs nothing before it, and stands being included twice. */
#include "graph_message.h"
#include "graph_message.h"

int main(void)
{
    return 0;
}
