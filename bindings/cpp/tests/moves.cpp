// What moves, what copies, and what is left of an object that was moved from: a refusal, and nothing else.
#include <utility>

#include "check.hpp"

template <class T>
constexpr bool moves_only = std::is_nothrow_move_constructible_v<T> && std::is_nothrow_move_assignable_v<T> &&
                            !std::is_copy_constructible_v<T> && !std::is_copy_assignable_v<T>;

template <class T>
constexpr bool copies = std::is_nothrow_copy_constructible_v<T> && std::is_nothrow_copy_assignable_v<T>;

static_assert(moves_only<graph::Client> && moves_only<graph::Receipt>);
static_assert(moves_only<graph::Call> && moves_only<graph::Options>);
static_assert(moves_only<graph::Result<graph::Receipt>>);
static_assert(copies<graph::Error> && copies<graph::OutcomeUnknown>);
static_assert(std::is_nothrow_move_constructible_v<graph::Result<void>>);
static_assert(!std::is_copy_constructible_v<graph::Text> && !std::is_move_constructible_v<graph::Text>);
static_assert(std::is_base_of_v<std::runtime_error, graph::Error>);

// The arguments are refused after the object: with an empty token, a client in order says so.
static graph::Error ended(const graph::Client &client) { return client.try_send("", "me", "x").error(); }
static graph::Error ended(const graph::Client &client, const graph::Call &call) {
    return client.try_send("", "me", "x", call).error();
}

int main() {
    graph::Client first, second(std::move(first));
    check_refused(ended(first), "client was moved from");
    check_refused(first.try_check("t", "me", "x").error(), "client was moved from");
    check_refused(check_thrown<graph::Error>([&] { first.send("t", "me", "x"); }), "client was moved from");
    first.cancel();
    check_refused(ended(second), "token is empty");
    first = std::move(second);
    check_refused(ended(first), "token is empty");
    check_refused(ended(second), "client was moved from");
    first = graph::Client();
    check_refused(ended(first), "token is empty");

    // The default options would take their place in C, and the mail could go elsewhere.
    graph::Options options, taken(std::move(options));
    options.base_url("https://graph.example").timeout(std::chrono::seconds(1));
    options.log([](graph::Level, std::string_view) {});
    check_refused(graph::Client::try_create(options).error(), "options were moved from");
    check_refused(graph::try_init(options).error(), "options were moved from");
    CHECK(graph::Client::try_create(taken).has_value());

    // So would no call in the place of one with a deadline.
    graph::Call call, other(std::move(call));
    call.timeout(std::chrono::seconds(1)).cancel();
    check_refused(ended(first, call), "call was moved from");
    check_refused(ended(first, other), "token is empty");

    // An error is never empty: moving it copies it.
    graph::Error error = ended(first);
    const graph::Error moved = std::move(error);
    check_refused(error, "token is empty");
    CHECK(moved.what() == error.what());
    error = ended(second);
    check_refused(error, "client was moved from");
    check_refused(moved, "token is empty");

    graph::Receipt none(nullptr), receipt(std::move(none));
    CHECK(none.attempts() == 0 && none.sent_id().empty() && receipt.request_id().empty());
}
