// graph-message for C++17: sends an existing draft through Microsoft Graph and says what became of it.
//
//     graph::Client client;
//     graph::Receipt receipt = client.send(token, "megan@contoso.example", id);
//
// A thin layer over graph_message.h, which is the manual: here stands what C++ adds to it. Link with graph_message.
//
// TWO FORMS. send() and check() throw a graph::Error; try_send() and try_check() return a graph::Result that holds it.
// std::bad_alloc is thrown before a request is made: once one may have left, nothing is thrown but a graph::Error.
//
// TEXTS may be string literals, char pointers (NULL as in C), std::string or std::string_view, in UTF-8. One that holds
// a NUL is refused, because C would read it only up to there. Texts out are borrowed from their object.
//
// OBJECTS free themselves. Client, Call, Options and Receipt move and do not copy; one that was moved from is refused
// where it is used. An Error is copied, without throwing, and is never empty. A Client and a Call must outlive the
// calls that use them.
//
// THREADS. What is const may be called on one object by any number of threads at once; what is not const may not.

#ifndef GRAPH_MESSAGE_HPP
#define GRAPH_MESSAGE_HPP

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>

#include <graph_message.h>

// The same text in every language mode: a program may have parts in C++17 and in C++23, and each inline function once.
namespace graph {

static_assert(GRAPH_ABI_VERSION >= 1, "this graph_message.hpp needs a newer graph_message.h");

/// How a call ended. Treat a value that is not listed, of a newer library, as Unknown.
enum class Status : std::int32_t {
    Ok = GRAPH_OK,
    InvalidArgument = GRAPH_INVALID_ARGUMENT,
    Unreachable = GRAPH_UNREACHABLE,
    Cancelled = GRAPH_CANCELLED,
    TimedOut = GRAPH_TIMED_OUT,
    Unauthenticated = GRAPH_UNAUTHENTICATED,
    Forbidden = GRAPH_FORBIDDEN,
    NotFound = GRAPH_NOT_FOUND,
    Rejected = GRAPH_REJECTED,
    Throttled = GRAPH_THROTTLED,
    NotADraft = GRAPH_NOT_A_DRAFT,
    Unavailable = GRAPH_UNAVAILABLE,
    Unknown = GRAPH_UNKNOWN,
    Internal = GRAPH_INTERNAL,
};

/// Which certificate authorities to trust.
enum class Roots : std::int32_t { System = GRAPH_ROOTS_SYSTEM, Bundled = GRAPH_ROOTS_BUNDLED };

/// When to look at the message that is sent.
enum class Verify : std::int32_t {
    Never = GRAPH_VERIFY_NEVER,
    OnDoubt = GRAPH_VERIFY_ON_DOUBT,
    Always = GRAPH_VERIFY_ALWAYS,
};

/// Level of a log line: Info is one a call, Debug one an attempt or look.
enum class Level : std::int32_t { Info = GRAPH_LOG_INFO, Debug = GRAPH_LOG_DEBUG };

/// What the last look at the message showed; a newer library may have more.
enum class Seen : std::int32_t {
    Nothing = GRAPH_SEEN_NOTHING,
    Draft = GRAPH_SEEN_DRAFT,
    Gone = GRAPH_SEEN_GONE,
    NotAllowed = GRAPH_SEEN_NOT_ALLOWED,
    NotADraft = GRAPH_SEEN_NOT_A_DRAFT,
};

/// How it is known that the mail was sent; a newer library may have more.
enum class Evidence : std::int32_t { Accepted = GRAPH_EVIDENCE_ACCEPTED, Found = GRAPH_EVIDENCE_FOUND };

/// The name of a status, such as "GRAPH_OK". Constant.
inline const char *status_name(Status status) noexcept { return graph_status_name(static_cast<graph_status>(status)); }

/// Whether a call that ended so sent the mail: 1 it did, 0 it certainly did not, -1 nobody can tell.
inline int status_sent(Status status) noexcept { return graph_status_sent(static_cast<graph_status>(status)); }

/// The version of the library that is loaded. Constant.
inline const char *version() noexcept { return graph_version(); }

/// The ABI of the library that is loaded. Clients check it themselves.
inline std::uint32_t abi_version() noexcept { return graph_abi_version(); }

/// Receives log lines, valid until it returns, on the thread of the call that logs: on several threads at once where
/// several call. It must not call into the client. What it throws is dropped, and the call goes on.
using Log = std::function<void(Level, std::string_view)>;

/// A text argument, which is made where it is passed. Holds a terminated copy of a std::string_view, which it wipes: it
/// may be a token. NULL, and a std::string_view without data, are NULL in C.
class Text {
public:
    Text(const char *text) noexcept : text_(text) {}
    Text(const std::string &text) noexcept : text_(text.c_str()), nul_(text.find('\0')) {}
    template <class T, class = std::enable_if_t<std::is_class_v<T> &&
                                                std::is_convertible_v<const T &, std::string_view>>>
    Text(const T &text) : Text(Copied(), text) {}
    Text(const Text &) = delete;
    Text &operator=(const Text &) = delete;
    ~Text() {
        for (volatile char &byte : copy_) byte = 0;
    }

