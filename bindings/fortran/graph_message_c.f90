! The C interface of graph-message as it is, written by bindings/declare. What each function does is told by
! include/graph_message.h; the module graph_message is what a program uses.
!
! Texts go in as a pointer to NUL-terminated bytes, c_null_ptr is NULL; unsigned numbers are signed ones of that size.

module graph_message_c
  use, intrinsic :: iso_c_binding
  implicit none
  public

  ! How a call ended. Treat a value that is not listed as GRAPH_UNKNOWN.
  integer(c_int32_t), parameter :: GRAPH_OK = 0
  integer(c_int32_t), parameter :: GRAPH_INVALID_ARGUMENT = 1
  integer(c_int32_t), parameter :: GRAPH_UNREACHABLE = 10
  integer(c_int32_t), parameter :: GRAPH_CANCELLED = 11
  integer(c_int32_t), parameter :: GRAPH_TIMED_OUT = 12
  integer(c_int32_t), parameter :: GRAPH_UNAUTHENTICATED = 20
  integer(c_int32_t), parameter :: GRAPH_FORBIDDEN = 21
  integer(c_int32_t), parameter :: GRAPH_NOT_FOUND = 22
  integer(c_int32_t), parameter :: GRAPH_REJECTED = 23
  integer(c_int32_t), parameter :: GRAPH_THROTTLED = 24
  integer(c_int32_t), parameter :: GRAPH_NOT_A_DRAFT = 25
  integer(c_int32_t), parameter :: GRAPH_UNAVAILABLE = 26
  integer(c_int32_t), parameter :: GRAPH_UNKNOWN = 40
  integer(c_int32_t), parameter :: GRAPH_INTERNAL = 90

  ! Which certificate authorities to trust.
  integer(c_int32_t), parameter :: GRAPH_ROOTS_SYSTEM = 0
  integer(c_int32_t), parameter :: GRAPH_ROOTS_BUNDLED = 1

  ! When to look at the message that is sent.
  integer(c_int32_t), parameter :: GRAPH_VERIFY_NEVER = 0
  integer(c_int32_t), parameter :: GRAPH_VERIFY_ON_DOUBT = 1
  integer(c_int32_t), parameter :: GRAPH_VERIFY_ALWAYS = 2

  ! Levels of a log line.
  integer(c_int32_t), parameter :: GRAPH_LOG_INFO = 3
  integer(c_int32_t), parameter :: GRAPH_LOG_DEBUG = 4

  ! What the last look at the message showed.
  integer(c_int32_t), parameter :: GRAPH_SEEN_NOTHING = 0
  integer(c_int32_t), parameter :: GRAPH_SEEN_DRAFT = 1
  integer(c_int32_t), parameter :: GRAPH_SEEN_GONE = 2
  integer(c_int32_t), parameter :: GRAPH_SEEN_NOT_ALLOWED = 3
  integer(c_int32_t), parameter :: GRAPH_SEEN_NOT_A_DRAFT = 4

  ! How it is known that the mail was sent.
  integer(c_int32_t), parameter :: GRAPH_EVIDENCE_ACCEPTED = 1
  integer(c_int32_t), parameter :: GRAPH_EVIDENCE_FOUND = 2

  ! The library must have this ABI or a newer one.
  integer(c_int32_t), parameter :: GRAPH_ABI_VERSION = 1

  abstract interface
    subroutine graph_log_fn(context, level, line) bind(c)
      import
      type(c_ptr), value :: context, line
      integer(c_int32_t), value :: level
    end subroutine
  end interface

  interface
    function graph_status_name(status) bind(c) result(answer)
      import
      integer(c_int32_t), value :: status
      type(c_ptr) :: answer
    end function
    function graph_status_sent(status) bind(c) result(answer)
      import
      integer(c_int32_t), value :: status
      integer(c_int32_t) :: answer
    end function
    function graph_message_send(token, user, id, err) bind(c) result(answer)
      import
      type(c_ptr), value :: token, user, id
      type(c_ptr), intent(out) :: err
      integer(c_int32_t) :: answer
    end function
    function graph_message_send_text(token, user, id, message, size, http_status, retry_after_ms) bind(c) &
        result(answer)
      import
      type(c_ptr), value :: token, user, id, message, http_status, retry_after_ms
      integer(c_int32_t), value :: size
      integer(c_int32_t) :: answer
    end function
    function graph_init(options, err) bind(c) result(answer)
      import
      type(c_ptr), value :: options
      type(c_ptr), intent(out) :: err
      integer(c_int32_t) :: answer
    end function
    function graph_client_new(options, client, err) bind(c) result(answer)
      import
      type(c_ptr), value :: options
      type(c_ptr), intent(out) :: client, err
      integer(c_int32_t) :: answer
    end function
    function graph_client_send(client, call, token, user, id, receipt, err) bind(c) result(answer)
      import
      type(c_ptr), value :: client, call, token, user, id
      type(c_ptr), intent(out) :: receipt, err
      integer(c_int32_t) :: answer
    end function
    function graph_client_check(client, call, token, user, id, receipt, err) bind(c) result(answer)
      import
      type(c_ptr), value :: client, call, token, user, id
      type(c_ptr), intent(out) :: receipt, err
      integer(c_int32_t) :: answer
    end function
    subroutine graph_client_cancel(client) bind(c)
      import
      type(c_ptr), value :: client
    end subroutine
    subroutine graph_client_free(client) bind(c)
      import
      type(c_ptr), value :: client
    end subroutine
    function graph_call_new() bind(c) result(answer)
      import
      type(c_ptr) :: answer
    end function
    subroutine graph_call_cancel(call) bind(c)
      import
      type(c_ptr), value :: call
    end subroutine
    subroutine graph_call_free(call) bind(c)
      import
      type(c_ptr), value :: call
    end subroutine
    function graph_call_set_timeout_ms(call, ms) bind(c) result(answer)
      import
      type(c_ptr), value :: call
      integer(c_int32_t), value :: ms
      integer(c_int32_t) :: answer
    end function
    function graph_call_set_internet_message_id(call, internet_message_id) bind(c) result(answer)
      import
      type(c_ptr), value :: call, internet_message_id
      integer(c_int32_t) :: answer
    end function
    function graph_options_new() bind(c) result(answer)
      import
      type(c_ptr) :: answer
    end function
    subroutine graph_options_free(options) bind(c)
      import
      type(c_ptr), value :: options
    end subroutine
    function graph_options_set_base_url(options, url) bind(c) result(answer)
      import
      type(c_ptr), value :: options, url
      integer(c_int32_t) :: answer
    end function
    function graph_options_set_timeout_ms(options, ms) bind(c) result(answer)
      import
      type(c_ptr), value :: options
      integer(c_int32_t), value :: ms
      integer(c_int32_t) :: answer
    end function
    function graph_options_set_attempt_timeout_ms(options, ms) bind(c) result(answer)
      import
      type(c_ptr), value :: options
      integer(c_int32_t), value :: ms
      integer(c_int32_t) :: answer
    end function
    function graph_options_set_connect_timeout_ms(options, ms) bind(c) result(answer)
      import
      type(c_ptr), value :: options
      integer(c_int32_t), value :: ms
      integer(c_int32_t) :: answer
    end function
    function graph_options_set_max_attempts(options, attempts) bind(c) result(answer)
      import
      type(c_ptr), value :: options
      integer(c_int32_t), value :: attempts
      integer(c_int32_t) :: answer
    end function
    function graph_options_set_verify(options, verify) bind(c) result(answer)
      import
      type(c_ptr), value :: options
      integer(c_int32_t), value :: verify
      integer(c_int32_t) :: answer
    end function
    function graph_options_set_settle_ms(options, ms) bind(c) result(answer)
      import
      type(c_ptr), value :: options
      integer(c_int32_t), value :: ms
      integer(c_int32_t) :: answer
    end function
    function graph_options_set_mailbox_concurrency(options, at_once) bind(c) result(answer)
      import
      type(c_ptr), value :: options
      integer(c_int32_t), value :: at_once
      integer(c_int32_t) :: answer
    end function
    function graph_options_set_proxy(options, url) bind(c) result(answer)
      import
      type(c_ptr), value :: options, url
      integer(c_int32_t) :: answer
    end function
    function graph_options_set_proxy_from_environment(options) bind(c) result(answer)
      import
      type(c_ptr), value :: options
      integer(c_int32_t) :: answer
    end function
    function graph_options_set_ca_file(options, path) bind(c) result(answer)
      import
      type(c_ptr), value :: options, path
      integer(c_int32_t) :: answer
    end function
    function graph_options_set_roots(options, roots) bind(c) result(answer)
      import
      type(c_ptr), value :: options
      integer(c_int32_t), value :: roots
      integer(c_int32_t) :: answer
    end function
    function graph_options_set_user_agent(options, product) bind(c) result(answer)
      import
      type(c_ptr), value :: options, product
      integer(c_int32_t) :: answer
    end function
    function graph_options_set_log(options, log, context) bind(c) result(answer)
      import
      type(c_ptr), value :: options, context
      type(c_funptr), value :: log
      integer(c_int32_t) :: answer
    end function
    function graph_error_status(error) bind(c) result(answer)
      import
      type(c_ptr), value :: error
      integer(c_int32_t) :: answer
    end function
    function graph_error_http_status(error) bind(c) result(answer)
      import
      type(c_ptr), value :: error
      integer(c_int32_t) :: answer
    end function
    function graph_error_code(error) bind(c) result(answer)
      import
      type(c_ptr), value :: error
      type(c_ptr) :: answer
    end function
    function graph_error_message(error) bind(c) result(answer)
      import
      type(c_ptr), value :: error
      type(c_ptr) :: answer
    end function
    function graph_error_request_id(error) bind(c) result(answer)
      import
      type(c_ptr), value :: error
      type(c_ptr) :: answer
    end function
    function graph_error_client_request_id(error) bind(c) result(answer)
      import
      type(c_ptr), value :: error
      type(c_ptr) :: answer
    end function
    function graph_error_retry_after_ms(error) bind(c) result(answer)
      import
      type(c_ptr), value :: error
      integer(c_int32_t) :: answer
    end function
    function graph_error_attempts(error) bind(c) result(answer)
      import
      type(c_ptr), value :: error
      integer(c_int32_t) :: answer
    end function
    function graph_error_claims(error) bind(c) result(answer)
      import
      type(c_ptr), value :: error
      type(c_ptr) :: answer
    end function
    function graph_error_seen(error) bind(c) result(answer)
      import
      type(c_ptr), value :: error
      integer(c_int32_t) :: answer
    end function
    function graph_error_internet_message_id(error) bind(c) result(answer)
      import
      type(c_ptr), value :: error
      type(c_ptr) :: answer
    end function
    subroutine graph_error_free(error) bind(c)
      import
      type(c_ptr), value :: error
    end subroutine
    function graph_receipt_request_id(receipt) bind(c) result(answer)
      import
      type(c_ptr), value :: receipt
      type(c_ptr) :: answer
    end function
    function graph_receipt_client_request_id(receipt) bind(c) result(answer)
      import
      type(c_ptr), value :: receipt
      type(c_ptr) :: answer
    end function
    function graph_receipt_http_status(receipt) bind(c) result(answer)
      import
      type(c_ptr), value :: receipt
      integer(c_int32_t) :: answer
    end function
    function graph_receipt_attempts(receipt) bind(c) result(answer)
      import
      type(c_ptr), value :: receipt
      integer(c_int32_t) :: answer
    end function
    function graph_receipt_evidence(receipt) bind(c) result(answer)
      import
      type(c_ptr), value :: receipt
      integer(c_int32_t) :: answer
    end function
    function graph_receipt_sent_id(receipt) bind(c) result(answer)
      import
      type(c_ptr), value :: receipt
      type(c_ptr) :: answer
    end function
    subroutine graph_receipt_free(receipt) bind(c)
      import
      type(c_ptr), value :: receipt
    end subroutine
    function graph_version() bind(c) result(answer)
      import
      type(c_ptr) :: answer
    end function
    function graph_loaded_abi_version() bind(c, name="graph_abi_version") result(answer)
      import
      integer(c_int32_t) :: answer
    end function
    subroutine graph_string_free(string) bind(c)
      import
      type(c_ptr), value :: string
    end subroutine
  end interface
end module graph_message_c
