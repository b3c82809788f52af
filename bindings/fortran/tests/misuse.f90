! Plays one row of tests/cases/misuse.md: misuse ROW. It says what went wrong and ends with 1, or says nothing.
module misuse_logs
  use, intrinsic :: iso_c_binding
  implicit none
contains
  subroutine log_stops(level, line)
    integer, intent(in) :: level
    character(*), intent(in) :: line
    if (level > 0 .and. len(line) > 0) stop 7, quiet=.true.
  end subroutine

  subroutine log_leaves(level, line)
    integer, intent(in) :: level
    character(*), intent(in) :: line
    integer :: at
    do at = 1, level
      if (len(line) > 0) return
    end do
  end subroutine
end module

program misuse
  use, intrinsic :: iso_c_binding
  use graph_message
  use misuse_logs
  implicit none
  character(*), parameter :: token = "user-token"
  type :: holder
    type(graph_client) :: client
  end type
  interface
    function fork() bind(c) result(process)
      import
      integer(c_int) :: process
    end function
    function waitpid(process, status, options) bind(c) result(ended)
      import
      integer(c_int), value :: process, options
      integer(c_int), intent(out) :: status
      integer(c_int) :: ended
    end function
    subroutine usleep(microseconds) bind(c)
      import
      integer(c_int), value :: microseconds
    end subroutine
  end interface
  type(graph_result) :: result

  select case (argument(1))
  case ("log-leaves"); call play_log_leaves()
  case ("log-stops"); call play_log_stops()
  case ("wrong-types"); call play_wrong_types()
  case ("closed-twice"); call play_closed_twice()
  case ("used-after-close"); call play_used_after_close()
  case ("copied"); call play_copied()
  case ("dropped"); call play_dropped()
  case ("many-sends"); call play_many_sends()
  case ("fork"); call play_fork()
  case ("thread-ends"); call play_thread_ends()
  case ("old-library"); call play_old_library()
  case ("cancelled-twice"); call play_cancelled_twice()
  case default; error stop "no such row"
  end select