    const char *c_str() const noexcept { return text_; }

    /// Why it cannot be passed on; empty where it can.
    std::string refusal(const char *name) const {
        if (nul_ == std::string::npos) return {};
        return std::string(name) + " holds a NUL at byte " + std::to_string(nul_) + ", where C would cut it off";
    }

private:
    struct Copied {};
    Text(Copied, std::string_view text)
        : copy_(text), text_(text.data() ? copy_.c_str() : nullptr), nul_(text.find('\0')) {}

    std::string copy_;
    const char *text_;
    std::size_t nul_ = std::string::npos;
};

namespace detail {

template <auto Free>
struct Freed {
    template <class T>
    void operator()(T *object) const noexcept { Free(object); }
};

template <class T, auto Free>
using Handle = std::unique_ptr<T, Freed<Free>>;

/// What the copies of an Error share. It is made before the call, so that nothing needs memory after it.
struct Failure {
    graph_status status = GRAPH_INVALID_ARGUMENT;
    graph_error *error = nullptr;
    /// In place of an error: what was refused before C was asked.
    std::string refusal;

    Failure() = default;
    Failure(const Failure &) = delete;
    Failure &operator=(const Failure &) = delete;
    ~Failure() { graph_error_free(error); }

    /// Whether something was refused, of which the error then says so.
    bool refuses() {
        if (!refusal.empty()) refusal.insert(0, "not sent: ");
        return !refusal.empty();
    }
};

/// Why the loaded library cannot serve this header; empty where it can.
inline std::string library_refusal() {
    // Not a constant of the preprocessor for the compiler, which would find the comparison always true or false.
    const std::uint32_t needed = GRAPH_ABI_VERSION;
    if (graph_abi_version() >= needed) return {};
    const std::string has = std::to_string(graph_abi_version());
    return "the graph_message library " + std::string(graph_version()) + " has ABI " + has +
           " and is older than the header, which has ABI " + std::to_string(needed);
}

/// Milliseconds for C, or the reason why they are none.
inline std::uint32_t milliseconds(const char *name, std::chrono::milliseconds time, std::string &refusal) {
    const auto ms = time.count();
    if (ms >= 0 && ms <= UINT32_MAX) return static_cast<std::uint32_t>(ms);
    if (refusal.empty()) refusal = std::string(name) + " is " + std::to_string(ms) + ", not between 0 and 4294967295";
    return 0;
}

}  // namespace detail

/// Why a call did not end in Status::Ok. Copied without throwing; its texts are valid until its last copy is gone. Read
/// by any number of threads at once.
class Error : public std::runtime_error {
public:
    /// For this header: the errors of a program come from its calls.
    explicit Error(std::shared_ptr<const detail::Failure> failure)
        : std::runtime_error(std::string()), failure_(std::move(failure)) {}
    // Without a move, which would leave an empty one behind.
    Error(const Error &) noexcept = default;
    Error &operator=(const Error &) noexcept = default;
    ~Error() override = default;

    /// One line for a log: what failed, where, and what to do next. Never with a token in it.
    const char *what() const noexcept override {
        return failure_->error ? graph_error_message(failure_->error) : failure_->refusal.c_str();
    }

