// Compiled with a header that is newer than the library: every way in says so, and nothing is sent.
// Arguments: base URL, token, id of a draft.
#include "check.hpp"

int main(int argc, char **argv) {
    CHECK(argc == 4);
    graph::Options options;
    options.base_url(argv[1]);
    const std::string refusal = "is older than the header, which has ABI " + std::to_string(GRAPH_ABI_VERSION);
    check_refused(graph::Client::try_create(options).error(), refusal);
    check_refused(check_thrown<graph::Error>([&] { graph::Client(options).send(argv[2], "me", argv[3]); }), refusal);
    check_refused(graph::try_init(options).error(), refusal);
    check_refused(graph::try_send(argv[2], "me", argv[3]).error(), refusal);
}