contains

  ! A procedure that returns early is all that a log can do without ending the program.
  subroutine play_log_leaves()
    type(graph_client) :: client
    type(graph_options) :: options
    call options%set("base_url", variable("GRAPH_BASE_URL"))
    call options%set("log", log_leaves)
    call client%open(result, options)
    call client%send(token, draft(1), result)
    call expect(result%sent == 1, "the mail was sent: " // result%message)
  end subroutine

  subroutine play_log_stops()
    type(graph_client) :: client
    type(graph_options) :: options
    call options%set("base_url", variable("GRAPH_BASE_URL"))
    call options%set("log", log_stops)
    call client%open(result, options)
    call client%send(token, draft(2), result)
    call expect(.false., "the log function ends the program")
  end subroutine

  subroutine play_wrong_types()
    type(graph_client) :: client
    type(graph_options) :: options
    procedure(log_leaves), pointer :: no_log
    character(:), allocatable :: nothing
    call opened(client)
    allocate (character(0) :: nothing)
    deallocate (nothing)
    call client%send(nothing, draft(3), result)
    call refused("no token")
    call client%send(token, nothing, result)
    call refused("no id")
    call client%send(result=result)
    call refused("nothing at all")
    call client%send("", draft(3), result)
    call refused("an empty token")
    call client%send(token, "", result)
    call refused("an empty id")
    call client%send(token // c_null_char, draft(3), result)
    call refused("a NUL in the token")
    call client%send(token, draft(3), result, user="megan" // c_null_char)
    call refused("a NUL in the user")
    call client%send(token, draft(3) // "   ", result)
    call refused("trailing blanks in the id")
    call client%send(token, char(233) // char(200), result)
    call refused("what is not UTF-8")
    call client%send(repeat("x", 100000), draft(3), result, user=repeat("y", 100000))
    call refused("long texts")
    call refused_option("no_such_option", number=1)
    call refused_option("no_such_option", text="x")
    call refused_option("timeout_ms", text="1000")
    call refused_option("base_url", number=1)
    call refused_option("timeout_ms", number=-1)
    call refused_option("verify", number=99)
    call refused_option("base_url", text="nonsense")
    no_log => null()
    call options%set("log", no_log)
    call client%open(result, options)
    call refused("a log that points at nothing")
    call client%send(token, draft(3), result)
    call refused("a client that was not opened")
  end subroutine

  subroutine refused_option(name, text, number)
    character(*), intent(in) :: name
    character(*), intent(in), optional :: text
    integer, intent(in), optional :: number
    type(graph_client) :: client
    type(graph_options) :: options
    if (present(text)) call options%set(name, text)
    if (present(number)) call options%set(name, number)
    ! What is refused stays so.
    call options%set("base_url", variable("GRAPH_BASE_URL"))
    call client%open(result, options)
    call refused("the option " // name)
    call client%send(token, draft(3), result)
    call refused("a client that could not be opened")
  end subroutine

  subroutine play_closed_twice()
    type(graph_client) :: client
    call client%close()
    call opened(client)
    call client%send(token, draft(4), result)
    call expect(result%sent == 1, "the mail was sent: " // result%message)
    call client%close()
    call client%close()
  end subroutine

  subroutine play_used_after_close()
    type(graph_client) :: client
    call opened(client)
    call client%close()
    call client%cancel()
    call client%send(token, draft(5), result)
    call refused("a send")
    call client%check(token, draft(5), result)
    call expect(result%status == GRAPH_INVALID_ARGUMENT, "a check is refused: " // result%message)
  end subroutine

  ! Must not come back.
  subroutine play_copied()
    type(holder) :: from, to
    call opened(from%client)
    to = from
    call expect(.false., "a copy stops the program")
  end subroutine

  subroutine play_dropped()
    integer :: before, round
    do round = 1, 3
      call drop()
      if (round == 2) before = resident()
    end do
    call flat("dropped", before, 400)
  end subroutine

  ! 1,000 of each: on the stack, in arrays, allocated, and pointed at.
  subroutine drop()
    type(graph_client), pointer :: client
    type(graph_call), pointer :: settings
    integer :: at
    do at = 1, 250
      block
        type(graph_client) :: clients(2)
        type(graph_client), allocatable :: one
        type(graph_call) :: calls(2)
        type(graph_call), allocatable :: more(:)
        allocate (one, client, settings, more(1))
        call opened(clients(1))
        call opened(clients(2))
        call opened(one)
        call opened(client)
        call calls(1)%set_timeout_ms(1000)
        call calls(2)%cancel()
        call more(1)%set_internet_message_id("<a@b>")
        call settings%set_timeout_ms(1)
        deallocate (client, settings)
      end block
    end do
  end subroutine

  subroutine play_many_sends()
    integer :: before, at
    character(20) :: id
    type(graph_client) :: client
    call opened(client)
    before = 0
    do at = 1, 10000
      write (id, "(a, i0)") "many-", at
      call client%send(token, trim(id), result, user=variable("GRAPH_ENDLESS_USER"))
      call expect(result%sent == 1, "a mail was sent: " // result%message)
      call client%send(token, "AAMk" // repeat("A", 92), result)
      call expect(result%status == GRAPH_NOT_FOUND, "a draft is unknown: " // result%message)
      if (at == 5000) before = resident()
    end do
    call flat("many-sends", before, 1000)
  end subroutine

  subroutine play_fork()
    type(graph_client) :: client
    integer(c_int) :: process, status, ended
    call opened(client)
    call client%send(token, draft(6), result)
    call expect(result%sent == 1, "the first mail was sent: " // result%message)
    process = fork()
    if (process == 0) then
      call client%send(token, draft(7), result)
      call expect(result%sent == 1, "the child's mail was sent: " // result%message)
      stop
    end if
    call client%send(token, draft(8), result)
    call expect(result%sent == 1, "the parent's mail was sent: " // result%message)
    ended = waitpid(process, status, 0)
    call expect(ended == process .and. status == 0, "the child ends well")
  end subroutine

  ! The server has the mail, and is slow to say so: the program ends meanwhile.
  subroutine play_thread_ends()
    type(graph_client) :: client
    call opened(client)
    !$omp parallel sections num_threads(2)
    !$omp section
    call client%send(token, draft(9), result)
    !$omp section
    call usleep(500000)
    stop 5, quiet=.true.
    !$omp end parallel sections
  end subroutine

  subroutine play_old_library()
    type(graph_client) :: client
    type(graph_options) :: options
    type(graph_call) :: settings
    call options%set("base_url", variable("GRAPH_BASE_URL"))
    call settings%set_timeout_ms(1000)
    call client%open(result, options)
    call refused("with options")
    call expect(index(result%message, "ABI 0") > 0 .and. index(result%message, "needs 1") > 0, result%message)
    call client%open(result)
    call refused("without options")
    call client%send(token, draft(10), result, call=settings)
    call refused("a call")
    call expect(index(result%message, "ABI 0") > 0, result%message)
    call client%send(token, draft(10), result)
    call refused("a send")
  end subroutine

  ! The server does not answer.
  subroutine play_cancelled_twice()
    type(graph_client) :: client
    type(graph_call) :: settings, unused
    type(graph_result) :: first, second
    call opened(client)
    call unused%cancel()
    call unused%cancel()
    call client%send(token, draft(11), result, call=unused)
    call expect(result%status == GRAPH_CANCELLED .and. result%sent == 0, "cancelled before: " // result%message)
    !$omp parallel sections num_threads(3)
    !$omp section
    call client%send(token, draft(12), first, call=settings)
    !$omp section
    call client%send(token, draft(13), second, call=settings)
    !$omp section
    call usleep(500000)
    call settings%cancel()
    call settings%cancel()
    !$omp end parallel sections
    call expect(first%status == GRAPH_UNKNOWN .and. first%sent == -1, "cancelled in flight: " // first%message)
    call expect(second%status == GRAPH_UNKNOWN .and. second%sent == -1, "cancelled in flight: " // second%message)
    call expect(first%client_request_id /= second%client_request_id, "each has its own outcome")
    call settings%cancel()
    call client%send(token, draft(14), result, call=settings)
    call expect(result%status == GRAPH_CANCELLED .and. result%sent == 0, "cancelled after: " // result%message)
  end subroutine

  subroutine opened(client)
    type(graph_client), intent(inout) :: client
    type(graph_options) :: options
    call options%set("base_url", variable("GRAPH_BASE_URL"))
    call client%open(result, options)
    call expect(result%status == GRAPH_OK, "a client is opened: " // result%message)
  end subroutine

  subroutine refused(what)
    character(*), intent(in) :: what
    call expect(result%sent == 0 .and. index(result%message, "not sent: ") == 1, &
      what // " is refused: " // result%message)
  end subroutine

  subroutine expect(holds, what)
    logical, intent(in) :: holds
    character(*), intent(in) :: what
    if (holds) return
    print "(2a)", "does not hold: ", what
    stop 1, quiet=.true.
  end subroutine

  subroutine flat(what, before, allowed)
    character(*), intent(in) :: what
    integer, intent(in) :: before, allowed
    integer :: after
    after = resident()
    print "(2a, i0, a, i0, a)", what, ": ", before, " kB, and then ", after, " kB"
    call expect(before > 0 .and. after - before < allowed, "memory is flat")
  end subroutine

  ! In kB.
  integer function resident()
    character(200) :: line
    integer :: unit
    open (newunit=unit, file="/proc/self/status", action="read")
    do
      read (unit, "(a)") line
      if (line(:6) == "VmRSS:") exit
    end do
    read (line(7:index(line, "kB") - 1), *) resident
    close (unit)
  end function

  ! The drafts of the mailbox are on lines of a file.
  function draft(number) result(id)
    integer, intent(in) :: number
    character(:), allocatable :: id
    character(1000) :: line
    integer :: at, unit
    open (newunit=unit, file=variable("GRAPH_DRAFTS"), action="read")
    do at = 1, number
      read (unit, "(a)") line
    end do
    close (unit)
    id = trim(line)
  end function

  function variable(name) result(text)
    character(*), intent(in) :: name
    character(:), allocatable :: text
    integer :: length
    call get_environment_variable(name, length=length)
    allocate (character(length) :: text)
    call get_environment_variable(name, text)
  end function

  function argument(number) result(text)
    integer, intent(in) :: number
    character(:), allocatable :: text
    integer :: length
    call get_command_argument(number, length=length)
    allocate (character(length) :: text)
    call get_command_argument(number, text)
  end function
end program
