--  The C interface of graph-message as it is, written by bindings/declare. What each function does is told by
--  include/graph_message.h; the package Graph_Message is what a program uses.

with Interfaces;
with Interfaces.C.Strings;
with System;

package Graph_Message_C is

   subtype Int32 is Interfaces.Integer_32;
   subtype UInt32 is Interfaces.Unsigned_32;
   subtype Text is Interfaces.C.Strings.chars_ptr;
   subtype Graph_Status is Int32;

   --  How a call ended. Treat a value that is not listed as GRAPH_UNKNOWN.
   Graph_OK                : constant Int32 := 0;
   Graph_Invalid_Argument  : constant Int32 := 1;
   Graph_Unreachable       : constant Int32 := 10;
   Graph_Cancelled         : constant Int32 := 11;
   Graph_Timed_Out         : constant Int32 := 12;
   Graph_Unauthenticated   : constant Int32 := 20;
   Graph_Forbidden         : constant Int32 := 21;
   Graph_Not_Found         : constant Int32 := 22;
   Graph_Rejected          : constant Int32 := 23;
   Graph_Throttled         : constant Int32 := 24;
   Graph_Not_A_Draft       : constant Int32 := 25;
   Graph_Unavailable       : constant Int32 := 26;
   Graph_Unknown           : constant Int32 := 40;
   Graph_Internal          : constant Int32 := 90;

   --  Which certificate authorities to trust.
   Graph_Roots_System      : constant Int32 := 0;
   Graph_Roots_Bundled     : constant Int32 := 1;

   --  When to look at the message that is sent.
   Graph_Verify_Never      : constant Int32 := 0;
   Graph_Verify_On_Doubt   : constant Int32 := 1;
   Graph_Verify_Always     : constant Int32 := 2;

   --  Levels of a log line.
   Graph_Log_Info          : constant Int32 := 3;
   Graph_Log_Debug         : constant Int32 := 4;

   --  What the last look at the message showed.
   Graph_Seen_Nothing      : constant Int32 := 0;
   Graph_Seen_Draft        : constant Int32 := 1;
   Graph_Seen_Gone         : constant Int32 := 2;
   Graph_Seen_Not_Allowed  : constant Int32 := 3;
   Graph_Seen_Not_A_Draft  : constant Int32 := 4;

   --  How it is known that the mail was sent.
   Graph_Evidence_Accepted : constant Int32 := 1;
   Graph_Evidence_Found    : constant Int32 := 2;

   --  The library must have this ABI or a newer one.
   Graph_ABI_Version       : constant Int32 := 1;

   type Call_Handle is new System.Address;
   type Client_Handle is new System.Address;
   type Error_Handle is new System.Address;
   type Options_Handle is new System.Address;
   type Receipt_Handle is new System.Address;

   --  What the library calls must not raise.
   type Graph_Log_Fn is access procedure (Context : System.Address; Level : Int32; Line : Text) with Convention => C;

   function Graph_Status_Name (Status : Graph_Status) return Text
     with Import, Convention => C, External_Name => "graph_status_name";
   function Graph_Status_Sent (Status : Graph_Status) return Int32
     with Import, Convention => C, External_Name => "graph_status_sent";
   function Graph_Message_Send (Token : Text; User : Text; Id : Text; Err : out Error_Handle) return Graph_Status
     with Import, Convention => C, External_Name => "graph_message_send";
   function Graph_Message_Send_Text
     (Token : Text;
      User : Text;
      Id : Text;
      Message : System.Address;
      Size : UInt32;
      HTTP_Status : out Int32;
      Retry_After_Ms : out UInt32) return Graph_Status
     with Import, Convention => C, External_Name => "graph_message_send_text";
   function Graph_Init (Options : Options_Handle; Err : out Error_Handle) return Graph_Status
     with Import, Convention => C, External_Name => "graph_init";
   function Graph_Client_New
     (Options : Options_Handle;
      Client : out Client_Handle;
      Err : out Error_Handle) return Graph_Status
     with Import, Convention => C, External_Name => "graph_client_new";
   function Graph_Client_Send
     (Client : Client_Handle;
      Call : Call_Handle;
      Token : Text;
      User : Text;
      Id : Text;
      Receipt : out Receipt_Handle;
      Err : out Error_Handle) return Graph_Status
     with Import, Convention => C, External_Name => "graph_client_send";
   function Graph_Client_Check
     (Client : Client_Handle;
      Call : Call_Handle;
      Token : Text;
      User : Text;
      Id : Text;
      Receipt : out Receipt_Handle;
      Err : out Error_Handle) return Graph_Status
     with Import, Convention => C, External_Name => "graph_client_check";
   procedure Graph_Client_Cancel (Client : Client_Handle)
     with Import, Convention => C, External_Name => "graph_client_cancel";
   procedure Graph_Client_Free (Client : Client_Handle)
     with Import, Convention => C, External_Name => "graph_client_free";
   function Graph_Call_New return Call_Handle
     with Import, Convention => C, External_Name => "graph_call_new";
   procedure Graph_Call_Cancel (Call : Call_Handle)
     with Import, Convention => C, External_Name => "graph_call_cancel";
   procedure Graph_Call_Free (Call : Call_Handle)
     with Import, Convention => C, External_Name => "graph_call_free";
   function Graph_Call_Set_Timeout_Ms (Call : Call_Handle; Ms : UInt32) return Graph_Status
     with Import, Convention => C, External_Name => "graph_call_set_timeout_ms";
   function Graph_Call_Set_Internet_Message_Id (Call : Call_Handle; Internet_Message_Id : Text) return Graph_Status
     with Import, Convention => C, External_Name => "graph_call_set_internet_message_id";
   function Graph_Options_New return Options_Handle
     with Import, Convention => C, External_Name => "graph_options_new";
   procedure Graph_Options_Free (Options : Options_Handle)
     with Import, Convention => C, External_Name => "graph_options_free";
   function Graph_Options_Set_Base_URL (Options : Options_Handle; URL : Text) return Graph_Status
     with Import, Convention => C, External_Name => "graph_options_set_base_url";
   function Graph_Options_Set_Timeout_Ms (Options : Options_Handle; Ms : UInt32) return Graph_Status
     with Import, Convention => C, External_Name => "graph_options_set_timeout_ms";
   function Graph_Options_Set_Attempt_Timeout_Ms (Options : Options_Handle; Ms : UInt32) return Graph_Status
     with Import, Convention => C, External_Name => "graph_options_set_attempt_timeout_ms";
   function Graph_Options_Set_Connect_Timeout_Ms (Options : Options_Handle; Ms : UInt32) return Graph_Status
     with Import, Convention => C, External_Name => "graph_options_set_connect_timeout_ms";
   function Graph_Options_Set_Max_Attempts (Options : Options_Handle; Attempts : UInt32) return Graph_Status
     with Import, Convention => C, External_Name => "graph_options_set_max_attempts";
   function Graph_Options_Set_Verify (Options : Options_Handle; Verify : Int32) return Graph_Status
     with Import, Convention => C, External_Name => "graph_options_set_verify";
   function Graph_Options_Set_Settle_Ms (Options : Options_Handle; Ms : UInt32) return Graph_Status
     with Import, Convention => C, External_Name => "graph_options_set_settle_ms";
   function Graph_Options_Set_Mailbox_Concurrency (Options : Options_Handle; At_Once : UInt32) return Graph_Status
     with Import, Convention => C, External_Name => "graph_options_set_mailbox_concurrency";
   function Graph_Options_Set_Proxy (Options : Options_Handle; URL : Text) return Graph_Status
     with Import, Convention => C, External_Name => "graph_options_set_proxy";
   function Graph_Options_Set_Proxy_From_Environment (Options : Options_Handle) return Graph_Status
     with Import, Convention => C, External_Name => "graph_options_set_proxy_from_environment";
   function Graph_Options_Set_CA_File (Options : Options_Handle; Path : Text) return Graph_Status
     with Import, Convention => C, External_Name => "graph_options_set_ca_file";
   function Graph_Options_Set_Roots (Options : Options_Handle; Roots : Int32) return Graph_Status
     with Import, Convention => C, External_Name => "graph_options_set_roots";
   function Graph_Options_Set_User_Agent (Options : Options_Handle; Product : Text) return Graph_Status
     with Import, Convention => C, External_Name => "graph_options_set_user_agent";
   function Graph_Options_Set_Log
     (Options : Options_Handle;
      Log : Graph_Log_Fn;
      Context : System.Address) return Graph_Status
     with Import, Convention => C, External_Name => "graph_options_set_log";
   function Graph_Error_Status (Error : Error_Handle) return Graph_Status
     with Import, Convention => C, External_Name => "graph_error_status";
   function Graph_Error_HTTP_Status (Error : Error_Handle) return Int32
     with Import, Convention => C, External_Name => "graph_error_http_status";
   function Graph_Error_Code (Error : Error_Handle) return Text
     with Import, Convention => C, External_Name => "graph_error_code";
   function Graph_Error_Message (Error : Error_Handle) return Text
     with Import, Convention => C, External_Name => "graph_error_message";
   function Graph_Error_Request_Id (Error : Error_Handle) return Text
     with Import, Convention => C, External_Name => "graph_error_request_id";
   function Graph_Error_Client_Request_Id (Error : Error_Handle) return Text
     with Import, Convention => C, External_Name => "graph_error_client_request_id";
   function Graph_Error_Retry_After_Ms (Error : Error_Handle) return UInt32
     with Import, Convention => C, External_Name => "graph_error_retry_after_ms";
   function Graph_Error_Attempts (Error : Error_Handle) return UInt32
     with Import, Convention => C, External_Name => "graph_error_attempts";
   function Graph_Error_Claims (Error : Error_Handle) return Text
     with Import, Convention => C, External_Name => "graph_error_claims";
   function Graph_Error_Seen (Error : Error_Handle) return Int32
     with Import, Convention => C, External_Name => "graph_error_seen";
   function Graph_Error_Internet_Message_Id (Error : Error_Handle) return Text
     with Import, Convention => C, External_Name => "graph_error_internet_message_id";
   procedure Graph_Error_Free (Error : Error_Handle)
     with Import, Convention => C, External_Name => "graph_error_free";
   function Graph_Receipt_Request_Id (Receipt : Receipt_Handle) return Text
     with Import, Convention => C, External_Name => "graph_receipt_request_id";
   function Graph_Receipt_Client_Request_Id (Receipt : Receipt_Handle) return Text
     with Import, Convention => C, External_Name => "graph_receipt_client_request_id";
   function Graph_Receipt_HTTP_Status (Receipt : Receipt_Handle) return Int32
     with Import, Convention => C, External_Name => "graph_receipt_http_status";
   function Graph_Receipt_Attempts (Receipt : Receipt_Handle) return UInt32
     with Import, Convention => C, External_Name => "graph_receipt_attempts";
   function Graph_Receipt_Evidence (Receipt : Receipt_Handle) return Int32
     with Import, Convention => C, External_Name => "graph_receipt_evidence";
   function Graph_Receipt_Sent_Id (Receipt : Receipt_Handle) return Text
     with Import, Convention => C, External_Name => "graph_receipt_sent_id";
   procedure Graph_Receipt_Free (Receipt : Receipt_Handle)
     with Import, Convention => C, External_Name => "graph_receipt_free";
   function Graph_Version return Text
     with Import, Convention => C, External_Name => "graph_version";
   function Graph_Loaded_ABI_Version return UInt32
     with Import, Convention => C, External_Name => "graph_abi_version";
   procedure Graph_String_Free (String : Text)
     with Import, Convention => C, External_Name => "graph_string_free";

end Graph_Message_C;
