with Ada.Characters.Latin_1;
with Ada.Strings.Fixed;
with Ada.Unchecked_Deallocation;
with Interfaces.C.Strings;
with System.Address_To_Access_Conversions;

package body Graph_Message is

   use Ada.Strings.Unbounded;
   use Graph_Message_C;
   use Interfaces.C.Strings;
   use type Interfaces.Integer_32;
   use type Interfaces.Unsigned_32;
   use type System.Address;

   package Boxes is new System.Address_To_Access_Conversions (Log_Box);
   procedure Free is new Ada.Unchecked_Deallocation (Log_Box, Log_Box_Access);

   No_Client : constant Client_Handle := Client_Handle (System.Null_Address);
   No_Call   : constant Call_Handle := Call_Handle (System.Null_Address);

   --  Runs Action with abort deferred, as it is while a controlled object is initialized: an abort must not jump over
   --  the library, nor lose what became of the mail.
   generic
      with procedure Action;
   procedure Run_Undisturbed;

   procedure Run_Undisturbed is
      type Deferring is new Ada.Finalization.Limited_Controlled with null record;
      overriding procedure Initialize (Object : in out Deferring);
      overriding procedure Initialize (Object : in out Deferring) is
      begin
         Action;
      end Initialize;
      Object : Deferring;
      pragma Unreferenced (Object);
   begin
      null;
   end Run_Undisturbed;

   --  A text where C can read it, for as long as it is in scope.
   type C_Text is new Ada.Finalization.Limited_Controlled with record
      Pointer : chars_ptr := Null_Ptr;
   end record;
   overriding procedure Finalize (Object : in out C_Text);

   overriding procedure Finalize (Object : in out C_Text) is
   begin
      Free (Object.Pointer);
   end Finalize;

   --  C would read a text only up to its first NUL: such a text is refused.
   procedure Take (Object : in out C_Text; Name : String; Value : Text; Refused : in out Unbounded_String) is
   begin
      if Ada.Strings.Fixed.Index (Value, (1 => Ada.Characters.Latin_1.NUL)) > 0 then
         Refused := To_Unbounded_String (Name & " holds a NUL");
      else
         Object.Pointer := New_String (Value);
      end if;
   end Take;

   function Copy (Value : chars_ptr) return Unbounded_String is
     (To_Unbounded_String (Interfaces.C.Strings.Value (Value)));

   function Status_Name (Result : Outcome) return String is (Value (Graph_Status_Name (Result.Status)));

   function Library_Version return String is (Value (Graph_Version));

   function Old_Library return Boolean is (Graph_Loaded_ABI_Version < UInt32 (Graph_ABI_Version));

   function Why_Old return Unbounded_String is
     (To_Unbounded_String
        ("the graph_message library " & Library_Version & " has ABI" & Graph_Loaded_ABI_Version'Image
         & ", and Graph_Message needs" & Graph_ABI_Version'Image & ": install a newer library"));

   procedure Refuse (Why : Unbounded_String; Result : out Outcome) is
   begin
      Result := (Status => Graph_Invalid_Argument, Sent => 0, Message => "not sent: " & Why, others => <>);
      raise Not_Sent with To_String (Result.Message);
   end Refuse;

   --  Fills in the outcome of an error, frees the error and raises.
   procedure Fail (Status : Graph_Status; Err : Error_Handle; Result : out Outcome) is
   begin
      Result :=
        (Status              => Status,
         Sent                => Integer (Graph_Status_Sent (Status)),
         HTTP_Status         => Integer (Graph_Error_HTTP_Status (Err)),
         Attempts            => Natural (Graph_Error_Attempts (Err)),
         Evidence            => 0,
         Seen                => Integer (Graph_Error_Seen (Err)),
         Retry_After_Ms      => Graph_Error_Retry_After_Ms (Err),
         Message             => Copy (Graph_Error_Message (Err)),
         Code                => Copy (Graph_Error_Code (Err)),
         Request_Id          => Copy (Graph_Error_Request_Id (Err)),
         Client_Request_Id   => Copy (Graph_Error_Client_Request_Id (Err)),
         Claims              => Copy (Graph_Error_Claims (Err)),
         Internet_Message_Id => Copy (Graph_Error_Internet_Message_Id (Err)),
         Sent_Id             => Null_Unbounded_String);
      Graph_Error_Free (Err);
      if Result.Sent = 0 then
         raise Not_Sent with To_String (Result.Message);
      else
         raise Outcome_Unknown with To_String (Result.Message);
      end if;
   end Fail;

   procedure Pass_Log (Context : System.Address; Level : Int32; Line : Graph_Message_C.Text) with Convention => C;

   procedure Pass_Log (Context : System.Address; Level : Int32; Line : Graph_Message_C.Text) is
      procedure Log is
      begin
         Boxes.To_Pointer (Context).Log (Integer (Level), Value (Line));
      end Log;
      procedure Run is new Run_Undisturbed (Log);
   begin
      Run;
   exception
      when others => null; --  No exception may pass through the library.
   end Pass_Log;

   --  The library remembers what it refuses and tells it when the client is made: no status is looked at before.
   procedure Ignore (Status : Graph_Status) is null;

   type Text_Setter is access function
     (Options : Options_Handle; Value : Graph_Message_C.Text) return Graph_Status with Convention => C;
   type Number_Setter is access function (Options : Options_Handle; Value : UInt32) return Graph_Status
     with Convention => C;
   type Choice_Setter is access function (Options : Options_Handle; Value : Int32) return Graph_Status
     with Convention => C;

   --  There is no handle where the library is too old, which Open tells.
   function Is_Usable (Object : Options'Class) return Boolean is
     (Object.Handle /= Options_Handle (System.Null_Address));

   procedure Set (To : in out Options; Name : String; Value : Text; Setter : Text_Setter) is
      Taken : C_Text;
   begin
      Taken.Take (Name, Value, To.Refused);
      if Taken.Pointer /= Null_Ptr and then To.Is_Usable then
         Ignore (Setter (To.Handle, Taken.Pointer));
      end if;
   end Set;

   procedure Set (To : Options; Value : UInt32; Setter : Number_Setter) is
   begin
      if To.Is_Usable then
         Ignore (Setter (To.Handle, Value));
      end if;
   end Set;

   procedure Set (To : Options; Value : Int32; Setter : Choice_Setter) is
   begin
      if To.Is_Usable then
         Ignore (Setter (To.Handle, Value));
      end if;
   end Set;

   procedure Set_Base_URL (To : in out Options; URL : Text) is
   begin
      Set (To, "base_url", URL, Graph_Options_Set_Base_URL'Access);
   end Set_Base_URL;

   procedure Set_Proxy (To : in out Options; URL : Text) is
   begin
      Set (To, "proxy", URL, Graph_Options_Set_Proxy'Access);
   end Set_Proxy;

   procedure Set_CA_File (To : in out Options; Path : Text) is
   begin
      Set (To, "ca_file", Path, Graph_Options_Set_CA_File'Access);
   end Set_CA_File;

   procedure Set_User_Agent (To : in out Options; Product : Text) is
   begin
      Set (To, "user_agent", Product, Graph_Options_Set_User_Agent'Access);
   end Set_User_Agent;

   procedure Set_Timeout (To : in out Options; Value : Milliseconds) is
   begin
      Set (To, Value, Graph_Options_Set_Timeout_Ms'Access);
   end Set_Timeout;

   procedure Set_Attempt_Timeout (To : in out Options; Value : Milliseconds) is
   begin
      Set (To, Value, Graph_Options_Set_Attempt_Timeout_Ms'Access);
   end Set_Attempt_Timeout;

   procedure Set_Connect_Timeout (To : in out Options; Value : Milliseconds) is
   begin
      Set (To, Value, Graph_Options_Set_Connect_Timeout_Ms'Access);
   end Set_Connect_Timeout;

   procedure Set_Max_Attempts (To : in out Options; Value : Natural) is
   begin
      Set (To, UInt32 (Value), Graph_Options_Set_Max_Attempts'Access);
   end Set_Max_Attempts;

   procedure Set_Settle (To : in out Options; Value : Milliseconds) is
   begin
      Set (To, Value, Graph_Options_Set_Settle_Ms'Access);
   end Set_Settle;

   procedure Set_Mailbox_Concurrency (To : in out Options; Value : Natural) is
   begin
      Set (To, UInt32 (Value), Graph_Options_Set_Mailbox_Concurrency'Access);
   end Set_Mailbox_Concurrency;

   procedure Set_Verify (To : in out Options; Value : Int32) is
   begin
      Set (To, Value, Graph_Options_Set_Verify'Access);
   end Set_Verify;

   procedure Set_Roots (To : in out Options; Value : Int32) is
   begin
      Set (To, Value, Graph_Options_Set_Roots'Access);
   end Set_Roots;

   procedure Set_Proxy_From_Environment (To : in out Options) is
   begin
      if To.Is_Usable then
         Ignore (Graph_Options_Set_Proxy_From_Environment (To.Handle));
      end if;
   end Set_Proxy_From_Environment;

   procedure Set_Log (To : in out Options; Log : Log_Procedure) is
   begin
      To.Log := Log;
   end Set_Log;

   procedure Set_Timeout (To : in out Call; Value : Milliseconds) is
   begin
      if To.Handle /= No_Call then
         Ignore (Graph_Call_Set_Timeout_Ms (To.Handle, Value));
      end if;
   end Set_Timeout;

   procedure Set_Internet_Message_Id (To : in out Call; Value : Text) is
      Taken : C_Text;
   begin
      Taken.Take ("internet_message_id", Value, To.Refused);
      if Taken.Pointer /= Null_Ptr and then To.Handle /= No_Call
        and then Graph_Call_Set_Internet_Message_Id (To.Handle, Taken.Pointer) /= Graph_OK
      then
         To.Refused := To_Unbounded_String ("internet_message_id was refused");
      end if;
   end Set_Internet_Message_Id;

   procedure Cancel (Object : Call) is
   begin
      if Object.Handle /= No_Call then
         Graph_Call_Cancel (Object.Handle);
      end if;
   end Cancel;

   procedure Open (Object : in out Client; Settings : Options'Class; Result : out Outcome) is
      procedure Make is
         Err    : Error_Handle;
         Status : Graph_Status;
      begin
         Finalize (Object);
         Result := (Status => Graph_OK, Sent => 0, others => <>);
         if Settings.Refused /= Null_Unbounded_String then
            Refuse (Settings.Refused, Result);
         end if;
         if Settings.Log = null then
            --  The options may have had one, of which a client made before keeps the box.
            Ignore (Graph_Options_Set_Log (Settings.Handle, null, System.Null_Address));
         else
            Object.Log := new Log_Box'(Log => Settings.Log);
            Ignore (Graph_Options_Set_Log (Settings.Handle, Pass_Log'Access, Object.Log.all'Address));
         end if;
         Status := Graph_Client_New (Settings.Handle, Object.Handle, Err);
         if Status /= Graph_OK then
            Fail (Status, Err, Result);
         end if;
      end Make;
      procedure Run is new Run_Undisturbed (Make);
   begin
      Run;
   end Open;

   procedure Open (Object : in out Client) is
      Defaults : Options;
      Result   : Outcome;
   begin
      Open (Object, Defaults, Result);
   end Open;

   procedure Close (Object : in out Client) is
   begin
      Finalize (Object);
   end Close;

   type Request is access function
     (Client  : Client_Handle;
      Call    : Call_Handle;
      Token   : Graph_Message_C.Text;
      User    : Graph_Message_C.Text;
      Id      : Graph_Message_C.Text;
      Receipt : out Receipt_Handle;
      Err     : out Error_Handle) return Graph_Status with Convention => C;

   procedure Make
     (Object          : Client;
      Make_Request    : Request;
      Token, Id, User : Text;
      Settings        : Call_Handle;
      Refused         : Unbounded_String;
      Result          : out Outcome)
   is
      procedure Perform is
         C_Token, C_Id, C_User : C_Text;
         Why                   : Unbounded_String := Refused;
         Receipt               : Receipt_Handle;
         Err                   : Error_Handle;
         Status                : Graph_Status;
      begin
         C_Token.Take ("token", Token, Why);
         C_Id.Take ("id", Id, Why);
         C_User.Take ("user", User, Why);
         if Why = Null_Unbounded_String and then Object.Handle = No_Client then
            Why := To_Unbounded_String ("the client is not open");
         end if;
         if Why /= Null_Unbounded_String then
            Refuse (Why, Result);
         end if;
         Status := Make_Request
           (Object.Handle, Settings, C_Token.Pointer, C_User.Pointer, C_Id.Pointer, Receipt, Err);
         if Status /= Graph_OK then
            Fail (Status, Err, Result);
         end if;
         Result :=
           (Status            => Graph_OK,
            Sent              => 1,
            HTTP_Status       => Integer (Graph_Receipt_HTTP_Status (Receipt)),
            Attempts          => Natural (Graph_Receipt_Attempts (Receipt)),
            Evidence          => Integer (Graph_Receipt_Evidence (Receipt)),
            Request_Id        => Copy (Graph_Receipt_Request_Id (Receipt)),
            Client_Request_Id => Copy (Graph_Receipt_Client_Request_Id (Receipt)),
            Sent_Id           => Copy (Graph_Receipt_Sent_Id (Receipt)),
            others            => <>);
         Graph_Receipt_Free (Receipt);
      end Perform;
      procedure Run is new Run_Undisturbed (Perform);
   begin
      Run;
   end Make;

   procedure Send (Object : Client; Token, Id : Text; Result : out Outcome; User : Text := "") is
   begin
      Make (Object, Graph_Client_Send'Access, Token, Id, User, No_Call, Null_Unbounded_String, Result);
   end Send;

   procedure Send
     (Object : Client; Token, Id : Text; Result : out Outcome; User : Text := ""; Settings : Call'Class) is
   begin
      Make (Object, Graph_Client_Send'Access, Token, Id, User, Settings.Handle, Settings.Refused, Result);
   end Send;

   procedure Check (Object : Client; Token, Id : Text; Result : out Outcome; User : Text := "") is
   begin
      Make (Object, Graph_Client_Check'Access, Token, Id, User, No_Call, Null_Unbounded_String, Result);
   end Check;

   procedure Check
     (Object : Client; Token, Id : Text; Result : out Outcome; User : Text := ""; Settings : Call'Class) is
   begin
      Make (Object, Graph_Client_Check'Access, Token, Id, User, Settings.Handle, Settings.Refused, Result);
   end Check;

   procedure Cancel (Object : Client) is
   begin
      if Object.Handle /= No_Client then
         Graph_Client_Cancel (Object.Handle);
      end if;
   end Cancel;

   overriding procedure Initialize (Object : in out Options) is
   begin
      if Old_Library then
         Object.Handle := Options_Handle (System.Null_Address);
         Object.Refused := Why_Old;
      else
         Object.Handle := Graph_Options_New;
      end if;
   end Initialize;

   --  Finalize may be called twice, so that each leaves nothing to be freed again.
   overriding procedure Finalize (Object : in out Options) is
   begin
      if Object.Is_Usable then
         Graph_Options_Free (Object.Handle);
      end if;
      Object.Handle := Options_Handle (System.Null_Address);
   end Finalize;

   overriding procedure Initialize (Object : in out Call) is
   begin
      if Old_Library then
         Object.Handle := No_Call;
         Object.Refused := Why_Old;
      else
         Object.Handle := Graph_Call_New;
      end if;
   end Initialize;

   overriding procedure Finalize (Object : in out Call) is
   begin
      if Object.Handle /= No_Call then
         Graph_Call_Free (Object.Handle);
      end if;
      Object.Handle := No_Call;
   end Finalize;

   overriding procedure Initialize (Object : in out Client) is
   begin
      Object.Handle := No_Client;
   end Initialize;

   overriding procedure Finalize (Object : in out Client) is
   begin
      if Object.Handle /= No_Client then
         Graph_Client_Free (Object.Handle);
      end if;
      Object.Handle := No_Client;
      Free (Object.Log);
   end Finalize;

end Graph_Message;
