--  Sends an existing Microsoft Graph draft and says what became of the mail: sent, not sent or unknown.

with Ada.Strings.Unbounded;
with Ada.Strings.UTF_Encoding;
with Interfaces;
with Graph_Message_C;

private with Ada.Finalization;

package Graph_Message is

   subtype Text is Ada.Strings.UTF_Encoding.UTF_8_String;
   subtype Milliseconds is Interfaces.Unsigned_32;

   --  What became of a mail: the fields of a receipt where it was sent, else those of the error.
   type Outcome is record
      Status              : Graph_Message_C.Graph_Status := Graph_Message_C.Graph_Unknown;
      Sent                : Integer range -1 .. 1 := -1;
      --  1: by this call; 0: certainly not; -1: nobody can tell.
      HTTP_Status         : Integer := 0;
      Attempts            : Natural := 0;
      Evidence            : Integer := 0;
      Seen                : Integer := 0;
      Retry_After_Ms      : Milliseconds := 0;
      Message             : Ada.Strings.Unbounded.Unbounded_String;
      Code                : Ada.Strings.Unbounded.Unbounded_String;
      Request_Id          : Ada.Strings.Unbounded.Unbounded_String;
      Client_Request_Id   : Ada.Strings.Unbounded.Unbounded_String;
      Claims              : Ada.Strings.Unbounded.Unbounded_String;
      Internet_Message_Id : Ada.Strings.Unbounded.Unbounded_String;
      Sent_Id             : Ada.Strings.Unbounded.Unbounded_String;
   end record;

   --  The mail was certainly not sent by this call; the outcome's status says why.
   Not_Sent : exception;

   --  The mail may have been sent: Check later, do not repeat blindly.
   Outcome_Unknown : exception;

   function Status_Name (Result : Outcome) return String;

   --  The version of the library that is loaded.
   function Library_Version return String;

   --  Receives log lines, on the task of the call. It must be at library level; what it raises is ignored.
   type Log_Procedure is access procedure (Level : Integer; Line : Text);

   --  Settings for a client. A value that is refused makes Open fail; its message names the option.
   type Options is tagged limited private;
   procedure Set_Base_URL (To : in out Options; URL : Text);
   procedure Set_Timeout (To : in out Options; Value : Milliseconds);
   procedure Set_Attempt_Timeout (To : in out Options; Value : Milliseconds);
   procedure Set_Connect_Timeout (To : in out Options; Value : Milliseconds);
   procedure Set_Max_Attempts (To : in out Options; Value : Natural);
   procedure Set_Verify (To : in out Options; Value : Graph_Message_C.Int32);
   procedure Set_Settle (To : in out Options; Value : Milliseconds);
   procedure Set_Mailbox_Concurrency (To : in out Options; Value : Natural);
   procedure Set_Proxy (To : in out Options; URL : Text);
   procedure Set_Proxy_From_Environment (To : in out Options);
   procedure Set_CA_File (To : in out Options; Path : Text);
   procedure Set_Roots (To : in out Options; Value : Graph_Message_C.Int32);
   procedure Set_User_Agent (To : in out Options; Product : Text);
   procedure Set_Log (To : in out Options; Log : Log_Procedure);

   --  The settings of one call, and the means to cancel it from another task.
   type Call is tagged limited private;
   procedure Set_Timeout (To : in out Call; Value : Milliseconds);
   procedure Set_Internet_Message_Id (To : in out Call; Value : Text);
   procedure Cancel (Object : Call);

   --  To be opened before it is used, and freed at the end of its scope. Any number of tasks may send with it at once.
   type Client is tagged limited private;

   --  Opens the client, anew where it is open. Raises Not_Sent where an option is refused.
   procedure Open (Object : in out Client; Settings : Options'Class; Result : out Outcome);
   procedure Open (Object : in out Client);

   --  Frees the client before the end of its scope. No call may be in flight on it; a second time it does nothing.
   procedure Close (Object : in out Client);

   --  Sends a draft. User "" is the mailbox of the token's own user. Unless the mail was sent, raises Not_Sent or
   --  Outcome_Unknown; Result is filled in before. Exception_Message may be cut, Result.Message is whole.
   procedure Send (Object : Client; Token, Id : Text; Result : out Outcome; User : Text := "");
   procedure Send
     (Object : Client; Token, Id : Text; Result : out Outcome; User : Text := ""; Settings : Call'Class);

   --  Settles an earlier Outcome_Unknown, sends nothing. Returns where the mail was sent, and raises as Send does.
   procedure Check (Object : Client; Token, Id : Text; Result : out Outcome; User : Text := "");
   procedure Check
     (Object : Client; Token, Id : Text; Result : out Outcome; User : Text := ""; Settings : Call'Class);

   --  Ends every call in flight on this client.
   procedure Cancel (Object : Client);

private

   type Log_Box is record
      Log : Log_Procedure;
   end record;
   type Log_Box_Access is access Log_Box;

   type Options is new Ada.Finalization.Limited_Controlled with record
      Handle  : Graph_Message_C.Options_Handle;
      Log     : Log_Procedure;
      Refused : Ada.Strings.Unbounded.Unbounded_String;
   end record;
   overriding procedure Initialize (Object : in out Options);
   overriding procedure Finalize (Object : in out Options);

   type Call is new Ada.Finalization.Limited_Controlled with record
      Handle  : Graph_Message_C.Call_Handle;
      Refused : Ada.Strings.Unbounded.Unbounded_String;
   end record;
   overriding procedure Initialize (Object : in out Call);
   overriding procedure Finalize (Object : in out Call);

   type Client is new Ada.Finalization.Limited_Controlled with record
      Handle : Graph_Message_C.Client_Handle;
      Log    : Log_Box_Access;
   end record;
   overriding procedure Initialize (Object : in out Client);
   overriding procedure Finalize (Object : in out Client);

end Graph_Message;