    Status status() const noexcept {
        return static_cast<Status>(failure_->error ? graph_error_status(failure_->error) : failure_->status);
    }
    /// Such as "GRAPH_NOT_FOUND".
    const char *status_name() const noexcept { return graph::status_name(status()); }
    /// Whether the mail was sent all the same: 0 certainly not, -1 nobody can tell.
    int sent() const noexcept { return graph::status_sent(status()); }
    /// The HTTP status of the last reply to a send, or to a look before it that failed; 0 where none came.
    int http_status() const noexcept { return graph_error_http_status(failure_->error); }
    /// Graph's error.code of the last reply, such as "ErrorAccessDenied", or "". Branch on it, not on what().
    std::string_view code() const noexcept { return graph_error_code(failure_->error); }
    /// The request-id of the last reply, which Microsoft's support asks for, or "".
    std::string_view request_id() const noexcept { return graph_error_request_id(failure_->error); }
    /// A GUID that went with every attempt; "" where the arguments were refused.
    std::string_view client_request_id() const noexcept { return graph_error_client_request_id(failure_->error); }
    /// How long Graph asks to wait; 0 where it does not.
    std::chrono::milliseconds retry_after() const noexcept {
        return std::chrono::milliseconds(graph_error_retry_after_ms(failure_->error));
    }
    /// How many attempts handed on at least one byte of a request.
    std::uint32_t attempts() const noexcept { return graph_error_attempts(failure_->error); }
    /// What the last look at the message showed.
    Seen seen() const noexcept { return static_cast<Seen>(graph_error_seen(failure_->error)); }
    /// The message's internetMessageId where it is known, or "". Keep it for a check.
    std::string_view internet_message_id() const noexcept { return graph_error_internet_message_id(failure_->error); }
    /// The claims challenge of Status::Unauthenticated: JSON to pass as claims when asking for the next token; or "".
    std::string_view claims() const noexcept { return graph_error_claims(failure_->error); }

    /// Throws this error as the class below that fits it, or as it is.
    [[noreturn]] void raise() const;

private:
    std::shared_ptr<const detail::Failure> failure_;
};

/// Nobody can tell whether the mail was sent: Status::Unknown, Status::Internal, and what a newer library adds to them.
/// check() later; do not send blindly again.
class OutcomeUnknown : public Error {
public:
    explicit OutcomeUnknown(const Error &error) noexcept : Error(error) {}
};

/// Not sent: get a new token, with claims() if there are any, and send again.
class Unauthenticated : public Error {
public:
    explicit Unauthenticated(const Error &error) noexcept : Error(error) {}
};

/// Not sent: send again after retry_after().
class Throttled : public Error {
public:
    explicit Throttled(const Error &error) noexcept : Error(error) {}
};

inline void Error::raise() const {
    if (sent() < 0) throw OutcomeUnknown(*this);
    if (status() == Status::Unauthenticated) throw Unauthenticated(*this);
    if (status() == Status::Throttled) throw Throttled(*this);
    throw *this;
}

/// A value, or the Error that stands in its place. Used as std::expected is, and converts to std::expected<T, Error>,
/// or a class with its interface, where it is moved from. It is not that class itself: functions of C++17 and C++23
/// parts of one program would then differ in nothing but what they return.
template <class T>
class [[nodiscard]] Result {
    static_assert(std::is_nothrow_move_constructible_v<T>, "nothing may throw after a mail was sent");

public:
    Result(T value) noexcept : state_(std::in_place_index<0>, std::move(value)) {}
    Result(const Error &error) noexcept : state_(std::in_place_index<1>, error) {}

    bool has_value() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return has_value(); }

    /// The value; where there is none, its Error is thrown.
    const T &value() const & {
        if (!has_value()) error().raise();
        return *std::get_if<0>(&state_);
    }
    T &value() & {
        if (!has_value()) error().raise();
        return *std::get_if<0>(&state_);
    }
    T value() && { return std::move(value()); }
    const T &operator*() const & { return value(); }
    T &operator*() & { return value(); }
    T operator*() && { return std::move(value()); }
    const T *operator->() const { return &value(); }
    T *operator->() { return &value(); }

    /// The Error; std::bad_variant_access is thrown where there is a value.
    const Error &error() const { return std::get<1>(state_); }

    template <template <class, class> class Expected>
    operator Expected<T, Error>() && {
        if (!has_value()) return typename Expected<T, Error>::unexpected_type(error());
        return std::move(value());
    }

private:
    std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() noexcept = default;
    Result(const Error &error) noexcept : error_(error) {}

    bool has_value() const noexcept { return !error_; }
    explicit operator bool() const noexcept { return has_value(); }

    /// Throws the Error, if there is one.
    void value() const {
        if (error_) error_->raise();
    }

    /// The Error; std::bad_optional_access is thrown where there is none.
    const Error &error() const { return error_.value(); }

    template <template <class, class> class Expected>
    operator Expected<void, Error>() && {
        if (error_) return typename Expected<void, Error>::unexpected_type(*error_);
        return {};
    }

private:
    std::optional<Error> error_;
};

