--  Runs calls as it is told on standard input, through the package: the Ada end of tests/cases. The lines are those of
--  tests/c/driver.c.

with Ada.Calendar;          use type Ada.Calendar.Time;
with Ada.Strings.Fixed;     use Ada.Strings.Fixed;
with Ada.Strings.Unbounded; use Ada.Strings.Unbounded;
with Ada.Text_IO;           use Ada.Text_IO;
with Driver_Log;
with Graph_Message;         use Graph_Message;
with Graph_Message_C;       use Graph_Message_C;
with Interfaces.C.Strings;  use Interfaces.C.Strings;
with System;

procedure Driver is
   use type Interfaces.Integer_32;

   Settings                             : Options;
   Mailer                               : Client;
   Result                               : Outcome;
   Is_Open, Has_Token, Has_Id           : Boolean := False;
   Token, User, Id, Internet_Message_Id : Unbounded_String;
   Timeout, Cancel_Client, Cancel_Call  : Natural := 0;

   --  \xHH is that byte.
   function Decoded (Text : String) return String is
      At_Byte : constant Natural := Index (Text, "\x");
   begin
      return
        (if At_Byte = 0 then Text
         else Text (Text'First .. At_Byte - 1)
           & Character'Val (Natural'Value ("16#" & Text (At_Byte + 2 .. At_Byte + 3) & "#"))
           & Decoded (Text (At_Byte + 4 .. Text'Last)));
   end Decoded;

   procedure Show (Name, Value : String) is
   begin
      Put_Line (Name & "=" & Trim (Value, Ada.Strings.Left));
   end Show;

   --  A String is never NULL: what becomes of NULL is asked through the C interface itself.
   procedure Send_Null is
      Other   : Client_Handle;
      Err     : Error_Handle;
      Receipt : Receipt_Handle;
      C_Token : chars_ptr := (if Has_Token then New_String (To_String (Token)) else Null_Ptr);
      C_Id    : chars_ptr := (if Has_Id then New_String (To_String (Id)) else Null_Ptr);
      Call    : constant Call_Handle := Call_Handle (System.Null_Address);
   begin
      Result := (Status => Graph_Client_New (Options_Handle (System.Null_Address), Other, Err), others => <>);
      Result.Status := Graph_Client_Send (Other, Call, C_Token, Null_Ptr, C_Id, Receipt, Err);
      Result.Sent := Integer (Graph_Status_Sent (Result.Status));
      Result.Message := To_Unbounded_String (Value (Graph_Error_Message (Err)));
      Graph_Error_Free (Err);
      Graph_Client_Free (Other);
      Free (C_Token);
      Free (C_Id);
   end Send_Null;

   procedure Make (Checks : Boolean) is
      Own   : Call;
      Began : Ada.Calendar.Time;
      task Canceller;
      task body Canceller is
      begin
         delay Duration (Cancel_Client + Cancel_Call) / 1000;
         if Cancel_Client > 0 then Mailer.Cancel; elsif Cancel_Call > 0 then Own.Cancel; end if;
      end Canceller;
   begin
      if not Is_Open then
         Mailer.Open (Settings, Result);
         Is_Open := True;
      end if;
      Own.Set_Timeout (Milliseconds (Timeout));
      Own.Set_Internet_Message_Id (To_String (Internet_Message_Id));
      Began := Ada.Calendar.Clock;
      begin
         if not (Has_Token and Has_Id) then Send_Null;
         elsif Checks then Mailer.Check (To_String (Token), To_String (Id), Result, To_String (User), Own);
         else Mailer.Send (To_String (Token), To_String (Id), Result, To_String (User), Own);
         end if;
      exception
         when Not_Sent => pragma Assert (Result.Sent = 0);
         when Outcome_Unknown => pragma Assert (Result.Sent = -1);
      end;
      Show ("elapsed_ms", Long_Long_Integer ((Ada.Calendar.Clock - Began) * 1000)'Image);
   exception
      when Not_Sent => null; --  by Open
   end Make;

   procedure Show_Result is
   begin
      Show ("status", Status_Name (Result));
      if Result.Status /= Graph_OK then
         Show ("error_status", Status_Name (Result));
      end if;
      Show ("sent", Result.Sent'Image);
      Show ("http_status", Result.HTTP_Status'Image);
      Show ("attempts", Result.Attempts'Image);
      Show ("evidence", Result.Evidence'Image);
      Show ("seen", Result.Seen'Image);
      Show ("retry_after_ms", Result.Retry_After_Ms'Image);
      Show ("code", To_String (Result.Code));
      Show ("message", To_String (Result.Message));
      Show ("request_id", To_String (Result.Request_Id));
      Show ("client_request_id", To_String (Result.Client_Request_Id));
      Show ("claims", To_String (Result.Claims));
      Show ("internet_message_id", To_String (Result.Internet_Message_Id));
      Show ("sent_id", To_String (Result.Sent_Id));
      New_Line;
      Flush;
   end Show_Result;

   procedure Set (Name, Value : String) is
      function Number return Natural is (Natural'Value (Value));
   begin
      Is_Open := False;
      if Name = "base_url" then Settings.Set_Base_URL (Value);
      elsif Name = "proxy" then Settings.Set_Proxy (Value);
      elsif Name = "ca_file" then Settings.Set_CA_File (Value);
      elsif Name = "user_agent" then Settings.Set_User_Agent (Value);
      elsif Name = "log" then Settings.Set_Log (Driver_Log.Show'Access);
      elsif Name = "proxy_from_environment" then Settings.Set_Proxy_From_Environment;
      elsif Name = "timeout_ms" then Settings.Set_Timeout (Milliseconds (Number));
      elsif Name = "attempt_timeout_ms" then Settings.Set_Attempt_Timeout (Milliseconds (Number));
      elsif Name = "connect_timeout_ms" then Settings.Set_Connect_Timeout (Milliseconds (Number));
      elsif Name = "settle_ms" then Settings.Set_Settle (Milliseconds (Number));
      elsif Name = "max_attempts" then Settings.Set_Max_Attempts (Number);
      elsif Name = "mailbox_concurrency" then Settings.Set_Mailbox_Concurrency (Number);
      elsif Name = "verify" then Settings.Set_Verify (Int32 (Number));
      elsif Name = "roots" then Settings.Set_Roots (Int32 (Number));
      else raise Constraint_Error with "unknown line: " & Name;
      end if;
   end Set;

begin
   while not End_Of_File loop
      declare
         Line  : constant String := Get_Line;
         Space : constant Natural := Index (Line & " ", " ");
         Name  : constant String := Line (1 .. Space - 1);
         Value : constant String := Decoded (Line (Space + 1 .. Line'Last));
      begin
         if Name = "token" then Has_Token := True; Token := To_Unbounded_String (Value);
         elsif Name = "id" then Has_Id := True; Id := To_Unbounded_String (Value);
         elsif Name = "user" then User := To_Unbounded_String (Value);
         elsif Name = "internet_message_id" then Internet_Message_Id := To_Unbounded_String (Value);
         elsif Name = "call_timeout_ms" then Timeout := Natural'Value (Value);
         elsif Name = "cancel_client_after_ms" then Cancel_Client := Natural'Value (Value);
         elsif Name = "cancel_call_after_ms" then Cancel_Call := Natural'Value (Value);
         elsif Name = "send" or Name = "check" then Make (Name = "check"); Show_Result;
         else Set (Name, Value);
         end if;
      end;
   end loop;
end Driver;
