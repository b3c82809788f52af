! graph-message for Fortran: sends an existing Microsoft Graph draft and says what became of the mail.
!
! graph_message_c declares the C interface as it is (iso_c_binding); graph_message is what a program uses. What each
! function does is told by include/graph_message.h.

module graph_message_c
  use, intrinsic :: iso_c_binding
  implicit none
  public

  integer(c_int32_t), parameter :: GRAPH_ROOTS_SYSTEM = 0
  integer(c_int32_t), parameter :: GRAPH_ROOTS_BUNDLED = 1
  integer(c_int32_t), parameter :: GRAPH_VERIFY_NEVER = 0
  integer(c_int32_t), parameter :: GRAPH_VERIFY_ON_DOUBT = 1
  integer(c_int32_t), parameter :: GRAPH_VERIFY_ALWAYS = 2
  integer(c_int32_t), parameter :: GRAPH_LOG_INFO = 3
  integer(c_int32_t), parameter :: GRAPH_LOG_DEBUG = 4
  integer(c_int32_t), parameter :: GRAPH_SEEN_NOTHING = 0
  integer(c_int32_t), parameter :: GRAPH_SEEN_DRAFT = 1
  integer(c_int32_t), parameter :: GRAPH_SEEN_GONE = 2
  integer(c_int32_t), parameter :: GRAPH_SEEN_NOT_ALLOWED = 3
  integer(c_int32_t), parameter :: GRAPH_SEEN_NOT_A_DRAFT = 4
  integer(c_int32_t), parameter :: GRAPH_EVIDENCE_ACCEPTED = 1
  integer(c_int32_t), parameter :: GRAPH_EVIDENCE_FOUND = 2
  integer(c_int32_t), parameter :: GRAPH_ABI_VERSION = 1
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

  abstract interface
    ! Receives a log line; line is a NUL-terminated text.
    subroutine graph_log_fn(context, level, line) bind(c)
      import
      type(c_ptr), value :: context, line
      integer(c_int32_t), value :: level
    end subroutine
  end interface

  ! Texts go in as a pointer to NUL-terminated bytes, c_null_ptr is NULL; unsigned numbers are signed ones of that size.
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
    function graph_message_send_text(token, user, id, message, size, http_status, &
        retry_after_ms) bind(c) result(answer)
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
    ! Fortran does not tell upper from lower case, so the function cannot have the name of the constant.
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