/// What is known of a mail that was sent: what an audit log keeps and Microsoft's support asks for. Its texts are valid
/// for as long as it is. Read by any number of threads at once.
class Receipt {
public:
    /// For this header; takes the receipt over.
    explicit Receipt(graph_receipt *receipt) noexcept : handle_(receipt) {}

    /// How it is known that the mail was sent. After Found another program may have been the one.
    Evidence evidence() const noexcept { return static_cast<Evidence>(graph_receipt_evidence(handle_.get())); }
    /// The request-id of the last reply to a send, or "".
    std::string_view request_id() const noexcept { return graph_receipt_request_id(handle_.get()); }
    /// A GUID that went with every attempt.
    std::string_view client_request_id() const noexcept { return graph_receipt_client_request_id(handle_.get()); }
    /// How many attempts handed on at least one byte of a request.
    std::uint32_t attempts() const noexcept { return graph_receipt_attempts(handle_.get()); }
    /// The HTTP status of the last reply to a send; 0 where none came.
    int http_status() const noexcept { return graph_receipt_http_status(handle_.get()); }
    /// The mail's id in Sent Items where a check learned it, or "".
    std::string_view sent_id() const noexcept { return graph_receipt_sent_id(handle_.get()); }

private:
    detail::Handle<graph_receipt, graph_receipt_free> handle_;
};

/// Settings for a client. A refused value spoils them for good: no client is made of them, and the error says which it
/// was and why. So setters neither throw for it nor return it. A time of 0 is the default.
class Options {
public:
    Options() : handle_(graph_options_new()) {}

    /// The service root. Default https://graph.microsoft.com/v1.0; https, or http on loopback.
    Options &base_url(const Text &url) { return text("base_url", url, graph_options_set_base_url); }
    /// Bounds a whole call, waiting and retries included. Default 100 s.
    Options &timeout(std::chrono::milliseconds time) { return set("timeout_ms", time, graph_options_set_timeout_ms); }
    /// Bounds one attempt, from its look-up to the end of the reply. Default 30 s.
    Options &attempt_timeout(std::chrono::milliseconds time) {
        return set("attempt_timeout_ms", time, graph_options_set_attempt_timeout_ms);
    }
    /// Bounds look-up, connect, proxy and TLS handshake of one attempt together. Default 10 s.
    Options &connect_timeout(std::chrono::milliseconds time) {
        return set("connect_timeout_ms", time, graph_options_set_connect_timeout_ms);
    }
    /// How long the service may take to show that it accepted a mail. Default 20 s, at most 240 s.
    Options &settle(std::chrono::milliseconds time) { return set("settle_ms", time, graph_options_set_settle_ms); }
    /// How often a send is tried at most. Default 4; with 1 nothing is ever sent again; 0 is the default.
    Options &max_attempts(std::uint32_t attempts) {
        graph_options_set_max_attempts(handle_.get(), attempts);
        return *this;
    }
    /// How many requests to one mailbox are in flight at once. Default 4, Graph's own limit; 0 is the default.
    Options &mailbox_concurrency(std::uint32_t at_once) {
        graph_options_set_mailbox_concurrency(handle_.get(), at_once);
        return *this;
    }
    /// When to look at the message that is sent. Default OnDoubt; looking needs Mail.Read beside Mail.Send.
    Options &verify(Verify when) {
        graph_options_set_verify(handle_.get(), static_cast<std::int32_t>(when));
        return *this;
    }
    /// The proxy for https: http://, https:// or socks5://, with "user:password@" if it wants a login. Default none.
    Options &proxy(const Text &url) { return text("proxy", url, graph_options_set_proxy); }
    /// Takes the proxy from the environment as it is now: https_proxy, all_proxy, no_proxy.
    Options &proxy_from_environment() {
        graph_options_set_proxy_from_environment(handle_.get());
        return *this;
    }
    /// A PEM file of certificate authorities to trust besides the roots. Read now.
    Options &ca_file(const Text &path) { return text("ca_file", path, graph_options_set_ca_file); }
    /// The certificate authorities to trust. Default System.
    Options &roots(Roots which) {
        graph_options_set_roots(handle_.get(), static_cast<std::int32_t>(which));
        return *this;
    }
    /// The calling program's name for the User-Agent header, such as "Billing/4.2". Default none.
    Options &user_agent(const Text &product) { return text("user_agent", product, graph_options_set_user_agent); }
    /// A function for log lines; an empty one, the default, logs nothing. It lives as long as a client that uses it.
    Options &log(Log function) {
        auto kept = function ? std::make_shared<Log>(std::move(function)) : nullptr;
        graph_options_set_log(handle_.get(), kept ? write : nullptr, kept.get());
        log_ = std::move(kept);
        return *this;
    }

private:
    friend class Client;
    friend Result<void> try_init(const Options &options);

