{ Runs calls as it is told on standard input and prints what they ended in: the Pascal end of tests/cases. The lines are
  those of tests/c/driver.c. }
program Driver;

{$MODE OBJFPC}{$H+}

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
  Line: RawByteString;
  Name: string;
  Value, Token, User, Id, InternetMessageId: UTF8String;
  TokenAt, IdAt: PAnsiChar;
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
  Canceller: TCanceller;
  Began: QWord;
begin
  if Client = nil then Client := TGraphClient.Create(Options);
  Canceller := TCanceller.Create(True);
  Canceller.Call := TGraphCall.Create;
  Canceller.Call.TimeoutMs := CallTimeoutMs;
  Canceller.Call.InternetMessageId := InternetMessageId;
  Canceller.Start;
  Began := GetTickCount64;
  try
    if (TokenAt = nil) or (IdAt = nil) then
      Result := TOpenClient(Client).Perform(Checking, TokenAt, PAnsiChar(User), IdAt, Canceller.Call)
    else if Checking then
      Result := Client.Check(Token, User, Id, Canceller.Call)
    else
      Result := Client.Send(Token, User, Id, Canceller.Call);
  finally
    WriteLn('elapsed_ms=', GetTickCount64 - Began);
    Canceller.WaitFor;
    Canceller.Call.Free;
    Canceller.Free;
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
  case Name of
    'base_url': Options.BaseUrl := Value;
    'timeout_ms': Options.TimeoutMs := Number;
    'attempt_timeout_ms': Options.AttemptTimeoutMs := Number;
    'connect_timeout_ms': Options.ConnectTimeoutMs := Number;
    'max_attempts': Options.MaxAttempts := Number;
    'verify': Options.Verify := Number;
    'settle_ms': Options.SettleMs := Number;
    'mailbox_concurrency': Options.MailboxConcurrency := Number;
    'proxy': Options.Proxy := Value;
    'proxy_from_environment': Options.ProxyFromEnvironment;
    'ca_file': Options.CaFile := Value;
    'roots': Options.Roots := Number;
    'user_agent': Options.UserAgent := Value;
    'log': Options.Log := @Lines.Log;
  else
    raise Exception.Create('unknown line ' + Name);
  end;
  FreeAndNil(Client);
end;

{ \xHH is that byte. }
procedure Decode;
var
  Space, Escape: Integer;
begin
  Space := Pos(' ', Line + ' ');
  Name := Copy(Line, 1, Space - 1);
  Value := Copy(Line, Space + 1, Length(Line));
  Escape := Pos('\x', Value);
  while Escape > 0 do
  begin
    Value[Escape] := AnsiChar(StrToInt('$' + Copy(Value, Escape + 2, 2)));
    Delete(Value, Escape + 1, 3);
    Escape := Pos('\x', Value, Escape + 1);
  end;
end;

begin
  SetTextCodePage(Output, CP_UTF8);
  Options := TGraphOptions.Create;
  while not Eof do
  begin
    ReadLn(Line);
    Decode;
    case Name of
      'send', 'check': MakeCall(Name = 'check');
      'token': begin Token := Value; TokenAt := PAnsiChar(Token) end;
      'user': User := Value;
      'id': begin Id := Value; IdAt := PAnsiChar(Id) end;
      'internet_message_id': InternetMessageId := Value;
      'call_timeout_ms': CallTimeoutMs := StrToInt(Value);
      'cancel_client_after_ms': CancelClientAfterMs := StrToInt(Value);
      'cancel_call_after_ms': CancelCallAfterMs := StrToInt(Value);
    else
      SetOption;
    end;
  end;
  Client.Free;
  Options.Free;
end.
