with Ada.Command_Line;      use Ada.Command_Line;
with Ada.Strings.Unbounded; use Ada.Strings.Unbounded;
with Ada.Text_IO;           use Ada.Text_IO;
with Graph_Message;         use Graph_Message;

procedure Example is
   Settings : Options;
   Mailer   : Client;
   Result   : Outcome;
begin
   if Argument_Count not in 2 .. 3 then
      Put_Line (Standard_Error, "usage: example TOKEN DRAFT-ID [BASE-URL]");
      Set_Exit_Status (64);
      return;
   end if;
   if Argument_Count = 3 then
      Settings.Set_Base_URL (Argument (3));
   end if;
   Mailer.Open (Settings, Result);
   Mailer.Send (Argument (1), Argument (2), Result); --  User => "megan@contoso.example" for another mailbox
   Put_Line ("sent, client-request-id " & To_String (Result.Client_Request_Id));
exception
   when Not_Sent =>
      Put_Line (Standard_Error, To_String (Result.Message));
      Set_Exit_Status (1);
   when Outcome_Unknown =>
      Put_Line (Standard_Error, To_String (Result.Message));
      Set_Exit_Status (2); --  Mailer.Check later; do not send again blindly
end Example;