    Options &text(const char *name, const Text &value, graph_status (*setter)(graph_options *, const char *)) {
        if (std::string refusal = value.refusal(name); refusal.empty()) setter(handle_.get(), value.c_str());
        else if (refusal_.empty()) refusal_ = std::move(refusal);
        return *this;
    }

    Options &set(const char *name, std::chrono::milliseconds time,
                 graph_status (*setter)(graph_options *, std::uint32_t)) {
        setter(handle_.get(), detail::milliseconds(name, time, refusal_));
        return *this;
    }

    /// Why no client can be made of them, where C does not know; empty where it does.
    std::string refusal() const {
        std::string library = detail::library_refusal();
        if (!library.empty()) return library;
        // C would take no options for the defaults, and a mail could go elsewhere.
        return handle_ ? refusal_ : "options were moved from";
    }

    /// C and Rust are above it on the stack, and an exception must not pass through them.
    static void write(void *log, std::int32_t level, const char *line) noexcept {
        try {
            (*static_cast<const Log *>(log))(static_cast<Level>(level), line);
        } catch (...) {
        }
    }

    std::shared_ptr<Log> log_;
    std::string refusal_;
    detail::Handle<graph_options, graph_options_free> handle_;
};

/// The settings of one call, and the means to cancel it from another thread. May serve several calls. A refused value
/// stays, and is what the calls with it end in.
class Call {
public:
    Call() : handle_(graph_call_new()) {}

    /// Bounds the whole call in place of the client's timeout, to which 0 goes back. Not while a call is in flight.
    Call &timeout(std::chrono::milliseconds time) {
        graph_call_set_timeout_ms(handle_.get(), detail::milliseconds("timeout_ms", time, refusal_));
        return *this;
    }

    /// The draft's internetMessageId, "<...@...>": with it, a check finds the mail even where its id has changed. "" is
    /// none. Not while a call is in flight.
    Call &internet_message_id(const Text &id) {
        std::string refusal = id.refusal("internet_message_id");
        if (refusal.empty() && graph_call_set_internet_message_id(handle_.get(), id.c_str()) != GRAPH_OK) {
            refusal = "internet_message_id was refused: pass it as Graph showed it, \"<...@...>\"";
        }
        if (refusal_.empty()) refusal_ = std::move(refusal);
        return *this;
    }

    /// Ends the calls in flight with these settings within a tenth of a second, and later ones as they begin. Does not
    /// wait for them. Any thread.
    void cancel() const noexcept { graph_call_cancel(handle_.get()); }

private:
    friend class Client;

    std::string refusal_;
    detail::Handle<graph_call, graph_call_free> handle_;
};

/// Settings, and the connections they led to. One may serve a whole program; every call blocks its thread.
class Client {
public:
    /// With every default.
    Client() : Client(Options()) {}
    /// The options are copied. Throws an Error with Status::InvalidArgument where one of them was refused.
    explicit Client(const Options &options) : Client(try_create(options).value()) {}

    /// The same without throwing it.
    static Result<Client> try_create(const Options &options) {
        auto failure = std::make_shared<detail::Failure>();
        const Error error(failure);
        failure->refusal = options.refusal();
        if (failure->refuses()) return error;
        graph_client *client = nullptr;
        failure->status = graph_client_new(options.handle_.get(), &client, &failure->error);
        if (failure->status != GRAPH_OK) return error;
        return Client(options.log_, client);
    }

    /// Sends an existing draft - a new message, a reply, a reply-all or a forward - and waits for the answer. Exactly
    /// one mail leaves, or none; where none can be certain, OutcomeUnknown is thrown.
    ///
    /// token  an access token for Microsoft Graph with Mail.Send, without "Bearer ".
    /// user   the mailbox: a user's id or userPrincipalName; NULL, "" or "me" is that of the token's own user.
    /// id     the draft's id as Graph gave it.
    Receipt send(const Text &token, const Text &user, const Text &id) const {
        return try_send(token, user, id).value();
    }
    Receipt send(const Text &token, const Text &user, const Text &id, const Call &call) const {
        return try_send(token, user, id, call).value();
    }
    Result<Receipt> try_send(const Text &token, const Text &user, const Text &id) const {
        return run(graph_client_send, nullptr, token, user, id);
    }
    Result<Receipt> try_send(const Text &token, const Text &user, const Text &id, const Call &call) const {
        return run(graph_client_send, &call, token, user, id);
    }

