! Runs calls as it is told on standard input, through the module: the Fortran end of tests/cases. The lines are those of
! tests/c/driver.c.
module driver_log
contains
  subroutine show_log(level, line)
    integer, intent(in) :: level
    character(*), intent(in) :: line
    print "(a, i0, 2a)", "log=", level, " ", line
  end subroutine
end module

program driver
  use, intrinsic :: iso_fortran_env, only: input_unit, output_unit, int64
  use graph_message
  use driver_log
  implicit none
  type :: text_box
    character(:), allocatable :: text
  end type
  character(*), parameter :: numbers = " timeout_ms attempt_timeout_ms connect_timeout_ms max_attempts verify settle_ms " // &
    "mailbox_concurrency proxy_from_environment roots "
  character(200000) :: line
  character(:), allocatable :: name, value, token, user, id, internet_message_id
  integer :: status, length, space, call_timeout_ms = 0, cancel_client_after_ms = 0, cancel_call_after_ms = 0
  logical :: open = .false.
  type(graph_options), allocatable :: options
  type(graph_client), allocatable :: client
  type(graph_call), allocatable :: settings
  type(graph_result) :: result
  interface
    subroutine usleep(microseconds) bind(c)
      use iso_c_binding
      integer(c_int), value :: microseconds
    end subroutine
  end interface

  allocate (options, client)
  do
    read (input_unit, "(a)", iostat=status, advance="no", size=length) line
    if (is_iostat_end(status)) exit
    space = index(line(:length), " ")
    if (space == 0) space = length + 1
    name = line(:space - 1)
    value = decoded(line(space + 1:length))
    select case (name)
    case ("token"); token = value
    case ("user"); user = value
    case ("id"); id = value
    case ("internet_message_id"); internet_message_id = value
    case ("call_timeout_ms"); call_timeout_ms = number(value)
    case ("cancel_client_after_ms"); cancel_client_after_ms = number(value)
    case ("cancel_call_after_ms"); cancel_call_after_ms = number(value)
    case ("send", "check"); call make_call()
    case ("log")
      call options%set(name, show_log)
      open = .false.
    case default
      open = .false.
      if (index(numbers, " " // name // " ") > 0) then
        call options%set(name, number(value))
      else
        call options%set(name, value)
      end if
    end select
  end do
  deallocate (client, options)

contains

  subroutine make_call()
    integer(int64) :: began, ended, rate
    if (.not. open) call client%open(result, options)
    open = result%status == GRAPH_OK .or. open
    if (open) then
      allocate (settings)
      call settings%set_timeout_ms(call_timeout_ms)
      if (allocated(internet_message_id)) call settings%set_internet_message_id(internet_message_id)
      call system_clock(began, rate)
      !$omp parallel sections num_threads(2)
      !$omp section
      if (cancel_client_after_ms > 0) then
        call usleep(1000 * cancel_client_after_ms)
        call client%cancel()
      else if (cancel_call_after_ms > 0) then
        call usleep(1000 * cancel_call_after_ms)
        call settings%cancel()
      end if
      !$omp section
      if (name == "send") call client%send(token, id, result, user, settings)
      if (name == "check") call client%check(token, id, result, user, settings)
      !$omp end parallel sections
      call system_clock(ended)
      call show("elapsed_ms", decimal((ended - began) * 1000 / rate))
      deallocate (settings)
    end if
    call show("status", result%status_name())
    if (result%status /= GRAPH_OK) call show("error_status", result%status_name())
    call show("sent", decimal(int(result%sent, int64)))
    call show("http_status", decimal(int(result%http_status, int64)))
    call show("attempts", decimal(int(result%attempts, int64)))
    call show("evidence", decimal(int(result%evidence, int64)))
    call show("seen", decimal(int(result%seen, int64)))
    call show("retry_after_ms", decimal(result%retry_after_ms))
    call show("code", result%code)
    call show("message", result%message)
    call show("request_id", result%request_id)
    call show("client_request_id", result%client_request_id)
    call show("claims", result%claims)
    call show("internet_message_id", result%internet_message_id)
    call show("sent_id", result%sent_id)
    write (output_unit, "()")
    flush (output_unit)
  end subroutine

  subroutine show(name, value)
    character(*), intent(in) :: name, value
    write (output_unit, "(3a)") name, "=", value
  end subroutine

  integer function number(text)
    character(*), intent(in) :: text
    read (text, *) number
  end function

  function decimal(number) result(text)
    integer(int64), intent(in) :: number
    character(:), allocatable :: text
    character(20) :: digits
    write (digits, "(i0)") number
    text = trim(digits)
  end function

  ! \xHH is that byte.
  function decoded(text) result(bytes)
    character(*), intent(in) :: text
    character(:), allocatable :: bytes
    integer :: i, byte, count
    allocate (character(len(text)) :: bytes)
    i = 1
    count = 0
    do while (i <= len(text))
      count = count + 1
      bytes(count:count) = text(i:i)
      if (text(i:i) == "\") then
        read (text(i + 2:i + 3), "(z2)") byte
        bytes(count:count) = char(byte)
        i = i + 3
      end if
      i = i + 1
    end do
    bytes = bytes(:count)
  end function
end program
