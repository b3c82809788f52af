program example  ! TOKEN DRAFT-ID [BASE-URL]
  use graph_message
  use, intrinsic :: iso_fortran_env, only: error_unit
  implicit none
  type(graph_client) :: client
  type(graph_options) :: options
  type(graph_result) :: result
  if (command_argument_count() < 2 .or. command_argument_count() > 3) then
    write (error_unit, "(a)") "usage: example TOKEN DRAFT-ID [BASE-URL]"
    stop 64, quiet=.true.
  end if
  if (command_argument_count() == 3) call options%set("base_url", argument(3))
  call client%open(result, options)
  if (result%status == GRAPH_OK) call client%send(argument(1), argument(2), result)
  if (result%sent == 1) then
    print "(2a)", "sent, client-request-id ", result%client_request_id
  else
    write (error_unit, "(a)") result%message
    stop merge(1, 2, result%sent == 0), quiet=.true.  ! 2: check later; do not send again blindly
  end if
contains
  function argument(number) result(text)
    integer, intent(in) :: number
    character(:), allocatable :: text
    integer :: length
    call get_command_argument(number, length=length)
    allocate (character(length) :: text)
    call get_command_argument(number, text)
  end function
end program