    /// Settles an earlier OutcomeUnknown of the same message; sends nothing. A receipt: the mail was sent. An Error
    /// with Status::Unavailable: it was not, and may be sent again. OutcomeUnknown: still nobody can tell. Give the
    /// call the internetMessageId, if it is known.
    Receipt check(const Text &token, const Text &user, const Text &id) const {
        return try_check(token, user, id).value();
    }
    Receipt check(const Text &token, const Text &user, const Text &id, const Call &call) const {
        return try_check(token, user, id, call).value();
    }
    Result<Receipt> try_check(const Text &token, const Text &user, const Text &id) const {
        return run(graph_client_check, nullptr, token, user, id);
    }
    Result<Receipt> try_check(const Text &token, const Text &user, const Text &id, const Call &call) const {
        return run(graph_client_check, &call, token, user, id);
    }

    /// Ends every call in flight within a tenth of a second, in Status::Cancelled where no attempt can have been
    /// accepted, else in Status::Unknown. Does not wait for them; calls that begin later are not touched. Any thread.
    void cancel() const noexcept { graph_client_cancel(handle_.get()); }

private:
    Client(std::shared_ptr<Log> log, graph_client *client) noexcept : log_(std::move(log)), handle_(client) {}

    Result<Receipt> run(decltype(graph_client_send) *function, const Call *call, const Text &token, const Text &user,
                        const Text &id) const {
        auto failure = std::make_shared<detail::Failure>();
        const Error error(failure);
        std::string &refusal = failure->refusal;
        if (!handle_) refusal = "client was moved from";
        if (refusal.empty() && call) refusal = call->handle_ ? call->refusal_ : "call was moved from";
        if (refusal.empty()) refusal = token.refusal("token");
        if (refusal.empty()) refusal = user.refusal("user");
        if (refusal.empty()) refusal = id.refusal("id");
        if (failure->refuses()) return error;
        graph_receipt *receipt = nullptr;
        failure->status = function(handle_.get(), call ? call->handle_.get() : nullptr, token.c_str(), user.c_str(),
                                   id.c_str(), &receipt, &failure->error);
        // From here on a request may have left, and nothing may throw.
        if (failure->status != GRAPH_OK) return error;
        return Receipt(receipt);
    }

    // The client is freed first.
    std::shared_ptr<Log> log_;
    detail::Handle<graph_client, graph_client_free> handle_;
};

/// Gives the shared client of graph::send other settings than the defaults. Optional; once, before the first
/// graph::send. Its log function lives as long as the program. Any thread.
inline Result<void> try_init(const Options &options) {
    // Never freed, as the shared client is not: threads may still send while a program ends.
    static auto *const log = new std::shared_ptr<Log>;
    auto failure = std::make_shared<detail::Failure>();
    const Error error(failure);
    failure->refusal = options.refusal();
    if (failure->refuses()) return error;
    failure->status = graph_init(options.handle_.get(), &failure->error);
    if (failure->status != GRAPH_OK) return error;
    // Only one call of a process comes here.
    *log = options.log_;
    return {};
}

inline void init(const Options &options) { try_init(options).value(); }

/// Sends an existing draft, as Client::send does, on a client that the whole process shares.
inline Result<void> try_send(const Text &token, const Text &user, const Text &id) {
    auto failure = std::make_shared<detail::Failure>();
    const Error error(failure);
    std::string &refusal = failure->refusal;
    refusal = detail::library_refusal();
    if (refusal.empty()) refusal = token.refusal("token");
    if (refusal.empty()) refusal = user.refusal("user");
    if (refusal.empty()) refusal = id.refusal("id");
    if (failure->refuses()) return error;
    failure->status = graph_message_send(token.c_str(), user.c_str(), id.c_str(), &failure->error);
    if (failure->status != GRAPH_OK) return error;
    return {};
}

inline void send(const Text &token, const Text &user, const Text &id) { try_send(token, user, id).value(); }

}  // namespace graph

#endif  // GRAPH_MESSAGE_HPP
