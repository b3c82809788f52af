! graph-message for Fortran: sends an existing Microsoft Graph draft and says what became of the mail.
!
! The module graph_message is what a program uses. It stands on graph_message_c, the C interface as it is, whose file
! is compiled before this one.

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
    final :: free_options  ! elemental, as those below: an array's elements are freed, too
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
    character(:), allocatable :: old
    call client%close()
    handle = c_null_ptr
    old = old_library()
    if (old /= "") then
      result = refusal(old)
      return
    end if
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
    type(graph_call), intent(inout), optional :: call
    result = request(client, .false., token, id, user, call)
  end subroutine

  ! Settles an earlier GRAPH_UNKNOWN; sends nothing.
  subroutine check(client, token, id, result, user, call)
    class(graph_client), intent(in) :: client
    character(*), intent(in), optional :: token, id, user
    type(graph_result), intent(out) :: result
    type(graph_call), intent(inout), optional :: call
    result = request(client, .true., token, id, user, call)
  end subroutine

  function request(client, checks, token, id, user, call) result(outcome)
    class(graph_client), intent(in) :: client
    logical, intent(in) :: checks
    character(*), intent(in), optional :: token, id, user
    type(graph_call), intent(inout), optional :: call
    type(graph_result) :: outcome
    character(kind=c_char, len=:), allocatable, target :: c_token, c_id, c_user
    character(:), allocatable :: refused
    type(c_ptr) :: settings, receipt, err
    settings = c_null_ptr
    if (present(call)) then
      ! Made here where nothing was set, so that another thread can cancel it.
      call make_call(call)
      settings = call%handle
      if (allocated(call%refused)) refused = call%refused
    end if
    call to_c("token", token, c_token, refused)
    call to_c("id", id, c_id, refused)
    call to_c("user", user, c_user, refused)
    if (.not. allocated(refused) .and. .not. c_associated(client%handle)) refused = "the client is not open"
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

  impure elemental subroutine free_client(client)
    type(graph_client), intent(inout) :: client
    call client%close()
  end subroutine

  ! Sets an option of text by its name in the C interface: base_url, proxy, ca_file or user_agent.
  subroutine set_text(options, name, text)
    class(graph_options), intent(inout) :: options
    character(*), intent(in) :: name, text
    character(kind=c_char, len=:), allocatable, target :: c_text
    integer(c_int32_t) :: status
    call make_options(options)
    call to_c(name, text, c_text, options%refused)
    if (allocated(options%refused)) return
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
    call make_options(options)
    if (allocated(options%refused)) return
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
    ! A procedure pointer that points at nothing may be given, too.
    if (.not. associated(options%log%log)) options%refused = "log is no procedure"
  end subroutine

  subroutine make_options(options)
    class(graph_options), intent(inout) :: options
    if (c_associated(options%handle)) return
    if (old_library() /= "") then
      options%refused = old_library()
    else
      options%handle = graph_options_new()
    end if
  end subroutine

  impure elemental subroutine free_options(options)
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
    if (allocated(call%refused)) return
    if (graph_call_set_timeout_ms(call%handle, ms) /= GRAPH_OK) call%refused = "timeout_ms was refused"
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

  ! Ends the calls in flight with these settings, and those that begin later.
  subroutine cancel_call(call)
    class(graph_call), intent(inout) :: call
    call make_call(call)
    call graph_call_cancel(call%handle)
  end subroutine

  subroutine make_call(call)
    class(graph_call), intent(inout) :: call
    ! Several threads may be the first to send with it.
    !$omp critical (graph_message_call)
    if (.not. c_associated(call%handle)) then
      if (old_library() /= "") then
        call%refused = old_library()
      else
        call%handle = graph_call_new()
      end if
    end if
    !$omp end critical (graph_message_call)
  end subroutine

  impure elemental subroutine free_call(call)
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

  ! Why the library that was found cannot be used; "" where it can.
  function old_library() result(why)
    character(:), allocatable :: why
    character(12) :: found, needed
    why = ""
    if (graph_loaded_abi_version() >= GRAPH_ABI_VERSION) return
    write (found, "(i0)") graph_loaded_abi_version()
    write (needed, "(i0)") GRAPH_ABI_VERSION
    why = "the graph_message library " // graph_library_version() // " has ABI " // trim(found) // &
      ", and graph_message.f90 needs " // trim(needed) // ": install a newer library"
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
