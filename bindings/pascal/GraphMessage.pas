{ graph-message for Free Pascal and Delphi: sends an existing draft through Microsoft Graph and says what became of it.

      Client := TGraphClient.Create;
      Receipt := Client.Send(Token, 'megan@contoso.example', DraftId);

  First the C API, whose manual is graph_message.h and which is included from GraphMessageC.inc, then classes over it.
  Free Pascal 3, Delphi 7 and later.

  TEXTS are UTF8String. Delphi 2009 and later and Free Pascal convert to it where a string of another kind is assigned;
  in Delphi 7 to 2007 call AnsiToUtf8 where a text has more than ASCII. One that holds a #0 is refused before anything
  is sent, because C would read it only up to there; so is one that is not UTF-8.

  OBJECTS are freed as any, in any order, but not while a call uses them. A receipt is a record.

  THREADS. Send, Check and Cancel may be called on one client by any number of threads at once. }
unit GraphMessage;

{$IFDEF FPC}{$MODE DELPHI}{$ENDIF}
{$H+}

interface

uses
  SysUtils;

const
{$IFDEF MSWINDOWS}
  GraphLibrary = 'graph_message.dll';
{$ELSE}{$IFDEF DARWIN}
  GraphLibrary = 'libgraph_message.dylib';
{$ELSE}
  GraphLibrary = 'libgraph_message.so.1';
{$ENDIF}{$ENDIF}

// Functions, constants and types as C has them.
{$I GraphMessageC.inc}

