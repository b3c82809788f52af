--  Plays one row of tests/cases/misuse.md: misuse ROW. It says what went wrong and ends with 1, or says nothing.

with Ada.Command_Line;          use Ada.Command_Line;
with Ada.Environment_Variables;
with Ada.Exceptions;            use Ada.Exceptions;
with Ada.Strings.Fixed;         use Ada.Strings.Fixed;
with Ada.Strings.Unbounded;     use Ada.Strings.Unbounded;
with Ada.Text_IO;               use Ada.Text_IO;
with Ada.Unchecked_Deallocation;
with GNAT.OS_Lib;               use GNAT.OS_Lib;
with Graph_Message;             use Graph_Message;
with Graph_Message_C;           use Graph_Message_C;
with Interfaces.C;
with Misuse_Logs;

procedure Misuse is
   use type Interfaces.Integer_32;
   use type Interfaces.C.int;

   Token   : constant String := "user-token";
   Unknown : constant String := "AAMk" & 92 * 'A';
   Result  : Outcome;

   function Fork return Interfaces.C.int with Import, Convention => C, External_Name => "fork";
   function Waitpid (Process : Interfaces.C.int; Status : out Interfaces.C.int; Options : Interfaces.C.int)
     return Interfaces.C.int with Import, Convention => C, External_Name => "waitpid";

   procedure Fail (What : String) is
   begin
      Put_Line ("does not hold: " & What);
      OS_Exit (1);
   end Fail;

   procedure Expect (Holds : Boolean; What : String) is
   begin
      if not Holds then
         Fail (What);
      end if;
   end Expect;

   function Variable (Name : String) return String renames Ada.Environment_Variables.Value;

   --  The drafts of the mailbox are on lines of a file.
   function Draft (Number : Positive) return String is
      File : File_Type;
   begin
      Open (File, In_File, Variable ("GRAPH_DRAFTS"));
      for Line in 2 .. Number loop
         Skip_Line (File);
      end loop;
      return Id : constant String := Get_Line (File) do
         Close (File);
      end return;
   end Draft;

   --  In kB.
   function Resident return Natural is
      File : File_Type;
   begin
      Open (File, In_File, "/proc/self/status");
      loop
         declare
            Line : constant String := Get_Line (File);
         begin
            if Index (Line, "VmRSS:") = 1 then
               Close (File);
               return Natural'Value (Trim (Line (8 .. Line'Last - 2), Ada.Strings.Both));
            end if;
         end;
      end loop;
   end Resident;

   procedure Expect_Flat (What : String; Before, Allowed : Natural) is
      After : constant Natural := Resident;
   begin
      Put_Line (What & ":" & Before'Image & " kB, and then" & After'Image & " kB");
      Expect (After - Before < Allowed, "memory is flat");
   end Expect_Flat;

   procedure Open_Here (Mailer : in out Client; Log : Log_Procedure := null) is
      Settings : Options;
   begin
      Settings.Set_Base_URL (Variable ("GRAPH_BASE_URL"));
      Settings.Set_Log (Log);
      Mailer.Open (Settings, Result);
   end Open_Here;

   --  Nothing is sent, and it is said so in one way.
   procedure Expect_Refusal (What : String; Said : Outcome; Raised : Exception_Occurrence) is
      Message : constant String := To_String (Said.Message);
   begin
      Expect
        (Exception_Identity (Raised) = Not_Sent'Identity and Said.Sent = 0 and Index (Message, "not sent: ") = 1
         and Index (Message, "not sent: not sent") = 0, What & " is refused: " & Exception_Information (Raised));
   end Expect_Refusal;

   procedure Refused_Send (What : String; Mailer : Client; Token, Id : String; User : String := "") is
   begin
      Mailer.Send (Token, Id, Result, User);
      Fail (What & " is refused");
   exception
      when Raised : others => Expect_Refusal (What, Result, Raised);
   end Refused_Send;

   procedure Refused_Open (What : String; Settings : Options) is
      Mailer : Client;
   begin
      begin
         Mailer.Open (Settings, Result);
         Fail (What & " is refused");
      exception
         when Raised : others => Expect_Refusal (What, Result, Raised);
      end;
      Refused_Send ("a client that was not opened", Mailer, Token, Draft (1));
   end Refused_Open;

   procedure Play_Log (Log : Log_Procedure; Number : Positive) is
      Mailer : Client;
   begin
      Open_Here (Mailer, Log);
      Mailer.Send (Token, Draft (Number), Result);
      Expect (Result.Sent = 1, "the mail was sent");
   end Play_Log;

   --  The task ends, and what became of its mail is known.
   procedure Play_Abort_In_Log is
      Mailer : Client;
      Said   : Outcome;
   begin
      Open_Here (Mailer, Misuse_Logs.Abort_Self'Access);
      declare
         task Sender;
         task body Sender is
         begin
            Mailer.Send (Token, Draft (4), Said);
            Fail ("the task is aborted");
         end Sender;
      begin
         null;
      end;
      Expect (Said.Sent = 1, "the mail was sent: " & To_String (Said.Message));
      Expect (To_String (Said.Client_Request_Id) /= "", "the outcome is whole");
   end Play_Abort_In_Log;

   procedure Play_Wrong_Types is
      NUL      : constant String := (1 => Character'Val (0));
      Unopened : Client;
      Mailer   : Client;
   begin
      Open_Here (Mailer);
      Refused_Send ("a client that was not opened", Unopened, Token, Draft (1));
      Refused_Send ("an empty token", Mailer, "", Draft (1));
      Refused_Send ("an empty id", Mailer, Token, "");
      Refused_Send ("a NUL in the token", Mailer, Token & NUL, Draft (1));
      Refused_Send ("a NUL in the id", Mailer, Token, Draft (1) & NUL);
      Refused_Send ("a NUL in the user", Mailer, Token, Draft (1), "megan" & NUL);
      Refused_Send ("a blank after the id", Mailer, Token, Draft (1) & " ");
      Refused_Send ("what is not UTF-8", Mailer, Character'Val (233) & Token, Draft (1));
      Refused_Send ("long texts", Mailer, 1_000_000 * 'x', Draft (1), 1_000_000 * 'y');
      declare
         Settings : Call;
      begin
         Settings.Set_Internet_Message_Id ("<a@b>" & NUL);
         Mailer.Send (Token, Draft (1), Result, "", Settings);
         Fail ("a NUL in the internetMessageId is refused");
      exception
         when Raised : others => Expect_Refusal ("a NUL in the internetMessageId", Result, Raised);
      end;
      declare
         A, B, C, D : Options;
      begin
         A.Set_Base_URL ("nonsense");
         Refused_Open ("a base URL", A);
         B.Set_Proxy ("http://proxy" & NUL);
         Refused_Open ("a NUL in the proxy", B);
         C.Set_Verify (99);
         Refused_Open ("a choice", C);
         D.Set_Roots (-1);
         Refused_Open ("a negative choice", D);
      end;
   end Play_Wrong_Types;

   procedure Play_Closed_Twice is
      Mailer : Client;
   begin
      Mailer.Close;
      Open_Here (Mailer);
      Mailer.Send (Token, Draft (5), Result);
      Expect (Result.Sent = 1, "the mail was sent");
      Mailer.Close;
      Mailer.Close;
   end Play_Closed_Twice;

   procedure Play_Used_After_Close is
      Mailer : Client;
   begin
      Open_Here (Mailer);
      Mailer.Close;
      Mailer.Cancel;
      Refused_Send ("a send", Mailer, Token, Draft (6));
      begin
         Mailer.Check (Token, Draft (6), Result);
         Fail ("a check is refused");
      exception
         when Raised : Not_Sent => Expect_Refusal ("a check", Result, Raised);
      end;
      --  The options had a log once, whose client is gone.
      declare
         Settings : Options;
         Another  : Client;
      begin
         Settings.Set_Base_URL (Variable ("GRAPH_BASE_URL"));
         Settings.Set_Log (Misuse_Logs.End_Process'Access);
         Mailer.Open (Settings, Result);
         Settings.Set_Log (null);
         Another.Open (Settings, Result);
         Mailer.Close;
         Another.Send (Token, Draft (7), Result);
         Expect (Result.Sent = 1, "the mail was sent");
      end;
   end Play_Used_After_Close;

   --  1,000 of each, in scopes and by access values that are freed.
   procedure Drop is
      type Client_Access is access Client;
      procedure Free is new Ada.Unchecked_Deallocation (Client, Client_Access);
   begin
      for Round in 1 .. 250 loop
         declare
            Clients : array (1 .. 3) of Client;
            Calls   : array (1 .. 4) of Call;
            One     : Client_Access := new Client;
         begin
            for Each of Clients loop
               Open_Here (Each, Misuse_Logs.Wait'Access);
            end loop;
            Open_Here (One.all);
            for Each of Calls loop
               Each.Set_Internet_Message_Id ("<a@b>");
            end loop;
            Free (One);
         end;
      end loop;
   end Drop;

   procedure Play_Dropped is
      Before : Natural;
   begin
      Drop;
      Drop;
      Before := Resident;
      Drop;
      Expect_Flat ("dropped", Before, 400);
   end Play_Dropped;

   procedure Play_Many_Sends is
      Mailer : Client;
      Before : Natural := 0;
   begin
      Open_Here (Mailer);
      for Number in 1 .. 10_000 loop
         Mailer.Send (Token, "many" & Trim (Number'Image, Ada.Strings.Left), Result, Variable ("GRAPH_ENDLESS_USER"));
         begin
            Mailer.Send (Token, Unknown, Result);
            Fail ("a draft is unknown");
         exception
            when Not_Sent => Expect (Result.Status = Graph_Not_Found, To_String (Result.Message));
         end;
         if Number = 5_000 then
            Before := Resident;
         end if;
      end loop;
      Expect_Flat ("many-sends", Before, 1_000);
   end Play_Many_Sends;

   procedure Play_Fork is
      Mailer                 : Client;
      Process, Ended, Status : Interfaces.C.int;
   begin
      Open_Here (Mailer);
      Mailer.Send (Token, Draft (8), Result);
      Process := Fork;
      if Process = 0 then
         Mailer.Send (Token, Draft (9), Result);
         OS_Exit (if Result.Sent = 1 then 0 else 1);
      end if;
      Mailer.Send (Token, Draft (10), Result);
      Expect (Result.Sent = 1, "the parent's mail was sent");
      Ended := Waitpid (Process, Status, 0);
      Expect (Ended = Process and Status = 0, "the child's mail was sent");
   end Play_Fork;

   --  The server has the mails, and is slow to say so.
   procedure Play_Thread_Ends is
      Mailer       : Client;
      First, Other : Outcome;
      Aborted      : Boolean := False;
   begin
      Open_Here (Mailer, Misuse_Logs.Wait'Access);
      declare
         task Sender;
         task body Sender is
         begin
            Mailer.Send (Token, Draft (11), First);
            Fail ("the task is aborted");
         end Sender;
      begin
         delay 0.3;
         abort Sender;
      end;
      Expect (First.Sent = 1, "the aborted task's mail was sent: " & To_String (First.Message));
      select
         delay 0.3;
         Aborted := True;
      then abort
         Mailer.Send (Token, Draft (12), Other);
      end select;
      Expect (Aborted, "the call took longer than the delay");
      Expect (Other.Sent = 1, "the mail of what was aborted was sent: " & To_String (Other.Message));
      Expect (To_String (Other.Client_Request_Id) /= "", "the outcome is whole");
   end Play_Thread_Ends;

   --  The process ends while a task's call is in flight.
   procedure Play_Exit is
      Mailer : Client;
      task Sender;
      task body Sender is
         Said : Outcome;
      begin
         Open_Here (Mailer);
         Mailer.Send (Token, Draft (13), Said);
         Fail ("the process ends before");
      end Sender;
   begin
      delay 0.5;
      OS_Exit (5);
   end Play_Exit;

   procedure Play_Old_Library is
      Settings : Options;
      Own      : Call;
      Mailer   : Client;
   begin
      Settings.Set_Base_URL (Variable ("GRAPH_BASE_URL"));
      Settings.Set_Timeout (1_000);
      Settings.Set_Proxy_From_Environment;
      Own.Set_Timeout (1_000);
      Own.Cancel;
      Refused_Open ("an old library", Settings);
      begin
         Mailer.Open;
         Fail ("an old library is refused");
      exception
         when Raised : Not_Sent =>
            Expect
              (Index (Exception_Message (Raised), "has ABI 0, and Graph_Message needs 1") > 0,
               Exception_Message (Raised));
      end;
   end Play_Old_Library;

   --  The server does not answer.
   procedure Play_Cancelled_Twice is
      Mailer           : Client;
      Own, Unused      : Call;
      Outcomes         : array (1 .. 2) of Outcome;
      procedure Send_Cancelled (With_Call : Call) is
      begin
         Mailer.Send (Token, Draft (14), Result, "", With_Call);
         Fail ("a call that was cancelled sends nothing");
      exception
         when Not_Sent => Expect (Result.Status = Graph_Cancelled, To_String (Result.Message));
      end Send_Cancelled;
   begin
      Open_Here (Mailer);
      Unused.Cancel;
      Unused.Cancel;
      Send_Cancelled (Unused);
      declare
         task type Sender (Number : Positive);
         task body Sender is
         begin
            Mailer.Send (Token, Draft (14 + Number), Outcomes (Number), "", Own);
            Fail ("a call that is cancelled is in doubt");
         exception
            when Outcome_Unknown => null;
         end Sender;
         First : Sender (1);
         Other : Sender (2);
      begin
         delay 0.5;
         Own.Cancel;
         Own.Cancel;
      end;
      for Each of Outcomes loop
         Expect (Each.Status = Graph_Unknown and Each.Sent = -1, "in doubt: " & To_String (Each.Message));
      end loop;
      Expect (Outcomes (1).Client_Request_Id /= Outcomes (2).Client_Request_Id, "each has its own outcome");
      Own.Cancel;
      Send_Cancelled (Own);
   end Play_Cancelled_Twice;

   Row : constant String := Argument (1);
begin
   if Row = "log-throws" then Play_Log (Misuse_Logs.Raise_Error'Access, 2);
   elsif Row = "log-throws-odd" then Play_Log (Misuse_Logs.Raise_Odd'Access, 3);
   elsif Row = "log-leaves" then Play_Abort_In_Log;
   elsif Row = "log-exits" then Play_Log (Misuse_Logs.End_Process'Access, 17);
   elsif Row = "wrong-types" then Play_Wrong_Types;
   elsif Row = "closed-twice" then Play_Closed_Twice;
   elsif Row = "used-after-close" then Play_Used_After_Close;
   elsif Row = "dropped" then Play_Dropped;
   elsif Row = "many-sends" then Play_Many_Sends;
   elsif Row = "fork" then Play_Fork;
   elsif Row = "thread-ends" then Play_Thread_Ends;
   elsif Row = "exit" then Play_Exit;
   elsif Row = "old-library" then Play_Old_Library;
   elsif Row = "cancelled-twice" then Play_Cancelled_Twice;
   else Fail ("there is no row " & Row);
   end if;
exception
   when Raised : others =>
      Fail (Exception_Information (Raised));
end Misuse;
