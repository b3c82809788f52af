program Example; // example TOKEN DRAFT-ID [BASE-URL]
{$IFDEF FPC}{$MODE DELPHI}{$ELSE}{$APPTYPE CONSOLE}{$ENDIF}
uses
  SysUtils, GraphMessage;

var
  Options: TGraphOptions;
  Client: TGraphClient;
  Receipt: TGraphReceipt;
begin
  ExitCode := 1;
  Options := TGraphOptions.Create;
  try
    if ParamCount > 2 then Options.BaseUrl := UTF8String(ParamStr(3));
    Client := TGraphClient.Create(Options);
    Receipt := Client.Send(UTF8String(ParamStr(1)), 'me', UTF8String(ParamStr(2)));
    WriteLn('sent, request-id ', Receipt.RequestId);
    ExitCode := 0;
  except
    on Error: EGraphOutcomeUnknown do WriteLn('check later: ', Error.Message);
    on Error: EGraphError do WriteLn(Error.StatusName, ': ', Error.Message);
  end;
  Client.Free;
  Options.Free;
end.