type
  { Why a call did not end in GRAPH_OK, and what is known of it. Message is one line for a log; Text is the same in
    UTF-8. Certainly not sent, but for EGraphOutcomeUnknown. }
  EGraphError = class(Exception)
  public
    Status: graph_status;
    StatusName: string;
    Sent: Integer;                   // 0 certainly not, -1 nobody can tell
    HttpStatus: Integer;             // of the last reply; 0 where none came
    Code: UTF8String;                // Graph's error.code: branch on it, not on the message
    Text: UTF8String;
    RequestId: UTF8String;           // what Microsoft's support asks for
    ClientRequestId: UTF8String;     // a GUID that went with every attempt
    RetryAfterMs: Cardinal;          // how long Graph asks to wait; 0 where it does not
    Attempts: Cardinal;              // how many handed on at least one byte of a request
    Claims: UTF8String;              // JSON to pass as claims when asking for the next token
    Seen: Integer;                   // GRAPH_SEEN_*
    InternetMessageId: UTF8String;   // keep it for a check
  end;

  { May have been sent: Check later, do not send blindly again. }
  EGraphOutcomeUnknown = class(EGraphError);
  { Not sent: get a new token, with Claims if there are any. }
  EGraphUnauthenticated = class(EGraphError);
  { Not sent: again after RetryAfterMs. }
  EGraphThrottled = class(EGraphError);
  { Not sent: an argument or option is wrong, and nothing left the process. }
  EGraphInvalidArgument = class(EGraphError);

  { What is known of a mail that was sent. }
  TGraphReceipt = record
    RequestId: UTF8String;           // what Microsoft's support asks for
    ClientRequestId: UTF8String;     // a GUID that went with every attempt
    HttpStatus: Integer;             // of the last reply to a send
    Attempts: Cardinal;              // how many handed on at least one byte of a request
    Evidence: Integer;               // GRAPH_EVIDENCE_*
    SentId: UTF8String;              // the mail's id in Sent Items where a check learned it
  end;

  { Receives log lines, on the thread of the call that logs. What it raises is dropped. }
  TGraphLog = procedure(Level: Integer; const Line: UTF8String) of object;

  { Settings for a client; 0 and '' are the defaults. A refused value stays refused: no client is made of them. }
  TGraphOptions = class
  private
    FHandle: Pgraph_options;
    FLog: IInterface;
    FRefusal: UTF8String;
    function Checked(const Name: string; const Text: UTF8String): PAnsiChar;
    procedure SetBaseUrl(const Value: UTF8String);
    procedure SetTimeoutMs(Value: Cardinal);
    procedure SetAttemptTimeoutMs(Value: Cardinal);
    procedure SetConnectTimeoutMs(Value: Cardinal);
    procedure SetMaxAttempts(Value: Cardinal);
    procedure SetVerify(Value: Integer);
    procedure SetSettleMs(Value: Cardinal);
    procedure SetMailboxConcurrency(Value: Cardinal);
    procedure SetProxy(const Value: UTF8String);
    procedure SetCaFile(const Value: UTF8String);
    procedure SetRoots(Value: Integer);
    procedure SetUserAgent(const Value: UTF8String);
    procedure SetLog(Value: TGraphLog);
  public
    constructor Create;
    destructor Destroy; override;
    { The proxy of https_proxy, all_proxy and no_proxy, as they are now. }
    procedure ProxyFromEnvironment;
    property BaseUrl: UTF8String write SetBaseUrl;
    property TimeoutMs: Cardinal write SetTimeoutMs;
    property AttemptTimeoutMs: Cardinal write SetAttemptTimeoutMs;
    property ConnectTimeoutMs: Cardinal write SetConnectTimeoutMs;
    property MaxAttempts: Cardinal write SetMaxAttempts;
    property Verify: Integer write SetVerify;
    property SettleMs: Cardinal write SetSettleMs;
    property MailboxConcurrency: Cardinal write SetMailboxConcurrency;
    property Proxy: UTF8String write SetProxy;
    property CaFile: UTF8String write SetCaFile;
    property Roots: Integer write SetRoots;
    property UserAgent: UTF8String write SetUserAgent;
    property Log: TGraphLog write SetLog;
  end;

  { The settings of one call, and the means to cancel it from another thread. }
  TGraphCall = class
  private
    FHandle: Pgraph_call;
    procedure SetTimeoutMs(Value: Cardinal);
    procedure SetInternetMessageId(const Value: UTF8String);
  public
    constructor Create;
    destructor Destroy; override;
    { Ends the calls in flight with these settings within a tenth of a second, and later ones as they begin. }
    procedure Cancel;
    property TimeoutMs: Cardinal write SetTimeoutMs;
    { The draft's internetMessageId, '<...@...>': with it a check finds the mail even where its id has changed. }
    property InternetMessageId: UTF8String write SetInternetMessageId;
  end;

  { Settings, and the connections they led to. One serves a whole program. }
  TGraphClient = class
  private
    FHandle: Pgraph_client;
    FLog: IInterface;
    function Run(Checking: Boolean; const Token, User, Id: UTF8String; Call: TGraphCall): TGraphReceipt;
  protected
    { With nil as in C. }
    function Perform(Checking: Boolean; Token, User, Id: PAnsiChar; Call: TGraphCall): TGraphReceipt;
  public
    { Options are copied, and stay the caller's; nil is the defaults. }
    constructor Create(Options: TGraphOptions = nil);
    destructor Destroy; override;
    { Sends an existing draft and waits for the answer. User is the mailbox, '' or 'me' that of the token's own user. }
    function Send(const Token, User, Id: UTF8String; Call: TGraphCall = nil): TGraphReceipt;
    { Settles an earlier EGraphOutcomeUnknown; sends nothing. A receipt: it was sent. An error with GRAPH_UNAVAILABLE:
      it was not, and may be sent again. }
    function Check(const Token, User, Id: UTF8String; Call: TGraphCall = nil): TGraphReceipt;
    { Ends every call in flight within a tenth of a second. Any thread. }
    procedure Cancel;
  end;

{ The shared client of GraphSend gets other settings: once, before the first GraphSend; nil is the defaults. }
procedure GraphInit(Options: TGraphOptions);
{ Sends on a client that the whole process shares. }
procedure GraphSend(const Token, User, Id: UTF8String);

implementation

type
  { What options and clients with a log function share; an interface, so that the last of them frees it. }
  TLogTarget = class(TInterfacedObject)
  private
    FMethod: TGraphLog;
  end;

{ An assignment would take the bytes for the code page of the system. }
function Copied(Text: PAnsiChar): UTF8String;
var
  Last: PAnsiChar;
begin
  Last := Text;
  while Last^ <> #0 do
    Inc(Last);
  SetString(Result, Text, Last - Text);
end;

function NativeText(const Text: UTF8String): string;
begin
{$IFDEF UNICODE}
  Result := UTF8ToString(Text);
{$ELSE}{$IFDEF FPC}
  Result := Text;
{$ELSE}
  Result := Utf8ToAnsi(Text);
{$ENDIF}{$ENDIF}
end;

procedure WriteLog(Context: Pointer; Level: Integer; Line: PAnsiChar); cdecl;
begin
  try
    TLogTarget(Context).FMethod(Level, Copied(Line));
  except
    // C is above it on the stack, and no exception may pass through that.
  end;
end;

{ The error becomes an exception, and is freed. }
procedure RaiseError(Status: graph_status; Error: Pgraph_error);
var
  Failure: EGraphError;
  Text: UTF8String;
begin
  try
    Text := Copied(graph_error_message(Error));
    if graph_status_sent(Status) < 0 then
      Failure := EGraphOutcomeUnknown.Create(NativeText(Text))
    else if Status = GRAPH_INVALID_ARGUMENT then
      Failure := EGraphInvalidArgument.Create(NativeText(Text))
    else if Status = GRAPH_UNAUTHENTICATED then
      Failure := EGraphUnauthenticated.Create(NativeText(Text))
    else if Status = GRAPH_THROTTLED then
      Failure := EGraphThrottled.Create(NativeText(Text))
    else
      Failure := EGraphError.Create(NativeText(Text));
    Failure.Status := Status;
    Failure.StatusName := NativeText(Copied(graph_status_name(Status)));
    Failure.Sent := graph_status_sent(Status);
    Failure.HttpStatus := graph_error_http_status(Error);
    Failure.Code := Copied(graph_error_code(Error));
    Failure.Text := Text;
    Failure.RequestId := Copied(graph_error_request_id(Error));
    Failure.ClientRequestId := Copied(graph_error_client_request_id(Error));
    Failure.RetryAfterMs := graph_error_retry_after_ms(Error);
    Failure.Attempts := graph_error_attempts(Error);
    Failure.Claims := Copied(graph_error_claims(Error));
    Failure.Seen := graph_error_seen(Error);
    Failure.InternetMessageId := Copied(graph_error_internet_message_id(Error));
  finally
    graph_error_free(Error);
  end;
  raise Failure;
end;

{ What is refused before C is asked. }
procedure Refuse(const Why: UTF8String);
var
  Failure: EGraphInvalidArgument;
  Text: UTF8String;
begin
  Text := 'not sent: ' + Why;
  Failure := EGraphInvalidArgument.Create(NativeText(Text));
  Failure.Status := GRAPH_INVALID_ARGUMENT;
  Failure.StatusName := 'GRAPH_INVALID_ARGUMENT';
  Failure.Text := Text;
  raise Failure;
end;

function NulRefusal(const Name: UTF8String; const Text: UTF8String): UTF8String;
begin
  Result := '';
  if Pos(#0, Text) > 0 then
    Result := Name + ' holds a NUL, where C would cut it off';
end;

procedure RefuseNul(const Name: UTF8String; const Text: UTF8String);
begin
  if NulRefusal(Name, Text) <> '' then
    Refuse(NulRefusal(Name, Text));
end;

procedure RefuseOldLibrary;
begin
  if graph_library_abi_version < GRAPH_ABI_VERSION then
    Refuse(UTF8String(Format('the graph_message library %s has ABI %d, and GraphMessage.pas needs %d: ' +
      'install a newer library', [graph_version, graph_library_abi_version, GRAPH_ABI_VERSION])));
end;

constructor TGraphOptions.Create;
begin
  inherited Create;
  RefuseOldLibrary;
  FHandle := graph_options_new;
end;

destructor TGraphOptions.Destroy;
begin
  // A constructor that raised comes here, too.
  if FHandle <> nil then
    graph_options_free(FHandle);
  FHandle := nil;
  inherited Destroy;
end;

{ Where it holds a NUL the client is not made, as with every other refused value. }
function TGraphOptions.Checked(const Name: string; const Text: UTF8String): PAnsiChar;
begin
  if FRefusal = '' then
    FRefusal := NulRefusal(UTF8String(Name), Text);
  Result := PAnsiChar(Text);
end;

procedure TGraphOptions.SetBaseUrl(const Value: UTF8String);
begin
  graph_options_set_base_url(FHandle, Checked('BaseUrl', Value));
end;

procedure TGraphOptions.SetTimeoutMs(Value: Cardinal);
begin
  graph_options_set_timeout_ms(FHandle, Value);
end;

procedure TGraphOptions.SetAttemptTimeoutMs(Value: Cardinal);
begin
  graph_options_set_attempt_timeout_ms(FHandle, Value);
end;

procedure TGraphOptions.SetConnectTimeoutMs(Value: Cardinal);
begin
  graph_options_set_connect_timeout_ms(FHandle, Value);
end;

procedure TGraphOptions.SetMaxAttempts(Value: Cardinal);
begin
  graph_options_set_max_attempts(FHandle, Value);
end;

procedure TGraphOptions.SetVerify(Value: Integer);
begin
  graph_options_set_verify(FHandle, Value);
end;

procedure TGraphOptions.SetSettleMs(Value: Cardinal);
begin
  graph_options_set_settle_ms(FHandle, Value);
end;

procedure TGraphOptions.SetMailboxConcurrency(Value: Cardinal);
begin
  graph_options_set_mailbox_concurrency(FHandle, Value);
end;

procedure TGraphOptions.SetProxy(const Value: UTF8String);
begin
  graph_options_set_proxy(FHandle, Checked('Proxy', Value));
end;

procedure TGraphOptions.ProxyFromEnvironment;
begin
  graph_options_set_proxy_from_environment(FHandle);
end;

procedure TGraphOptions.SetCaFile(const Value: UTF8String);
begin
  graph_options_set_ca_file(FHandle, Checked('CaFile', Value));
end;

procedure TGraphOptions.SetRoots(Value: Integer);
begin
  graph_options_set_roots(FHandle, Value);
end;

procedure TGraphOptions.SetUserAgent(const Value: UTF8String);
begin
  graph_options_set_user_agent(FHandle, Checked('UserAgent', Value));
end;

procedure TGraphOptions.SetLog(Value: TGraphLog);
var
  Target: TLogTarget;
begin
  if not Assigned(Value) then
  begin
    graph_options_set_log(FHandle, nil, nil);
    FLog := nil;
    Exit;
  end;
  Target := TLogTarget.Create;
  FLog := Target;
  Target.FMethod := Value;
  graph_options_set_log(FHandle, WriteLog, Target);
end;

constructor TGraphCall.Create;
begin
  inherited Create;
  RefuseOldLibrary;
  FHandle := graph_call_new;
end;

destructor TGraphCall.Destroy;
begin
  // A constructor that raised comes here, too.
  if FHandle <> nil then
    graph_call_free(FHandle);
  FHandle := nil;
  inherited Destroy;
end;

procedure TGraphCall.SetTimeoutMs(Value: Cardinal);
begin
  graph_call_set_timeout_ms(FHandle, Value);
end;

procedure TGraphCall.SetInternetMessageId(const Value: UTF8String);
begin
  RefuseNul('InternetMessageId', Value);
  if graph_call_set_internet_message_id(FHandle, PAnsiChar(Value)) <> GRAPH_OK then
    Refuse('InternetMessageId was refused: pass it as Graph showed it, <...@...>');
end;

procedure TGraphCall.Cancel;
begin
  graph_call_cancel(FHandle);
end;

constructor TGraphClient.Create(Options: TGraphOptions);
var
  Status: graph_status;
  Error: Pgraph_error;
  Handle: Pgraph_options;
begin
  inherited Create;
  RefuseOldLibrary;
  Handle := nil;
  if Options <> nil then
  begin
    if Options.FRefusal <> '' then
      Refuse(Options.FRefusal);
    Handle := Options.FHandle;
    FLog := Options.FLog;
  end;
  Error := nil;
  Status := graph_client_new(Handle, @FHandle, @Error);
  if Status <> GRAPH_OK then
    RaiseError(Status, Error);
end;

destructor TGraphClient.Destroy;
begin
  // A constructor that raised comes here, too.
  if FHandle <> nil then
    graph_client_free(FHandle);
  FHandle := nil;
  inherited Destroy;
end;

function TGraphClient.Perform(Checking: Boolean; Token, User, Id: PAnsiChar; Call: TGraphCall): TGraphReceipt;
var
  Status: graph_status;
  Error: Pgraph_error;
  Receipt: Pgraph_receipt;
  Settings: Pgraph_call;
begin
  Settings := nil;
  if Call <> nil then
    Settings := Call.FHandle;
  Error := nil;
  Receipt := nil;
  if Checking then
    Status := graph_client_check(FHandle, Settings, Token, User, Id, @Receipt, @Error)
  else
    Status := graph_client_send(FHandle, Settings, Token, User, Id, @Receipt, @Error);
  if Status <> GRAPH_OK then
    RaiseError(Status, Error);
  try
    Result.RequestId := Copied(graph_receipt_request_id(Receipt));
    Result.ClientRequestId := Copied(graph_receipt_client_request_id(Receipt));
    Result.HttpStatus := graph_receipt_http_status(Receipt);
    Result.Attempts := graph_receipt_attempts(Receipt);
    Result.Evidence := graph_receipt_evidence(Receipt);
    Result.SentId := Copied(graph_receipt_sent_id(Receipt));
  finally
    graph_receipt_free(Receipt);
  end;
end;

function TGraphClient.Run(Checking: Boolean; const Token, User, Id: UTF8String; Call: TGraphCall): TGraphReceipt;
begin
  RefuseNul('Token', Token);
  RefuseNul('User', User);
  RefuseNul('Id', Id);
  Result := Perform(Checking, PAnsiChar(Token), PAnsiChar(User), PAnsiChar(Id), Call);
end;

function TGraphClient.Send(const Token, User, Id: UTF8String; Call: TGraphCall): TGraphReceipt;
begin
  Result := Run(False, Token, User, Id, Call);
end;

function TGraphClient.Check(const Token, User, Id: UTF8String; Call: TGraphCall): TGraphReceipt;
begin
  Result := Run(True, Token, User, Id, Call);
end;

procedure TGraphClient.Cancel;
begin
  graph_client_cancel(FHandle);
end;

procedure GraphInit(Options: TGraphOptions);
var
  Status: graph_status;
  Error: Pgraph_error;
  Handle: Pgraph_options;
begin
  RefuseOldLibrary;
  Handle := nil;
  if Options <> nil then
  begin
    if Options.FRefusal <> '' then
      Refuse(Options.FRefusal);
    Handle := Options.FHandle;
  end;
  Error := nil;
  Status := graph_init(Handle, @Error);
  if Status <> GRAPH_OK then
    RaiseError(Status, Error);
  // Only one call of a process comes here. The log is never freed: when the units are finalized, calls of other threads
  // may still be in flight.
  if (Options <> nil) and (Options.FLog <> nil) then
    Options.FLog._AddRef;
end;

procedure GraphSend(const Token, User, Id: UTF8String);
var
  Status: graph_status;
  Error: Pgraph_error;
begin
  RefuseOldLibrary;
  RefuseNul('Token', Token);
  RefuseNul('User', User);
  RefuseNul('Id', Id);
  Error := nil;
  Status := graph_message_send(PAnsiChar(Token), PAnsiChar(User), PAnsiChar(Id), @Error);
  if Status <> GRAPH_OK then
    RaiseError(Status, Error);
end;

end.
