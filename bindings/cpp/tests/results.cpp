// Results and errors: what they hold, which class is thrown, and that they outlive what they came from.
// Arguments: base URL, token, ids of five drafts. The server answers two sends as it likes, then with 429, then late
// with 504 to a client that may not look.
#include <optional>

#if __has_include(<expected>)
#include <expected>
#endif

#include "check.hpp"

// The interface of std::expected, for compilers that have none.
template <class T, class E>
struct Expected {
    struct unexpected_type {
        explicit unexpected_type(const E &given) : error(given) {}
        E error;
    };
    Expected(T &&given) : value(std::move(given)) {}
    Expected(const unexpected_type &given) : error(given.error) {}
    std::optional<T> value;
    std::optional<E> error;
};

// A receipt, and the last error of its client, which is gone.
static std::optional<graph::Error> kept;

static graph::Receipt from_another_client(const graph::Options &options, char **argv) {
    const graph::Client client(options);
    graph::Result<graph::Receipt> sent = client.try_send(argv[2], "me", argv[3]);
    CHECK(sent && sent.has_value() && (*sent).attempts() == 1 && sent->http_status() == 202);
    check_thrown<std::bad_variant_access>([&] { sent.error(); });
    kept = check_thrown<graph::Error>([&] { client.send(argv[2], "me", "malformed"); });
    return std::move(sent).value();
}

int main(int argc, char **argv) {
    CHECK(argc == 8);
    graph::Options options;
    options.base_url(argv[1]).max_attempts(1).verify(graph::Verify::Never).user_agent("results/1.0");
    const graph::Receipt receipt = from_another_client(options, argv);
    CHECK(receipt.evidence() == graph::Evidence::Accepted && receipt.sent_id().empty());
    CHECK(receipt.request_id().size() == 36 && receipt.client_request_id().size() == 36);

    const graph::Error error = *kept;
    kept.reset();
    CHECK(error.status() == graph::Status::Rejected && error.http_status() == 400 && error.sent() == 0);
    CHECK(error.status_name() == std::string("GRAPH_REJECTED") && error.code() == "ErrorInvalidIdMalformed");
    CHECK(error.seen() == graph::Seen::Nothing && error.retry_after().count() == 0 && error.attempts() == 1);
    CHECK(error.request_id().size() == 36 && error.client_request_id() != receipt.client_request_id());
    CHECK(std::string(error.what()).find(error.client_request_id()) != std::string::npos);
    CHECK(error.claims().empty() && error.internet_message_id().empty());
    CHECK(check_thrown<graph::Error>([&] { error.raise(); }).what() == error.what());

    // Each failure as the class that says what to do, from the throwing form and from a result.
    const graph::Client client(options);
    graph::Call call;
    call.internet_message_id("<a@contoso.example>");
    const graph::Error token = check_thrown<graph::Unauthenticated>([&] { client.send("expired-token", "me", "x"); });
    CHECK(token.status() == graph::Status::Unauthenticated);
    graph::Result<graph::Receipt> throttled = client.try_send(argv[2], "me", argv[4], call);
    CHECK(!throttled && !throttled.has_value());
    CHECK(throttled.error().retry_after() == std::chrono::seconds(7));
    CHECK(check_thrown<graph::Throttled>([&] { throttled.value(); }).status() == graph::Status::Throttled);
    CHECK(check_thrown<graph::Throttled>([&] { throttled->attempts(); }).what() == throttled.error().what());
    CHECK(check_thrown<graph::Throttled>([&] { *std::move(throttled); }).what() == throttled.error().what());
    const graph::Client another(options);
    const graph::Error unknown =
        check_thrown<graph::OutcomeUnknown>([&] { another.send(argv[2], "me", argv[5], call); });
    CHECK(unknown.status() == graph::Status::Unknown && unknown.sent() == -1 && unknown.http_status() == 504);
    CHECK(unknown.internet_message_id() == "<a@contoso.example>");

    const Expected<graph::Receipt, graph::Error> sent = another.try_send(argv[2], "me", argv[6]);
    CHECK(sent.value && !sent.error && sent.value->attempts() == 1);
    const Expected<graph::Receipt, graph::Error> failed = another.try_send(argv[2], "me", "malformed");
    CHECK(!failed.value && failed.error->status() == graph::Status::Rejected);
#ifdef __cpp_lib_expected
    const std::expected<graph::Receipt, graph::Error> standard = another.try_send(argv[2], "me", argv[7]);
    CHECK(standard && standard->attempts() == 1);
    const std::expected<void, graph::Error> nothing = graph::try_send("", "me", "x");
    CHECK(!nothing && nothing.error().status() == graph::Status::InvalidArgument);
    const std::expected<void, graph::Error> success = graph::Result<void>();
    CHECK(success.has_value());
#else
    CHECK(another.try_send(argv[2], "me", argv[7]).has_value());
#endif

    CHECK(graph::status_sent(graph::Status::Ok) == 1 && graph::status_sent(static_cast<graph::Status>(77)) == -1);
    CHECK(graph::abi_version() >= GRAPH_ABI_VERSION && std::string(graph::version()).find('.') != std::string::npos);
}