module graph_message
  use, intrinsic :: iso_c_binding, only: c_ptr, c_null_ptr, c_null_char, c_char, c_int32_t, c_int64_t, c_size_t, &
    c_loc, c_funloc, c_associated, c_f_pointer
  use graph_message_c
  implicit none
  private

  ! What the C interface knows by number.
  public :: GRAPH_OK, GRAPH_INVALID_ARGUMENT, GRAPH_UNREACHABLE, GRAPH_CANCELLED, GRAPH_TIMED_OUT, &
    GRAPH_UNAUTHENTICATED, GRAPH_FORBIDDEN, GRAPH_NOT_FOUND, GRAPH_REJECTED, GRAPH_THROTTLED, &
    GRAPH_NOT_A_DRAFT, GRAPH_UNAVAILABLE, GRAPH_UNKNOWN, GRAPH_INTERNAL, GRAPH_ROOTS_SYSTEM, &
    GRAPH_ROOTS_BUNDLED, GRAPH_VERIFY_NEVER, GRAPH_VERIFY_ON_DOUBT, GRAPH_VERIFY_ALWAYS, GRAPH_LOG_INFO, &
    GRAPH_LOG_DEBUG, GRAPH_SEEN_NOTHING, GRAPH_SEEN_DRAFT, GRAPH_SEEN_GONE, GRAPH_SEEN_NOT_ALLOWED, &
    GRAPH_SEEN_NOT_A_DRAFT, GRAPH_EVIDENCE_ACCEPTED, GRAPH_EVIDENCE_FOUND

  public :: graph_result, graph_options, graph_client, graph_call, graph_log, graph_library_version

  ! What became of a mail: the fields of a receipt where it was sent, else those of the error.
  type :: graph_result
    integer :: status = GRAPH_UNKNOWN
    ! 1: sent by this call; 0: certainly not; -1: nobody can tell.
    integer :: sent = -1
    integer :: http_status = 0, attempts = 0, evidence = 0, seen = GRAPH_SEEN_NOTHING
    integer(c_int64_t) :: retry_after_ms = 0
    character(:), allocatable :: message, code, request_id, client_request_id, claims, internet_message_id, sent_id
  contains
    procedure :: status_name
  end type

  abstract interface
    subroutine graph_log(level, line)
      integer, intent(in) :: level
      character(*), intent(in) :: line
    end subroutine
  end interface

  ! The log procedure where C can point at it.
  type :: log_box
    procedure(graph_log), pointer, nopass :: log => null()
  end type

  type :: graph_options
    private
    type(c_ptr) :: handle = c_null_ptr
    type(log_box), pointer :: log => null()
    ! Why an option was refused before it reached the library.
    character(:), allocatable :: refused
  contains
    procedure, private :: set_text, set_number, set_log, copy_options
    generic :: set => set_text, set_number, set_log
    generic :: assignment(=) => copy_options
    final :: free_options
  end type

  ! The settings of one call, and the means to cancel it from another thread.
  type :: graph_call
    private
    type(c_ptr) :: handle = c_null_ptr
    character(:), allocatable :: refused
  contains
    procedure :: set_timeout_ms, set_internet_message_id
    procedure :: cancel => cancel_call
    procedure, private :: copy_call
    generic :: assignment(=) => copy_call
    final :: free_call
  end type

  type :: graph_client
    private
    type(c_ptr) :: handle = c_null_ptr
    type(log_box), pointer :: log => null()
  contains
    procedure :: open => open_client
    procedure :: send, check
    procedure :: cancel => cancel_client
    procedure :: close => close_client
    procedure, private :: copy_client
    generic :: assignment(=) => copy_client
    final :: free_client
  end type

  interface
    function strlen(text) bind(c) result(length)
      import
      type(c_ptr), value :: text
      integer(c_size_t) :: length
    end function
  end interface

