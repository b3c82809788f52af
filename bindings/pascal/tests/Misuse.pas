{ Plays one row of tests/cases/misuse.md: Misuse ROW. It says what went wrong and ends with 1, or says nothing. }
program Misuse;

{$MODE DELPHI}

uses
  cthreads, BaseUnix, Classes, SysUtils, GraphMessage;

const
  Token = 'user-token';
  Me = 'me';

type
  { What log methods may do to the call that runs them. }
  TLogs = class
    Count: Integer;
    procedure RaiseError(Level: Integer; const Line: UTF8String);
    procedure RaiseOdd(Level: Integer; const Line: UTF8String);
    procedure Leave(Level: Integer; const Line: UTF8String);
    procedure EndProcess(Level: Integer; const Line: UTF8String);
  end;

  TSender = class(TThread)
  public
    Client: TGraphClient;
    Call: TGraphCall;
    Id: UTF8String;
    Failure: EGraphError;
    procedure Execute; override;
  end;

procedure Fail(const What: string);
begin
  WriteLn('does not hold: ', What);
  Flush(Output);
  FpExit(1);
end;

procedure Expect(Holds: Boolean; const What: string);
begin
  if not Holds then Fail(What);
end;

procedure TLogs.RaiseError(Level: Integer; const Line: UTF8String);
begin
  raise Exception.Create(Line);
end;

{ What is no error: any object; an error whose text holds no UTF-8; and one of the processor. }
procedure TLogs.RaiseOdd(Level: Integer; const Line: UTF8String);
var
  Nowhere: PInteger;
