// Texts of every kind go in; one that holds a NUL does not, wherever it is passed.
// Arguments: base URL, token, ids of two drafts.
#include "check.hpp"

using namespace std::string_literals;
using namespace std::string_view_literals;

static const std::string BASE = "https://graph.example/v1.0\0.evil.example"s;

int main(int argc, char **argv) {
    CHECK(argc == 5);
    const std::string token = argv[2], with_nul = token + "\0x"s;
    graph::Options options;
    options.base_url(argv[1]);
    const graph::Client client(options);

    const std::string token_refusal = "token holds a NUL at byte " + std::to_string(token.size());
    check_refused(client.try_send(with_nul, "me", argv[3]).error(), token_refusal);
    check_refused(client.try_check(std::string_view(with_nul), "me", argv[3]).error(), token_refusal);
    check_refused(client.try_send(token, "me\0"sv, argv[3]).error(), "user holds a NUL at byte 2");
    check_refused(client.try_send(token, "me", argv[3] + "\0"s).error(), "id holds a NUL");
    check_refused(client.try_send(token, "me", "\0"sv).error(), "id holds a NUL at byte 0");
    check_refused(graph::try_send(with_nul, "me", argv[3]).error(), token_refusal);
    check_refused(graph::try_send(token, "\0"s, argv[3]).error(), "user holds a NUL at byte 0");
    check_refused(check_thrown<graph::Error>([&] { graph::send(token, "me", "x\0y"s); }), "id holds a NUL at byte 1");

    // What C would make of this base URL is another service.
    const auto refusal = [](graph::Options &spoiled) { return graph::Client::try_create(spoiled).error(); };
    graph::Options base_url, proxy, ca_file, user_agent;
    base_url.base_url(BASE).base_url(argv[1]);
    check_refused(refusal(base_url), "base_url holds a NUL at byte 26");
    check_refused(graph::try_init(base_url).error(), "base_url holds a NUL at byte 26");
    check_refused(refusal(proxy.proxy("http://proxy\0"sv)), "proxy holds a NUL at byte 12");
    check_refused(refusal(ca_file.ca_file("\0"s)), "ca_file holds a NUL at byte 0");
    check_refused(refusal(user_agent.user_agent("a\0b"sv)), "user_agent holds a NUL at byte 1");

    graph::Options negative, beyond;
    check_refused(refusal(negative.timeout(std::chrono::milliseconds(-1))), "timeout_ms is -1,");
    check_refused(refusal(beyond.settle(std::chrono::hours(2000))), "settle_ms is 7200000000,");

    graph::Call cut, refused, late;
    cut.internet_message_id("<a@b>\0"sv).internet_message_id("<a@b>");
    check_refused(client.try_send(token, "me", argv[3], cut).error(), "internet_message_id holds a NUL at byte 5");
    refused.internet_message_id("<a @b>");
    check_refused(client.try_check(token, "me", argv[3], refused).error(), "internet_message_id was refused");
    late.timeout(std::chrono::milliseconds::max());
    check_refused(client.try_send(token, "me", argv[3], late).error(), "timeout_ms is 9223372036854775807,");

    // A part of a longer text ends where it ends; no text is NULL, which for the user is the token's own.
    const std::string line = token + ";" + argv[3] + ";me";
    const std::string_view parts = line;
    const std::size_t at = token.size() + 1, length = std::string(argv[3]).size();
    const std::string_view user = parts.substr(at + length + 1), id = parts.substr(at, length);
    CHECK(client.send(parts.substr(0, at - 1), user, id).attempts() == 1);
    CHECK(client.send(argv[2], nullptr, argv[4]).evidence() == graph::Evidence::Accepted);
    check_refused(client.try_send(nullptr, nullptr, "x").error(), "token is NULL");
    check_refused(client.try_send(std::string_view(), "me", "x").error(), "token is NULL");
    check_refused(client.try_send(""sv, "me", "x").error(), "token is empty");
}
