{ Runs calls as it is told on standard input and prints what they ended in: the Pascal end of tests/cases. The lines are
  those of tests/c/driver.c. }
program Driver;

{$MODE DELPHI}

uses
  cthreads, Classes, SysUtils, GraphMessage;

type
  { nil goes past the texts of the wrapper. }
  TOpenClient = class(TGraphClient);

  TCanceller = class(TThread)
    Call: TGraphCall;
    procedure Execute; override;
  end;

  TLines = class
    procedure Log(Level: Integer; const Line: UTF8String);
  end;

var
  Options: TGraphOptions;
  Client: TGraphClient;
  Lines: TLines;
  Name, Value, Token, User, Id, InternetMessageId: UTF8String;
  TokenGiven, IdGiven: Boolean;
  CallTimeoutMs, CancelClientAfterMs, CancelCallAfterMs: Cardinal;

procedure TCanceller.Execute;
begin
  Sleep(CancelClientAfterMs + CancelCallAfterMs);
  if CancelClientAfterMs > 0 then Client.Cancel;
  if CancelCallAfterMs > 0 then Call.Cancel;
end;

procedure TLines.Log(Level: Integer; const Line: UTF8String);
begin
  WriteLn('log=', Level, ' ', Line);
end;

function Answer(Checking: Boolean): TGraphReceipt;
var
  Call: TGraphCall;
  Canceller: TCanceller;
  Began: QWord;
  TokenAt, IdAt: PAnsiChar;
begin
  if Client = nil then Client := TGraphClient.Create(Options);
  Call := TGraphCall.Create;
  Call.TimeoutMs := CallTimeoutMs;
  Call.InternetMessageId := InternetMessageId;
  Canceller := TCanceller.Create(True);
  Canceller.Call := Call;
  Canceller.Start;
  Began := GetTickCount64;
  try
    TokenAt := nil;
    IdAt := nil;
    if TokenGiven then TokenAt := PAnsiChar(Token);
    if IdGiven then IdAt := PAnsiChar(Id);
    if (TokenAt = nil) or (IdAt = nil) then
      Result := TOpenClient(Client).Perform(Checking, TokenAt, PAnsiChar(User), IdAt, Call)
    else if Checking then
      Result := Client.Check(Token, User, Id, Call)
    else
      Result := Client.Send(Token, User, Id, Call);
  finally
    WriteLn('elapsed_ms=', GetTickCount64 - Began);
    Canceller.WaitFor;
    Canceller.Free;
    Call.Free;
  end;
end;

procedure MakeCall(Checking: Boolean);
begin
  try
    with Answer(Checking) do
      WriteLn('status=GRAPH_OK'#10'sent=1'#10'http_status=', HttpStatus, #10'request_id=', RequestId,
        #10'client_request_id=', ClientRequestId, #10'attempts=', Attempts, #10'evidence=', Evidence,
        #10'sent_id=', SentId);
  except
    on E: EGraphError do
      WriteLn('status=', E.StatusName, #10'error_status=', E.StatusName, #10'sent=', E.Sent, #10'http_status=',
        E.HttpStatus, #10'code=', E.Code, #10'message=', E.Text, #10'request_id=', E.RequestId,
        #10'client_request_id=', E.ClientRequestId, #10'retry_after_ms=', E.RetryAfterMs, #10'attempts=', E.Attempts,
        #10'claims=', E.Claims, #10'seen=', E.Seen, #10'internet_message_id=', E.InternetMessageId);
  end;
  WriteLn;
  Flush(Output);
end;

{ A refused value shows when the client is made. }
procedure SetOption;
var
  Number: Cardinal;
begin
  Number := StrToInt64Def(Value, 0);
  if Name = 'base_url' then Options.BaseUrl := Value
  else if Name = 'timeout_ms' then Options.TimeoutMs := Number
  else if Name = 'attempt_timeout_ms' then Options.AttemptTimeoutMs := Number
  else if Name = 'connect_timeout_ms' then Options.ConnectTimeoutMs := Number
  else if Name = 'max_attempts' then Options.MaxAttempts := Number
  else if Name = 'verify' then Options.Verify := Number
  else if Name = 'settle_ms' then Options.SettleMs := Number
  else if Name = 'mailbox_concurrency' then Options.MailboxConcurrency := Number
  else if Name = 'proxy' then Options.Proxy := Value
  else if Name = 'proxy_from_environment' then Options.ProxyFromEnvironment
  else if Name = 'ca_file' then Options.CaFile := Value
  else if Name = 'roots' then Options.Roots := Number
  else if Name = 'user_agent' then Options.UserAgent := Value
  else if Name = 'log' then Options.Log := Lines.Log
  else raise Exception.Create('unknown line ' + Name);
  FreeAndNil(Client);
end;

{ Reads a line byte by byte: no code page may touch it. }
procedure ReadLine;
var
  Byte: AnsiChar;
  Named: Boolean;
begin
  Name := '';
  Value := '';
  Named := False;
  repeat
    Read(Byte);
    if Byte = #10 then Break;
    if (Byte = ' ') and not Named then
      Named := True
    else if not Named then
      Name := Name + Byte
    else
    begin
      SetLength(Value, Length(Value) + 1);
      Value[Length(Value)] := Byte;
      if (Length(Value) > 3) and (Copy(Value, Length(Value) - 3, 2) = '\x') then
      begin
        Value[Length(Value) - 3] := AnsiChar(StrToInt('$' + Copy(Value, Length(Value) - 1, 2)));
        SetLength(Value, Length(Value) - 3);
      end;
    end;
  until False;
end;

begin
  SetTextCodePage(Output, CP_UTF8);
  Options := TGraphOptions.Create;
  while not Eof do
  begin
    ReadLine;
    if (Name = 'send') or (Name = 'check') then MakeCall(Name = 'check')
    else if Name = 'token' then begin Token := Value; TokenGiven := True end
    else if Name = 'user' then User := Value
    else if Name = 'id' then begin Id := Value; IdGiven := True end
    else if Name = 'internet_message_id' then InternetMessageId := Value
    else if Name = 'call_timeout_ms' then CallTimeoutMs := StrToInt(Value)
    else if Name = 'cancel_client_after_ms' then CancelClientAfterMs := StrToInt(Value)
    else if Name = 'cancel_call_after_ms' then CancelCallAfterMs := StrToInt(Value)
    else SetOption;
  end;
  Client.Free;
  Options.Free;
end.
