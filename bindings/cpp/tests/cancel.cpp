// Cancelling calls that hang, from another thread. The server must answer one send, hang on three and answer the next.
// How fast a cancel is, tests/c/cancel.c measures; here it only has to come long before the deadline.
// Arguments: base URL, token, ids of two drafts.
#include <functional>
#include <thread>

#include "check.hpp"

static constexpr std::chrono::seconds DEADLINE(60);
static const char *token;

// The call must end long before the client's deadline.
static graph::Error ended(const std::function<void()> &send) {
    const auto began = std::chrono::steady_clock::now();
    const graph::Error error = check_thrown<graph::OutcomeUnknown>(send);
    CHECK(std::chrono::steady_clock::now() - began < DEADLINE / 2);
    return error;
}

// What a call ended in that was cancelled when its request had left.
static graph::Error cancelled(const std::function<void()> &send, const std::function<void()> &cancel) {
    std::thread canceller([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(1000));
        cancel();
    });
    const graph::Error error = ended(send);
    canceller.join();
    return error;
}

int main(int argc, char **argv) {
    CHECK(argc == 5);
    token = argv[2];
    graph::Options options;
    options.base_url(argv[1]).verify(graph::Verify::Never).timeout(DEADLINE).attempt_timeout(DEADLINE);
    const graph::Client client(options);
    const graph::Call call;
    // What a first call takes longer for, under valgrind and on a busy machine, is then done.
    client.send(token, "me", argv[3]);

    // Its request had left, so nobody knows.
    const auto plain = [&] { client.send(token, "me", "hangs-1"); };
    CHECK(cancelled(plain, [&] { client.cancel(); }).attempts() == 1);
    const auto with_call = [&] { client.send(token, "me", "hangs-2", call); };
    CHECK(cancelled(with_call, [&] { call.cancel(); }).attempts() == 1);

    // A cancelled call stays so and sends nothing.
    const graph::Error again = client.try_send(token, "me", argv[4], call).error();
    CHECK(again.status() == graph::Status::Cancelled && again.sent() == 0 && again.attempts() == 0);

    // A call's own deadline.
    graph::Call bounded;
    bounded.timeout(std::chrono::milliseconds(500));
    CHECK(ended([&] { client.send(token, "me", "hangs-3", bounded); }).attempts() == 1);

    // The client works as before.
    CHECK(client.send(token, "me", argv[4]).attempts() == 1);
}
