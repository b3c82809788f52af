// Many threads on one client, whose log function throws, and which is alone in keeping it; scopes left by exceptions.
// Arguments: base URL, token, file of draft ids, number of threads.
#include <atomic>
#include <thread>

#include "check.hpp"

static std::atomic<std::size_t> info_lines, debug_lines;

// Counts how many of them there are.
struct Counted {
    static inline std::atomic<int> count{0};
    Counted() { ++count; }
    Counted(const Counted &) { ++count; }
    ~Counted() { --count; }
};

static graph::Client client_for(const char *base_url, const char *token) {
    graph::Options options;
    options.base_url(base_url);
    options.log([counted = Counted(), secret = std::string(token)](graph::Level level, std::string_view line) {
        CHECK(!line.empty() && line.find(secret) == std::string_view::npos);
        ++(level == graph::Level::Info ? info_lines : debug_lines);
        throw std::runtime_error("from the log function");
    });
    graph::Client client(options);
    // The client keeps the function that it was made with.
    options.log(nullptr);
    return client;
}

int main(int argc, char **argv) {
    CHECK(argc == 5);
    const std::string token = argv[2];
    const std::vector<std::string> ids = read_lines(argv[3]);
    const auto count = static_cast<std::size_t>(std::stoul(argv[4]));
    CHECK(count > 0 && ids.size() >= count);
    {
        const graph::Client client = client_for(argv[1], argv[2]);
        CHECK(Counted::count == 1);
        std::atomic<std::size_t> ready{0};
        std::vector<std::thread> threads;
        for (std::size_t number = 0; number < count; ++number) {
            threads.emplace_back([&, number] {
                // All begin at once, or the first would be done before the last is there.
                for (++ready; ready < count;) std::this_thread::yield();
                for (std::size_t i = number; i < ids.size(); i += count) {
                    CHECK(client.send(token, "me", ids[i]).attempts() == 1);
                }
            });
        }
        for (std::thread &thread : threads) thread.join();
        CHECK(info_lines == ids.size() && debug_lines == ids.size());
    }
    CHECK(Counted::count == 0);

    // Everything is freed where exceptions leave scopes: valgrind sees the rest.
    try {
        const graph::Client client = client_for(argv[1], argv[2]);
        graph::Call call;
        call.timeout(std::chrono::seconds(20)).internet_message_id("<a@contoso.example>");
        const graph::Result<graph::Receipt> unused = client.try_send(token, "me", "malformed", call);
        client.send(token, "me", "another", call);
    } catch (const graph::Error &error) {
        CHECK(error.status() == graph::Status::Rejected);
    }
    try {
        graph::Options options;
        options.base_url("http://graph.example").log([counted = Counted()](graph::Level, std::string_view) {});
        const graph::Client client(options);
    } catch (const graph::Error &error) {
        check_refused(error, "base_url is plain http");
    }
    CHECK(Counted::count == 0);
}