contains

  ! Makes the client, anew where it was open. Nothing is sent, so result%sent is 0.
  subroutine open_client(client, result, options)
    class(graph_client), intent(inout) :: client
    type(graph_result), intent(out) :: result
    type(graph_options), intent(in), optional :: options
    type(c_ptr) :: handle, err
    call client%close()
    handle = c_null_ptr
    if (present(options)) then
      if (allocated(options%refused)) then
        result = refusal(options%refused)
        return
      end if
      handle = options%handle
      if (associated(options%log)) then
        allocate (client%log)
        client%log = options%log
        ! The client's own copy, so that the options may go before the client does.
        if (graph_options_set_log(handle, c_funloc(pass_log), c_loc(client%log)) /= GRAPH_OK) continue
      end if
    end if
    result%status = graph_client_new(handle, client%handle, err)
    if (result%status == GRAPH_OK) then
      result%sent = 0
      call no_texts(result)
    else
      call take_error(result, err)
    end if
  end subroutine

  ! Sends a draft. Without user it is the mailbox of the token's own user. An absent token or id is refused.
  subroutine send(client, token, id, result, user, call)
    class(graph_client), intent(in) :: client
    character(*), intent(in), optional :: token, id, user
    type(graph_result), intent(out) :: result
    type(graph_call), intent(in), optional :: call
    result = request(client, .false., token, id, user, call)
  end subroutine

  ! Settles an earlier GRAPH_UNKNOWN; sends nothing.
  subroutine check(client, token, id, result, user, call)
    class(graph_client), intent(in) :: client
    character(*), intent(in), optional :: token, id, user
    type(graph_result), intent(out) :: result
    type(graph_call), intent(in), optional :: call
    result = request(client, .true., token, id, user, call)
  end subroutine

  function request(client, checks, token, id, user, call) result(outcome)
    class(graph_client), intent(in) :: client
    logical, intent(in) :: checks
    character(*), intent(in), optional :: token, id, user
    type(graph_call), intent(in), optional :: call
    type(graph_result) :: outcome
    character(kind=c_char, len=:), allocatable, target :: c_token, c_id, c_user
    character(:), allocatable :: refused
    type(c_ptr) :: settings, receipt, err
    settings = c_null_ptr
    if (present(call)) then
      settings = call%handle
      if (allocated(call%refused)) refused = call%refused
    end if
    call to_c("token", token, c_token, refused)
    call to_c("id", id, c_id, refused)
    call to_c("user", user, c_user, refused)
    if (allocated(refused)) then
      outcome = refusal(refused)
      return
    end if
    if (checks) then
      outcome%status = graph_client_check(client%handle, settings, pointer_to(c_token), pointer_to(c_user), &
        pointer_to(c_id), receipt, err)
    else
      outcome%status = graph_client_send(client%handle, settings, pointer_to(c_token), pointer_to(c_user), &
        pointer_to(c_id), receipt, err)
    end if
    outcome%sent = graph_status_sent(outcome%status)
    if (outcome%status == GRAPH_OK) then
      call take_receipt(outcome, receipt)
    else
      call take_error(outcome, err)
    end if
  end function

  ! Ends every call in flight on this client.
  subroutine cancel_client(client)
    class(graph_client), intent(in) :: client
    call graph_client_cancel(client%handle)
  end subroutine

  ! Frees the client; a client that goes out of scope is closed by itself. No call may be in flight on it.
  subroutine close_client(client)
    class(graph_client), intent(inout) :: client
    call graph_client_free(client%handle)
    client%handle = c_null_ptr
    if (associated(client%log)) deallocate (client%log)
  end subroutine

  subroutine free_client(client)
    type(graph_client), intent(inout) :: client
    call client%close()
  end subroutine

  ! Sets an option of text by its name in the C interface: base_url, proxy, ca_file or user_agent.
  subroutine set_text(options, name, text)
    class(graph_options), intent(inout) :: options
    character(*), intent(in) :: name, text
    character(kind=c_char, len=:), allocatable, target :: c_text
    integer(c_int32_t) :: status
    call to_c(name, text, c_text, options%refused)
    if (allocated(options%refused)) return
    call make_options(options)
    select case (name)
    case ("base_url"); status = graph_options_set_base_url(options%handle, c_loc(c_text))
    case ("proxy"); status = graph_options_set_proxy(options%handle, c_loc(c_text))
    case ("ca_file"); status = graph_options_set_ca_file(options%handle, c_loc(c_text))
    case ("user_agent"); status = graph_options_set_user_agent(options%handle, c_loc(c_text))
    case default; options%refused = "no option of text has the name " // name
    end select
  end subroutine

  ! Sets an option that is a number: a time in milliseconds, max_attempts, verify, mailbox_concurrency or roots;
  ! proxy_from_environment takes the proxy from the environment where the number is not 0.
  subroutine set_number(options, name, number)
    class(graph_options), intent(inout) :: options
    character(*), intent(in) :: name
    integer, intent(in) :: number
    integer(c_int32_t) :: status
    if (allocated(options%refused)) return
    call make_options(options)
    if (number < 0) then
      options%refused = name // " is negative"
      return
    end if
    select case (name)
    case ("timeout_ms"); status = graph_options_set_timeout_ms(options%handle, number)
    case ("attempt_timeout_ms"); status = graph_options_set_attempt_timeout_ms(options%handle, number)
    case ("connect_timeout_ms"); status = graph_options_set_connect_timeout_ms(options%handle, number)
    case ("max_attempts"); status = graph_options_set_max_attempts(options%handle, number)
    case ("verify"); status = graph_options_set_verify(options%handle, number)
    case ("settle_ms"); status = graph_options_set_settle_ms(options%handle, number)
    case ("mailbox_concurrency"); status = graph_options_set_mailbox_concurrency(options%handle, number)
    case ("proxy_from_environment")
      if (number /= 0) status = graph_options_set_proxy_from_environment(options%handle)
    case ("roots"); status = graph_options_set_roots(options%handle, number)
    case default; options%refused = "no option that is a number has the name " // name
    end select
  end subroutine

  ! Sets the procedure that receives log lines; the name is "log". It runs on the thread of the call and must not be an
  ! internal procedure.
  subroutine set_log(options, name, log)
    class(graph_options), intent(inout) :: options
    character(*), intent(in) :: name
    procedure(graph_log) :: log
    if (name /= "log") options%refused = "no option that is a procedure has the name " // name
    call make_options(options)
    if (.not. associated(options%log)) allocate (options%log)
    options%log%log => log
  end subroutine

  subroutine make_options(options)
    class(graph_options), intent(inout) :: options
    if (.not. c_associated(options%handle)) options%handle = graph_options_new()
  end subroutine

  subroutine free_options(options)
    type(graph_options), intent(inout) :: options
    call graph_options_free(options%handle)
    options%handle = c_null_ptr
    if (associated(options%log)) deallocate (options%log)
  end subroutine

  ! Bounds the calls made with these settings, in place of the client's timeout_ms; 0 goes back to that.
  subroutine set_timeout_ms(call, ms)
    class(graph_call), intent(inout) :: call
    integer, intent(in) :: ms
    call make_call(call)
    if (ms < 0) call%refused = "timeout_ms is negative"
    if (graph_call_set_timeout_ms(call%handle, max(ms, 0)) /= GRAPH_OK) call%refused = "timeout_ms was refused"
  end subroutine

  ! Gives a check the draft's internetMessageId, so that it finds the mail under another id.
  subroutine set_internet_message_id(call, text)
    class(graph_call), intent(inout) :: call
    character(*), intent(in) :: text
    character(kind=c_char, len=:), allocatable, target :: c_text
    call make_call(call)
    call to_c("internet_message_id", text, c_text, call%refused)
    if (allocated(call%refused)) return
    if (graph_call_set_internet_message_id(call%handle, c_loc(c_text)) /= GRAPH_OK) &
      call%refused = "internet_message_id was refused"
  end subroutine

  ! Ends the calls in flight with these settings. They must have been given a setting before, 0 as timeout_ms will do.
  subroutine cancel_call(call)
    class(graph_call), intent(in) :: call
    call graph_call_cancel(call%handle)
  end subroutine

  subroutine make_call(call)
    class(graph_call), intent(inout) :: call
    if (.not. c_associated(call%handle)) call%handle = graph_call_new()
  end subroutine

  subroutine free_call(call)
    type(graph_call), intent(inout) :: call
    call graph_call_free(call%handle)
    call%handle = c_null_ptr
  end subroutine

  ! Two objects with one handle would free it twice: a copy is a defect of the program, and shows as one.
  subroutine copy_client(to, from)
    class(graph_client), intent(inout) :: to
    type(graph_client), intent(in) :: from
    if (c_associated(to%handle) .or. c_associated(from%handle)) error stop "a graph_client cannot be copied"
  end subroutine

  subroutine copy_options(to, from)
    class(graph_options), intent(inout) :: to
    type(graph_options), intent(in) :: from
    if (c_associated(to%handle) .or. c_associated(from%handle)) error stop "graph_options cannot be copied"
  end subroutine

  subroutine copy_call(to, from)
    class(graph_call), intent(inout) :: to
    type(graph_call), intent(in) :: from
    if (c_associated(to%handle) .or. c_associated(from%handle)) error stop "a graph_call cannot be copied"
  end subroutine

  ! The status by its name in the C interface, such as "GRAPH_OK".
  function status_name(result) result(name)
    class(graph_result), intent(in) :: result
    character(:), allocatable :: name
    name = from_c(graph_status_name(int(result%status, c_int32_t)))
  end function

  ! The version of the library that is loaded.
  function graph_library_version() result(version)
    character(:), allocatable :: version
    version = from_c(graph_version())
  end function

  subroutine take_receipt(result, receipt)
    type(graph_result), intent(inout) :: result
    type(c_ptr), intent(in) :: receipt
    call no_texts(result)
    result%http_status = graph_receipt_http_status(receipt)
    result%attempts = graph_receipt_attempts(receipt)
    result%evidence = graph_receipt_evidence(receipt)
    result%request_id = from_c(graph_receipt_request_id(receipt))
    result%client_request_id = from_c(graph_receipt_client_request_id(receipt))
    result%sent_id = from_c(graph_receipt_sent_id(receipt))
    call graph_receipt_free(receipt)
  end subroutine

  subroutine take_error(result, err)
    type(graph_result), intent(inout) :: result
    type(c_ptr), intent(in) :: err
    call no_texts(result)
    result%sent = graph_status_sent(result%status)
    result%http_status = graph_error_http_status(err)
    result%attempts = graph_error_attempts(err)
    result%seen = graph_error_seen(err)
    ! Unsigned in C, and Fortran has signed numbers only.
    result%retry_after_ms = iand(int(graph_error_retry_after_ms(err), c_int64_t), int(z'FFFFFFFF', c_int64_t))
    result%message = from_c(graph_error_message(err))
    result%code = from_c(graph_error_code(err))
    result%request_id = from_c(graph_error_request_id(err))
    result%client_request_id = from_c(graph_error_client_request_id(err))
    result%claims = from_c(graph_error_claims(err))
    result%internet_message_id = from_c(graph_error_internet_message_id(err))
    call graph_error_free(err)
  end subroutine

  function refusal(message) result(outcome)
    character(*), intent(in) :: message
    type(graph_result) :: outcome
    call no_texts(outcome)
    outcome%status = GRAPH_INVALID_ARGUMENT
    outcome%sent = 0
    outcome%message = "not sent: " // message
  end function

  subroutine no_texts(result)
    type(graph_result), intent(inout) :: result
    result%message = ""
    result%code = ""
    result%request_id = ""
    result%client_request_id = ""
    result%claims = ""
    result%internet_message_id = ""
    result%sent_id = ""
  end subroutine

  ! A text that C can read. One that holds a NUL would end there for C, and is refused.
  subroutine to_c(name, text, c_text, refused)
    character(*), intent(in) :: name
    character(*), intent(in), optional :: text
    character(kind=c_char, len=:), allocatable, intent(out) :: c_text
    character(:), allocatable, intent(inout) :: refused
    if (.not. present(text)) return
    if (index(text, c_null_char) > 0 .and. .not. allocated(refused)) refused = name // " holds a NUL"
    c_text = text // c_null_char
  end subroutine

  ! Where the text is, or NULL where there is none.
  function pointer_to(c_text) result(pointer)
    character(kind=c_char, len=:), allocatable, target, intent(in) :: c_text
    type(c_ptr) :: pointer
    pointer = c_null_ptr
    if (allocated(c_text)) pointer = c_loc(c_text)
  end function

  function from_c(pointer) result(text)
    type(c_ptr), intent(in) :: pointer
    character(:), allocatable :: text
    character(kind=c_char), pointer :: bytes(:)
    integer(c_size_t) :: i, length
    length = strlen(pointer)
    call c_f_pointer(pointer, bytes, [length])
    allocate (character(length) :: text)
    do i = 1, length
      text(i:i) = bytes(i)
    end do
  end function

  subroutine pass_log(context, level, line) bind(c)
    type(c_ptr), value :: context, line
    integer(c_int32_t), value :: level
    type(log_box), pointer :: box
    call c_f_pointer(context, box)
    call box%log(int(level), from_c(line))
  end subroutine
end module graph_message
