with Ada.Command_Line;      use Ada.Command_Line;
with Ada.Strings.Unbounded; use Ada.Strings.Unbounded;
with Ada.Text_IO;           use Ada.Text_IO;
with Graph_Message;         use Graph_Message;

procedure Example is
   Settings : Options;
   Mailer   : Client;
   Result   : Outcome;
begin
   if Argument_Count >= 3 then
      Settings.Set_Base_URL (Argument (3));
   end if;
   Mailer.Open (Settings, Result);
   Mailer.Send (Argument (1), Argument (2), Result); --  User => "megan@contoso.example" for another mailbox
   Put_Line ("sent, client-request-id " & To_String (Result.Client_Request_Id));
exception
   when Not_Sent | Outcome_Unknown =>
      Put_Line (To_String (Result.Message)); --  begins with "not sent" or "may have been sent"
      Set_Exit_Status (Failure);
end Example;
