// What the test programs share. Each is silent when all is well, and ends with 1 and a line on stderr when it is not.
#ifndef CHECK_HPP
#define CHECK_HPP

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <typeinfo>
#include <vector>

#include <graph_message.hpp>

// Not assert(): these hold in every build.
#define CHECK(condition) \
    do { \
        if (!(condition)) check_failed(__FILE__, __LINE__, #condition); \
    } while (0)

[[noreturn]] inline void check_failed(const char *file, int line, const char *what) {
    std::fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    std::_Exit(1);
}

// That a call was refused before anything left, by a message that says so and holds this text.
inline void check_refused(const graph::Error &error, const std::string &text) {
    const std::string message = error.what();
    if (message.rfind("not sent: ", 0) != 0 || message.find(text) == std::string::npos) {
        std::fprintf(stderr, "\"%s\" does not hold \"%s\"\n", error.what(), text.c_str());
        std::_Exit(1);
    }
    CHECK(error.status() == graph::Status::InvalidArgument);
    CHECK(error.sent() == 0 && error.attempts() == 0 && error.http_status() == 0);
    CHECK(error.client_request_id().empty() && error.request_id().empty() && error.code().empty());
}

// What the function throws, which is of exactly this class.
template <class Thrown, class Function>
Thrown check_thrown(Function function) {
    try {
        function();
    } catch (const Thrown &error) {
        CHECK(typeid(error) == typeid(Thrown));
        return error;
    }
    check_failed(__FILE__, __LINE__, "it throws");
}

inline std::vector<std::string> read_lines(const char *path) {
    std::ifstream file(path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);) lines.push_back(line);
    CHECK(!lines.empty());
    return lines;
}

#endif
