program example
  use graph_message
  implicit none
  type(graph_client) :: client
  type(graph_options) :: options
  type(graph_result) :: result
  if (command_argument_count() >= 3) call options%set("base_url", argument(3))
  call client%open(result, options)
  if (result%status == GRAPH_OK) call client%send(argument(1), argument(2), result)
  if (result%sent == 1) then
    print "(2a)", "sent, client-request-id ", result%client_request_id
  else
    print "(a)", result%message  ! begins with "not sent" or "may have been sent"
    stop 1, quiet=.true.
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