begin
  Inc(Count);
  Nowhere := nil;
  case Count mod 4 of
    0: raise TObject.Create;
    1: raise Exception.Create(#255#0#254);
    2: Nowhere^ := 1;
    3: WriteLn(Level div (Count - Count));
  end;
end;

procedure TLogs.Leave(Level: Integer; const Line: UTF8String);
begin
  Inc(Count);
  repeat
    if Count mod 2 = 0 then Exit;
    Abort;
  until False;
end;

procedure TLogs.EndProcess(Level: Integer; const Line: UTF8String);
begin
  Halt(7);
end;

procedure TSender.Execute;
begin
  try
    if Client = nil then GraphSend(Token, Me, Id) else Client.Send(Token, Me, Id, Call);
  except
    on E: EGraphError do Failure := EGraphError(AcquireExceptionObject);
  end;
end;

function Sending(Client: TGraphClient; Call: TGraphCall; const Id: UTF8String): TSender;
begin
  Result := TSender.Create(True);
  Result.Client := Client;
  Result.Call := Call;
  Result.Id := Id;
  Result.Start;
end;

{ The drafts of the mailbox are on lines of a file. }
function Draft(Number: Integer): UTF8String;
var
  Lines: TStringList;
begin
  Lines := TStringList.Create;
  Lines.LoadFromFile(GetEnvironmentVariable('GRAPH_DRAFTS'));
  Result := Lines[Number - 1];
  Lines.Free;
end;

{ In kB. }
function Resident: Integer;
var
  Status: Text;
  Line: string;
begin
  AssignFile(Status, '/proc/self/status');
  Reset(Status);
  repeat
    ReadLn(Status, Line);
  until Copy(Line, 1, 6) = 'VmRSS:';
  CloseFile(Status);
  Result := StrToInt(Trim(Copy(Line, 7, Length(Line) - 8)));
end;

procedure ExpectFlat(const What: string; Before, Allowed: Integer);
var
  After: Integer;
begin
  After := Resident;
  WriteLn(What, ': ', Before, ' kB, and then ', After, ' kB');
  Expect((Before > 0) and (After - Before < Allowed), 'memory is flat');
end;

function Emulated: TGraphOptions;
begin
  Result := TGraphOptions.Create;
  Result.BaseUrl := GetEnvironmentVariable('GRAPH_BASE_URL');
end;

function Opened(Log: TGraphLog = nil): TGraphClient;
var
  Options: TGraphOptions;
begin
  Options := Emulated;
  Options.Log := Log;
  Result := TGraphClient.Create(Options);
  Options.Free;
end;

procedure ExpectRefusal(const What: string; E: EGraphError);
begin
  Expect((E.Sent = 0) and (Pos('not sent: ', E.Message) = 1) and (Pos('not sent: not sent', E.Message) = 0),
    What + ' is refused: ' + E.Message);
end;

procedure RefusedSend(const What: string; Client: TGraphClient; const Token, User, Id: UTF8String);
begin
  try
    Client.Send(Token, User, Id);
    Fail(What + ' is refused');
  except
    on E: EGraphError do ExpectRefusal(What, E);
  end;
end;

procedure RefusedClient(const What: string; Options: TGraphOptions);
begin
  try
    TGraphClient.Create(Options);
    Fail(What + ' is refused');
  except
    on E: EGraphInvalidArgument do ExpectRefusal(What, E);
  end;
  try
    GraphInit(Options);
    Fail(What + ' is refused');
  except
    on E: EGraphInvalidArgument do ExpectRefusal(What, E);
  end;
  Options.Free;
end;

{ The log is the client's from its options on, which are gone. }
procedure PlayLog(Log: TGraphLog; First: Integer);
var
  Client: TGraphClient;
  Number: Integer;
begin
  Client := Opened(Log);
  for Number := First to First + 4 do
    Expect(Client.Send(Token, Me, Draft(Number)).HttpStatus = 202, 'the mail was sent');
  Client.Free;
end;

procedure PlayWrongTypes;
var
  Client: TGraphClient;
  Options: TGraphOptions;
  Call: TGraphCall;
begin
  Client := Opened;
  RefusedSend('an empty token', Client, '', Me, Draft(16));
  RefusedSend('no token', Client, PAnsiChar(nil), Me, Draft(16));
  RefusedSend('an empty id', Client, Token, Me, '');
  RefusedSend('a NUL in the token', Client, Token + #0, Me, Draft(16));
  RefusedSend('a NUL in the user', Client, Token, 'megan'#0, Draft(16));
  RefusedSend('a NUL in the id', Client, Token, Me, Draft(16) + #0);
  RefusedSend('a blank after the id', Client, Token, Me, Draft(16) + ' ');
  RefusedSend('what is not UTF-8', Client, #233 + Token, Me, Draft(16));
  RefusedSend('long texts', Client, StringOfChar('x', 1000000), StringOfChar('y', 1000000), Draft(16));
  Call := TGraphCall.Create;
  try
    Call.InternetMessageId := '<a@b>'#0;
    Fail('a NUL in the internetMessageId is refused');
  except
    on E: EGraphInvalidArgument do ExpectRefusal('a NUL in the internetMessageId', E);
  end;
  Options := Emulated;
  Options.BaseUrl := 'nonsense';
  Options.BaseUrl := GetEnvironmentVariable('GRAPH_BASE_URL');
  RefusedClient('a base URL', Options);
  Options := Emulated;
  Options.Proxy := 'http://proxy'#0;
  RefusedClient('a NUL in the proxy', Options);
  Options := Emulated;
  Options.Verify := 99;
  RefusedClient('a choice', Options);
  Options := Emulated;
  Options.Roots := -1;
  RefusedClient('a negative choice', Options);
  GraphInit(nil);
end;

procedure PlayClosedTwice;
var
  Client: TGraphClient;
begin
  Client := nil;
  FreeAndNil(Client);
  Client := Opened;
  Expect(Client.Send(Token, Me, Draft(17)).HttpStatus = 202, 'the mail was sent');
  FreeAndNil(Client);
  FreeAndNil(Client);
  Client.Free;
end;

procedure PlayUsedAfterClose;
var
  Client: TGraphClient;
  Options: TGraphOptions;
begin
  Client := Opened;
  FreeAndNil(Client);
  try
    Client.Send(Token, Me, Draft(18));
    Fail('a send is refused');
  except
    on EAccessViolation do;
  end;
  try
    Client.Check(Token, Me, Draft(18));
    Fail('a check is refused');
  except
    on EAccessViolation do;
  end;
  // The log of a client lives as long as the client, whatever became of its options.
  Options := Emulated;
  Options.Log := TLogs.Create.RaiseError;
  Client := TGraphClient.Create(Options);
  Options.Log := nil;
  FreeAndNil(Options);
  Expect(Client.Send(Token, Me, Draft(19)).HttpStatus = 202, 'the mail was sent');
end;

{ Free Pascal frees no object by itself, but those that a constructor left by an exception. }
procedure Drop;
var
  Options: TGraphOptions;
  Number: Integer;
begin
  Options := Emulated;
  Options.MaxAttempts := 1;
  for Number := 1 to 1000 do
  begin
    TGraphClient.Create(Options).Free;
    with TGraphCall.Create do
      try
        InternetMessageId := '<a@b>';
      finally
        Free;
      end;
  end;
  Options.Verify := 99;
  for Number := 1 to 1000 do
    try
      TGraphClient.Create(Options);
      Fail('the options are refused');
    except
      on EGraphInvalidArgument do;
    end;
  Options.Free;
end;

procedure PlayDropped;
var
  Before: Integer;
begin
  Drop;
  Drop;
  Before := Resident;
  Drop;
  ExpectFlat('freed', Before, 400);
end;

procedure PlayManySends;
var
  Client: TGraphClient;
  User, Unknown: UTF8String;
  Before, Number: Integer;
begin
  Client := Opened;
  User := GetEnvironmentVariable('GRAPH_ENDLESS_USER');
  Unknown := 'AAMk' + StringOfChar('A', 92);
  Before := 0;
  for Number := 1 to 10000 do
  begin
    Client.Send(Token, User, 'many-' + IntToStr(Number));
    try
      Client.Send(Token, Me, Unknown);
      Fail('a draft is unknown');
    except
      on E: EGraphError do Expect(E.Status = GRAPH_NOT_FOUND, E.Message);
    end;
    if Number = 5000 then Before := Resident;
  end;
  ExpectFlat('many-sends', Before, 1000);
end;

procedure PlayFork;
var
  Client: TGraphClient;
  Process, Status: cint;
begin
  Client := Opened;
  Expect(Client.Send(Token, Me, Draft(20)).HttpStatus = 202, 'the mail was sent');
  Process := FpFork;
  if Process = 0 then
  begin
    Expect(Client.Send(Token, Me, Draft(21)).HttpStatus = 202, 'the mail of the child was sent');
    FpExit(0);
  end;
  Expect(Client.Send(Token, Me, Draft(22)).HttpStatus = 202, 'the mail of the parent was sent');
  Expect((FpWaitPid(Process, Status, 0) = Process) and (Status = 0), 'the child ends well');
end;

{ The server has the mail, and is slow to say so: the program ends meanwhile, and so do its units. }
procedure PlayThreadEnds;
var
  Options: TGraphOptions;
begin
  Options := Emulated;
  Options.Log := TLogs.Create.Leave;
  GraphInit(Options);
  FreeAndNil(Options);
  Sending(nil, nil, Draft(23));
  Sending(Opened(TLogs.Create.Leave), nil, Draft(24));
  Sleep(500);
  Halt(5);
end;

procedure PlayOldLibrary;

  procedure ExpectAbi(const What: string; E: EGraphError);
  begin
    ExpectRefusal(What, E);
    Expect((Pos('has ABI 0, and GraphMessage.pas needs 1', E.Message) > 0) and (Pos('0.0.9', E.Message) > 0),
      E.Message);
  end;

begin
  try
    TGraphOptions.Create;
    Fail('options are refused');
  except
    on E: EGraphInvalidArgument do ExpectAbi('options', E);
  end;
  try
    TGraphClient.Create;
    Fail('a client is refused');
  except
    on E: EGraphInvalidArgument do ExpectAbi('a client', E);
  end;
  try
    TGraphCall.Create;
    Fail('a call is refused');
  except
    on E: EGraphInvalidArgument do ExpectAbi('a call', E);
  end;
  try
    GraphInit(nil);
    Fail('GraphInit is refused');
  except
    on E: EGraphInvalidArgument do ExpectAbi('GraphInit', E);
  end;
  try
    GraphSend(Token, Me, 'id');
    Fail('GraphSend is refused');
  except
    on E: EGraphInvalidArgument do ExpectAbi('GraphSend', E);
  end;
end;

{ The server does not answer. }
procedure PlayCancelledTwice;
var
  Client: TGraphClient;
  Call: TGraphCall;
  Senders: array [0 .. 1] of TSender;
  Number: Integer;

  procedure SendCancelled;
  begin
    try
      Client.Send(Token, Me, Draft(25), Call);
      Fail('a call that was cancelled sends nothing');
    except
      on E: EGraphError do Expect((E.Status = GRAPH_CANCELLED) and (E.Sent = 0), E.Message);
    end;
  end;

begin
  Client := Opened;
  Call := TGraphCall.Create;
  Call.Cancel;
  Call.Cancel;
  SendCancelled;
  Call.Free;
  Call := TGraphCall.Create;
  for Number := 0 to 1 do Senders[Number] := Sending(Client, Call, Draft(26 + Number));
  Sleep(500);
  Call.Cancel;
  Call.Cancel;
  for Number := 0 to 1 do
  begin
    Senders[Number].WaitFor;
    Expect(Senders[Number].Failure is EGraphOutcomeUnknown, 'a call that is cancelled in flight is in doubt');
  end;
  Expect(Senders[0].Failure.ClientRequestId <> Senders[1].Failure.ClientRequestId, 'each has its own outcome');
  Call.Cancel;
  SendCancelled;
end;

var
  Row: string;
begin
  Row := ParamStr(1);
  if Row = 'log-throws' then PlayLog(TLogs.Create.RaiseError, 1)
  else if Row = 'log-throws-odd' then PlayLog(TLogs.Create.RaiseOdd, 6)
  else if Row = 'log-leaves' then PlayLog(TLogs.Create.Leave, 11)
  else if Row = 'log-ends-process' then PlayLog(TLogs.Create.EndProcess, 28)
  else if Row = 'wrong-types' then PlayWrongTypes
  else if Row = 'closed-twice' then PlayClosedTwice
  else if Row = 'used-after-close' then PlayUsedAfterClose
  else if Row = 'dropped' then PlayDropped
  else if Row = 'many-sends' then PlayManySends
  else if Row = 'fork' then PlayFork
  else if Row = 'thread-ends' then PlayThreadEnds
  else if Row = 'old-library' then PlayOldLibrary
  else if Row = 'cancelled-twice' then PlayCancelledTwice
  else Fail('there is no such row');
end.
