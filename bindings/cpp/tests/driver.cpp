// Runs calls as it is told on standard input and prints what they ended in: the C++ end of tests/cases. The lines are
// those of tests/c/driver.c.
#include <chrono>
#include <cstdlib>
#include <iostream>
#include <map>
#include <optional>
#include <string>
#include <thread>

#include <graph_message.hpp>

using std::chrono::milliseconds;

static graph::Options options;
static std::optional<graph::Client> client;
static std::map<std::string, std::string> given;

// What was not given is NULL.
static const char *argument(const char *name) {
    const auto found = given.find(name);
    return found == given.end() ? nullptr : found->second.c_str();
}

static milliseconds time_of(const char *name) {
    return milliseconds(given.count(name) ? std::stol(given[name]) : 0);
}

static std::string decode(const std::string &text) {
    std::string decoded;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool escaped = text.compare(i, 2, "\\x") == 0;
        decoded += escaped ? static_cast<char>(std::stoi(text.substr(i + 2, 2), nullptr, 16)) : text[i];
        if (escaped) i += 3;
    }
    return decoded;
}

// Whether the name is an option's; a refused value shows when the client is made.
static bool set_option(const std::string &name, const std::string &value) {
    const auto number = static_cast<std::uint32_t>(std::strtoul(value.c_str(), nullptr, 10));
    if (name == "base_url") options.base_url(value);
    else if (name == "timeout_ms") options.timeout(milliseconds(number));
    else if (name == "attempt_timeout_ms") options.attempt_timeout(milliseconds(number));
    else if (name == "connect_timeout_ms") options.connect_timeout(milliseconds(number));
    else if (name == "max_attempts") options.max_attempts(number);
    else if (name == "verify") options.verify(static_cast<graph::Verify>(number));
    else if (name == "settle_ms") options.settle(milliseconds(number));
    else if (name == "mailbox_concurrency") options.mailbox_concurrency(number);
    else if (name == "proxy") options.proxy(value);
    else if (name == "proxy_from_environment") options.proxy_from_environment();
    else if (name == "ca_file") options.ca_file(value);
    else if (name == "roots") options.roots(static_cast<graph::Roots>(number));
    else if (name == "user_agent") options.user_agent(value);
    else if (name == "log") options.log([](graph::Level level, std::string_view line) {
        std::cout << "log=" << static_cast<int>(level) << ' ' << line << '\n';
    });
    else return false;
    return true;
}

// What errors and receipts have in common.
template <class Answer>
static void print(graph::Status status, const Answer &answer) {
    std::cout << "status=" << graph::status_name(status) << "\nsent=" << graph::status_sent(status) << "\nhttp_status="
              << answer.http_status() << "\nrequest_id=" << answer.request_id() << "\nclient_request_id="
              << answer.client_request_id() << "\nattempts=" << answer.attempts() << '\n';
}

static graph::Result<graph::Receipt> answer_to(const std::string &name) {
    if (!client) {
        auto made = graph::Client::try_create(options);
        if (!made) return made.error();
        client = *std::move(made);
    }
    graph::Call call;
    call.timeout(time_of("call_timeout_ms")).internet_message_id(argument("internet_message_id"));
    const milliseconds client_after = time_of("cancel_client_after_ms"), call_after = time_of("cancel_call_after_ms");
    std::thread canceller([&] {
        std::this_thread::sleep_for(client_after + call_after);
        if (client_after.count()) client->cancel();
        if (call_after.count()) call.cancel();
    });
    const auto began = std::chrono::steady_clock::now();
    const char *token = argument("token"), *user = argument("user"), *id = argument("id");
    auto answer = name == "send" ? client->try_send(token, user, id, call) : client->try_check(token, user, id, call);
    const auto took = std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - began);
    canceller.join();
    std::cout << "elapsed_ms=" << took.count() << '\n';
    return answer;
}

int main() {
    for (std::string line; std::getline(std::cin, line);) {
        const std::string name = line.substr(0, line.find(' '));
        const std::string value = name.size() == line.size() ? "" : decode(line.substr(name.size() + 1));
        if (name != "send" && name != "check") {
            if (set_option(name, value)) client.reset();
            else given[name] = value;
        } else if (const auto answer = answer_to(name)) {
            print(graph::Status::Ok, *answer);
            std::cout << "evidence=" << static_cast<int>(answer->evidence()) << "\nsent_id=" << answer->sent_id()
                      << std::endl << std::endl;
        } else {
            const graph::Error &error = answer.error();
            print(error.status(), error);
            std::cout << "error_status=" << error.status_name() << "\ncode=" << error.code() << "\nmessage="
                      << error.what() << "\nretry_after_ms=" << error.retry_after().count() << "\nclaims="
                      << error.claims() << "\nseen=" << static_cast<int>(error.seen()) << "\ninternet_message_id="
                      << error.internet_message_id() << std::endl << std::endl;
        }
    }
}
