program Example; // example TOKEN DRAFT-ID [BASE-URL]
{$IFDEF FPC}{$MODE DELPHI}{$ELSE}{$APPTYPE CONSOLE}{$ENDIF}
uses
  SysUtils, GraphMessage;

var
  Options: TGraphOptions;
  Client: TGraphClient;
  Receipt: TGraphReceipt;
begin
  if (ParamCount < 2) or (ParamCount > 3) then begin
    WriteLn(ErrOutput, 'usage: example TOKEN DRAFT-ID [BASE-URL]');
    Halt(64);
  end;
  Options := TGraphOptions.Create;
  try
    if ParamCount = 3 then Options.BaseUrl := UTF8String(ParamStr(3));
    Client := TGraphClient.Create(Options);
    Receipt := Client.Send(UTF8String(ParamStr(1)), 'me', UTF8String(ParamStr(2)));
    WriteLn('sent, request-id ', Receipt.RequestId);
  except
    on Error: EGraphError do begin
      WriteLn(ErrOutput, Error.Message);
      if Error is EGraphOutcomeUnknown then ExitCode := 2 // check later; do not send again blindly
      else ExitCode := 1;
    end;
  end;
  Client.Free;
  Options.Free;
end.
