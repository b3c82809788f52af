// The client that the whole process shares. Arguments: base URL, token, ids of two drafts.
#include "check.hpp"

static int lines;

static void initialise(const char *base_url) {
    graph::Options options;
    options.base_url(base_url).log([kept = std::string("the function is alive")](graph::Level, std::string_view line) {
        CHECK(kept == "the function is alive" && !line.empty());
        ++lines;
    });
    graph::init(options);
}

int main(int argc, char **argv) {
    CHECK(argc == 5);
    const char *const token = argv[2];
    graph::Options refused;
    refused.base_url("http://graph.example");
    check_refused(graph::try_init(refused).error(), "base_url is plain http");

    initialise(argv[1]);
    graph::send(token, "me", argv[3]);
    const graph::Result<void> sent = graph::try_send(token, nullptr, argv[4]);
    CHECK(sent && sent.has_value());
    sent.value();
    CHECK(lines == 4);
    check_refused(check_thrown<graph::Error>([&] { initialise(argv[1]); }), "graph_init came after");

    const graph::Result<void> unknown = graph::try_send(token, "me", "malformed");
    CHECK(!unknown && unknown.error().status() == graph::Status::Rejected);
    CHECK(check_thrown<graph::Error>([&] { unknown.value(); }).what() == unknown.error().what());
    check_thrown<graph::Unauthenticated>([&] { graph::send("expired-token", "me", "x"); });
    check_thrown<std::bad_optional_access>([&] { sent.error(); });
}
