Attribute VB_Name = "GraphMessageC"
Option Explicit

' The C interface of graph-message as it is, written by bindings/declare. What each function does is told by
' include/graph_message.h; the module GraphMessage is what a program uses.
'
' Texts go in as a pointer to NUL-terminated UTF-8, 0 is NULL; unsigned numbers are Longs. Visual Basic does not tell
' upper from lower case, so graph_abi_version has another name here, and each Alias keeps a name as the DLL writes it.
' 32-bit Visual Basic, that of Office too, calls stdcall functions only; on 64 bit there is one convention. Win64 is
' known to VBA7 alone, which is where PtrSafe and LongPtr are.

' How a call ended. Treat a value that is not listed as GRAPH_UNKNOWN.
Public Const GRAPH_OK As Long = 0
Public Const GRAPH_INVALID_ARGUMENT As Long = 1
Public Const GRAPH_UNREACHABLE As Long = 10
Public Const GRAPH_CANCELLED As Long = 11
Public Const GRAPH_TIMED_OUT As Long = 12
Public Const GRAPH_UNAUTHENTICATED As Long = 20
Public Const GRAPH_FORBIDDEN As Long = 21
Public Const GRAPH_NOT_FOUND As Long = 22
Public Const GRAPH_REJECTED As Long = 23
Public Const GRAPH_THROTTLED As Long = 24
Public Const GRAPH_NOT_A_DRAFT As Long = 25
Public Const GRAPH_UNAVAILABLE As Long = 26
Public Const GRAPH_UNKNOWN As Long = 40
Public Const GRAPH_INTERNAL As Long = 90

' Which certificate authorities to trust.
Public Const GRAPH_ROOTS_SYSTEM As Long = 0
Public Const GRAPH_ROOTS_BUNDLED As Long = 1

' When to look at the message that is sent.
Public Const GRAPH_VERIFY_NEVER As Long = 0
Public Const GRAPH_VERIFY_ON_DOUBT As Long = 1
Public Const GRAPH_VERIFY_ALWAYS As Long = 2

' Levels of a log line.
Public Const GRAPH_LOG_INFO As Long = 3
Public Const GRAPH_LOG_DEBUG As Long = 4

' What the last look at the message showed.
Public Const GRAPH_SEEN_NOTHING As Long = 0
Public Const GRAPH_SEEN_DRAFT As Long = 1
Public Const GRAPH_SEEN_GONE As Long = 2
Public Const GRAPH_SEEN_NOT_ALLOWED As Long = 3
Public Const GRAPH_SEEN_NOT_A_DRAFT As Long = 4

' How it is known that the mail was sent.
Public Const GRAPH_EVIDENCE_ACCEPTED As Long = 1
Public Const GRAPH_EVIDENCE_FOUND As Long = 2

' The library must have this ABI or a newer one.
Public Const GRAPH_ABI_VERSION As Long = 1

#If Win64 Then
    Public Declare PtrSafe Function graph_status_name Lib "graph_message.dll" _
        Alias "graph_status_name" (ByVal status As Long) As LongPtr
    Public Declare PtrSafe Function graph_status_sent Lib "graph_message.dll" _
        Alias "graph_status_sent" (ByVal status As Long) As Long
    Public Declare PtrSafe Function graph_message_send Lib "graph_message.dll" _
        Alias "graph_message_send" (ByVal token As LongPtr, ByVal user As LongPtr, ByVal id As LongPtr, _
        ByRef err_ As LongPtr) As Long
    Public Declare PtrSafe Function graph_message_send_text Lib "graph_message.dll" _
        Alias "graph_message_send_text" (ByVal token As LongPtr, ByVal user As LongPtr, ByVal id As LongPtr, _
        ByVal message As LongPtr, ByVal size As Long, ByRef http_status As Long, _
        ByRef retry_after_ms As Long) As Long
    Public Declare PtrSafe Function graph_init Lib "graph_message.dll" _
        Alias "graph_init" (ByVal options As LongPtr, ByRef err_ As LongPtr) As Long
    Public Declare PtrSafe Function graph_client_new Lib "graph_message.dll" _
        Alias "graph_client_new" (ByVal options As LongPtr, ByRef client As LongPtr, _
        ByRef err_ As LongPtr) As Long
    Public Declare PtrSafe Function graph_client_send Lib "graph_message.dll" _
        Alias "graph_client_send" (ByVal client As LongPtr, ByVal call_ As LongPtr, ByVal token As LongPtr, _
        ByVal user As LongPtr, ByVal id As LongPtr, ByRef receipt As LongPtr, ByRef err_ As LongPtr) As Long
    Public Declare PtrSafe Function graph_client_check Lib "graph_message.dll" _
        Alias "graph_client_check" (ByVal client As LongPtr, ByVal call_ As LongPtr, ByVal token As LongPtr, _
        ByVal user As LongPtr, ByVal id As LongPtr, ByRef receipt As LongPtr, ByRef err_ As LongPtr) As Long
    Public Declare PtrSafe Sub graph_client_cancel Lib "graph_message.dll" _
        Alias "graph_client_cancel" (ByVal client As LongPtr)
    Public Declare PtrSafe Sub graph_client_free Lib "graph_message.dll" _
        Alias "graph_client_free" (ByVal client As LongPtr)
    Public Declare PtrSafe Function graph_call_new Lib "graph_message.dll" _
        Alias "graph_call_new" () As LongPtr
    Public Declare PtrSafe Sub graph_call_cancel Lib "graph_message.dll" _
        Alias "graph_call_cancel" (ByVal call_ As LongPtr)
    Public Declare PtrSafe Sub graph_call_free Lib "graph_message.dll" _
        Alias "graph_call_free" (ByVal call_ As LongPtr)
    Public Declare PtrSafe Function graph_call_set_timeout_ms Lib "graph_message.dll" _
        Alias "graph_call_set_timeout_ms" (ByVal call_ As LongPtr, ByVal ms As Long) As Long
    Public Declare PtrSafe Function graph_call_set_internet_message_id Lib "graph_message.dll" _
        Alias "graph_call_set_internet_message_id" (ByVal call_ As LongPtr, _
        ByVal internet_message_id As LongPtr) As Long
    Public Declare PtrSafe Function graph_options_new Lib "graph_message.dll" _
        Alias "graph_options_new" () As LongPtr
    Public Declare PtrSafe Sub graph_options_free Lib "graph_message.dll" _
        Alias "graph_options_free" (ByVal options As LongPtr)
    Public Declare PtrSafe Function graph_options_set_base_url Lib "graph_message.dll" _
        Alias "graph_options_set_base_url" (ByVal options As LongPtr, ByVal url As LongPtr) As Long
    Public Declare PtrSafe Function graph_options_set_timeout_ms Lib "graph_message.dll" _
        Alias "graph_options_set_timeout_ms" (ByVal options As LongPtr, ByVal ms As Long) As Long
    Public Declare PtrSafe Function graph_options_set_attempt_timeout_ms Lib "graph_message.dll" _
        Alias "graph_options_set_attempt_timeout_ms" (ByVal options As LongPtr, ByVal ms As Long) As Long
    Public Declare PtrSafe Function graph_options_set_connect_timeout_ms Lib "graph_message.dll" _
        Alias "graph_options_set_connect_timeout_ms" (ByVal options As LongPtr, ByVal ms As Long) As Long
    Public Declare PtrSafe Function graph_options_set_max_attempts Lib "graph_message.dll" _
        Alias "graph_options_set_max_attempts" (ByVal options As LongPtr, ByVal attempts As Long) As Long
    Public Declare PtrSafe Function graph_options_set_verify Lib "graph_message.dll" _
        Alias "graph_options_set_verify" (ByVal options As LongPtr, ByVal verify As Long) As Long
    Public Declare PtrSafe Function graph_options_set_settle_ms Lib "graph_message.dll" _
        Alias "graph_options_set_settle_ms" (ByVal options As LongPtr, ByVal ms As Long) As Long
    Public Declare PtrSafe Function graph_options_set_mailbox_concurrency Lib "graph_message.dll" _
        Alias "graph_options_set_mailbox_concurrency" (ByVal options As LongPtr, _
        ByVal at_once As Long) As Long
    Public Declare PtrSafe Function graph_options_set_proxy Lib "graph_message.dll" _
        Alias "graph_options_set_proxy" (ByVal options As LongPtr, ByVal url As LongPtr) As Long
    Public Declare PtrSafe Function graph_options_set_proxy_from_environment Lib "graph_message.dll" _
        Alias "graph_options_set_proxy_from_environment" (ByVal options As LongPtr) As Long
    Public Declare PtrSafe Function graph_options_set_ca_file Lib "graph_message.dll" _
        Alias "graph_options_set_ca_file" (ByVal options As LongPtr, ByVal path As LongPtr) As Long
    Public Declare PtrSafe Function graph_options_set_roots Lib "graph_message.dll" _
        Alias "graph_options_set_roots" (ByVal options As LongPtr, ByVal roots As Long) As Long
    Public Declare PtrSafe Function graph_options_set_user_agent Lib "graph_message.dll" _
        Alias "graph_options_set_user_agent" (ByVal options As LongPtr, ByVal product As LongPtr) As Long
    Public Declare PtrSafe Function graph_options_set_log Lib "graph_message.dll" _
        Alias "graph_options_set_log" (ByVal options As LongPtr, ByVal log_ As LongPtr, _
        ByVal context As LongPtr) As Long
    Public Declare PtrSafe Function graph_error_status Lib "graph_message.dll" _
        Alias "graph_error_status" (ByVal err_ As LongPtr) As Long
    Public Declare PtrSafe Function graph_error_http_status Lib "graph_message.dll" _
        Alias "graph_error_http_status" (ByVal err_ As LongPtr) As Long
    Public Declare PtrSafe Function graph_error_code Lib "graph_message.dll" _
        Alias "graph_error_code" (ByVal err_ As LongPtr) As LongPtr
    Public Declare PtrSafe Function graph_error_message Lib "graph_message.dll" _
        Alias "graph_error_message" (ByVal err_ As LongPtr) As LongPtr
    Public Declare PtrSafe Function graph_error_request_id Lib "graph_message.dll" _
        Alias "graph_error_request_id" (ByVal err_ As LongPtr) As LongPtr
    Public Declare PtrSafe Function graph_error_client_request_id Lib "graph_message.dll" _
        Alias "graph_error_client_request_id" (ByVal err_ As LongPtr) As LongPtr
    Public Declare PtrSafe Function graph_error_retry_after_ms Lib "graph_message.dll" _
        Alias "graph_error_retry_after_ms" (ByVal err_ As LongPtr) As Long
    Public Declare PtrSafe Function graph_error_attempts Lib "graph_message.dll" _
        Alias "graph_error_attempts" (ByVal err_ As LongPtr) As Long
    Public Declare PtrSafe Function graph_error_claims Lib "graph_message.dll" _
        Alias "graph_error_claims" (ByVal err_ As LongPtr) As LongPtr
    Public Declare PtrSafe Function graph_error_seen Lib "graph_message.dll" _
        Alias "graph_error_seen" (ByVal err_ As LongPtr) As Long
    Public Declare PtrSafe Function graph_error_internet_message_id Lib "graph_message.dll" _
        Alias "graph_error_internet_message_id" (ByVal err_ As LongPtr) As LongPtr
    Public Declare PtrSafe Sub graph_error_free Lib "graph_message.dll" _
        Alias "graph_error_free" (ByVal err_ As LongPtr)
    Public Declare PtrSafe Function graph_receipt_request_id Lib "graph_message.dll" _
        Alias "graph_receipt_request_id" (ByVal receipt As LongPtr) As LongPtr
    Public Declare PtrSafe Function graph_receipt_client_request_id Lib "graph_message.dll" _
        Alias "graph_receipt_client_request_id" (ByVal receipt As LongPtr) As LongPtr
    Public Declare PtrSafe Function graph_receipt_http_status Lib "graph_message.dll" _
        Alias "graph_receipt_http_status" (ByVal receipt As LongPtr) As Long
    Public Declare PtrSafe Function graph_receipt_attempts Lib "graph_message.dll" _
        Alias "graph_receipt_attempts" (ByVal receipt As LongPtr) As Long
    Public Declare PtrSafe Function graph_receipt_evidence Lib "graph_message.dll" _
        Alias "graph_receipt_evidence" (ByVal receipt As LongPtr) As Long
    Public Declare PtrSafe Function graph_receipt_sent_id Lib "graph_message.dll" _
        Alias "graph_receipt_sent_id" (ByVal receipt As LongPtr) As LongPtr
    Public Declare PtrSafe Sub graph_receipt_free Lib "graph_message.dll" _
        Alias "graph_receipt_free" (ByVal receipt As LongPtr)
    Public Declare PtrSafe Function graph_version Lib "graph_message.dll" _
        Alias "graph_version" () As LongPtr
    Public Declare PtrSafe Function graph_loaded_abi_version Lib "graph_message.dll" _
        Alias "graph_abi_version" () As Long
    Public Declare PtrSafe Sub graph_string_free Lib "graph_message.dll" _
        Alias "graph_string_free" (ByVal text As LongPtr)
#Else
    Public Declare Function graph_status_name Lib "graph_message_stdcall.dll" _
        Alias "graph_status_name" (ByVal status As Long) As Long
    Public Declare Function graph_status_sent Lib "graph_message_stdcall.dll" _
        Alias "graph_status_sent" (ByVal status As Long) As Long
    Public Declare Function graph_message_send Lib "graph_message_stdcall.dll" _
        Alias "graph_message_send" (ByVal token As Long, ByVal user As Long, ByVal id As Long, _
        ByRef err_ As Long) As Long
    Public Declare Function graph_message_send_text Lib "graph_message_stdcall.dll" _
        Alias "graph_message_send_text" (ByVal token As Long, ByVal user As Long, ByVal id As Long, _
        ByVal message As Long, ByVal size As Long, ByRef http_status As Long, _
        ByRef retry_after_ms As Long) As Long
    Public Declare Function graph_init Lib "graph_message_stdcall.dll" _
        Alias "graph_init" (ByVal options As Long, ByRef err_ As Long) As Long
    Public Declare Function graph_client_new Lib "graph_message_stdcall.dll" _
        Alias "graph_client_new" (ByVal options As Long, ByRef client As Long, ByRef err_ As Long) As Long
    Public Declare Function graph_client_send Lib "graph_message_stdcall.dll" _
        Alias "graph_client_send" (ByVal client As Long, ByVal call_ As Long, ByVal token As Long, _
        ByVal user As Long, ByVal id As Long, ByRef receipt As Long, ByRef err_ As Long) As Long
    Public Declare Function graph_client_check Lib "graph_message_stdcall.dll" _
        Alias "graph_client_check" (ByVal client As Long, ByVal call_ As Long, ByVal token As Long, _
        ByVal user As Long, ByVal id As Long, ByRef receipt As Long, ByRef err_ As Long) As Long
    Public Declare Sub graph_client_cancel Lib "graph_message_stdcall.dll" _
        Alias "graph_client_cancel" (ByVal client As Long)
    Public Declare Sub graph_client_free Lib "graph_message_stdcall.dll" _
        Alias "graph_client_free" (ByVal client As Long)
    Public Declare Function graph_call_new Lib "graph_message_stdcall.dll" _
        Alias "graph_call_new" () As Long
    Public Declare Sub graph_call_cancel Lib "graph_message_stdcall.dll" _
        Alias "graph_call_cancel" (ByVal call_ As Long)
    Public Declare Sub graph_call_free Lib "graph_message_stdcall.dll" _
        Alias "graph_call_free" (ByVal call_ As Long)
    Public Declare Function graph_call_set_timeout_ms Lib "graph_message_stdcall.dll" _
        Alias "graph_call_set_timeout_ms" (ByVal call_ As Long, ByVal ms As Long) As Long
    Public Declare Function graph_call_set_internet_message_id Lib "graph_message_stdcall.dll" _
        Alias "graph_call_set_internet_message_id" (ByVal call_ As Long, _
        ByVal internet_message_id As Long) As Long
    Public Declare Function graph_options_new Lib "graph_message_stdcall.dll" _
        Alias "graph_options_new" () As Long
    Public Declare Sub graph_options_free Lib "graph_message_stdcall.dll" _
        Alias "graph_options_free" (ByVal options As Long)
    Public Declare Function graph_options_set_base_url Lib "graph_message_stdcall.dll" _
        Alias "graph_options_set_base_url" (ByVal options As Long, ByVal url As Long) As Long
    Public Declare Function graph_options_set_timeout_ms Lib "graph_message_stdcall.dll" _
        Alias "graph_options_set_timeout_ms" (ByVal options As Long, ByVal ms As Long) As Long
    Public Declare Function graph_options_set_attempt_timeout_ms Lib "graph_message_stdcall.dll" _
        Alias "graph_options_set_attempt_timeout_ms" (ByVal options As Long, ByVal ms As Long) As Long
    Public Declare Function graph_options_set_connect_timeout_ms Lib "graph_message_stdcall.dll" _
        Alias "graph_options_set_connect_timeout_ms" (ByVal options As Long, ByVal ms As Long) As Long
    Public Declare Function graph_options_set_max_attempts Lib "graph_message_stdcall.dll" _
        Alias "graph_options_set_max_attempts" (ByVal options As Long, ByVal attempts As Long) As Long
    Public Declare Function graph_options_set_verify Lib "graph_message_stdcall.dll" _
        Alias "graph_options_set_verify" (ByVal options As Long, ByVal verify As Long) As Long
    Public Declare Function graph_options_set_settle_ms Lib "graph_message_stdcall.dll" _
        Alias "graph_options_set_settle_ms" (ByVal options As Long, ByVal ms As Long) As Long
    Public Declare Function graph_options_set_mailbox_concurrency Lib "graph_message_stdcall.dll" _
        Alias "graph_options_set_mailbox_concurrency" (ByVal options As Long, ByVal at_once As Long) As Long
    Public Declare Function graph_options_set_proxy Lib "graph_message_stdcall.dll" _
        Alias "graph_options_set_proxy" (ByVal options As Long, ByVal url As Long) As Long
    Public Declare Function graph_options_set_proxy_from_environment Lib "graph_message_stdcall.dll" _
        Alias "graph_options_set_proxy_from_environment" (ByVal options As Long) As Long
    Public Declare Function graph_options_set_ca_file Lib "graph_message_stdcall.dll" _
        Alias "graph_options_set_ca_file" (ByVal options As Long, ByVal path As Long) As Long
    Public Declare Function graph_options_set_roots Lib "graph_message_stdcall.dll" _
        Alias "graph_options_set_roots" (ByVal options As Long, ByVal roots As Long) As Long
    Public Declare Function graph_options_set_user_agent Lib "graph_message_stdcall.dll" _
        Alias "graph_options_set_user_agent" (ByVal options As Long, ByVal product As Long) As Long
    Public Declare Function graph_options_set_log Lib "graph_message_stdcall.dll" _
        Alias "graph_options_set_log" (ByVal options As Long, ByVal log_ As Long, _
        ByVal context As Long) As Long
    Public Declare Function graph_error_status Lib "graph_message_stdcall.dll" _
        Alias "graph_error_status" (ByVal err_ As Long) As Long
    Public Declare Function graph_error_http_status Lib "graph_message_stdcall.dll" _
        Alias "graph_error_http_status" (ByVal err_ As Long) As Long
    Public Declare Function graph_error_code Lib "graph_message_stdcall.dll" _
        Alias "graph_error_code" (ByVal err_ As Long) As Long
    Public Declare Function graph_error_message Lib "graph_message_stdcall.dll" _
        Alias "graph_error_message" (ByVal err_ As Long) As Long
    Public Declare Function graph_error_request_id Lib "graph_message_stdcall.dll" _
        Alias "graph_error_request_id" (ByVal err_ As Long) As Long
    Public Declare Function graph_error_client_request_id Lib "graph_message_stdcall.dll" _
        Alias "graph_error_client_request_id" (ByVal err_ As Long) As Long
    Public Declare Function graph_error_retry_after_ms Lib "graph_message_stdcall.dll" _
        Alias "graph_error_retry_after_ms" (ByVal err_ As Long) As Long
    Public Declare Function graph_error_attempts Lib "graph_message_stdcall.dll" _
        Alias "graph_error_attempts" (ByVal err_ As Long) As Long
    Public Declare Function graph_error_claims Lib "graph_message_stdcall.dll" _
        Alias "graph_error_claims" (ByVal err_ As Long) As Long
    Public Declare Function graph_error_seen Lib "graph_message_stdcall.dll" _
        Alias "graph_error_seen" (ByVal err_ As Long) As Long
    Public Declare Function graph_error_internet_message_id Lib "graph_message_stdcall.dll" _
        Alias "graph_error_internet_message_id" (ByVal err_ As Long) As Long
    Public Declare Sub graph_error_free Lib "graph_message_stdcall.dll" _
        Alias "graph_error_free" (ByVal err_ As Long)
    Public Declare Function graph_receipt_request_id Lib "graph_message_stdcall.dll" _
        Alias "graph_receipt_request_id" (ByVal receipt As Long) As Long
    Public Declare Function graph_receipt_client_request_id Lib "graph_message_stdcall.dll" _
        Alias "graph_receipt_client_request_id" (ByVal receipt As Long) As Long
    Public Declare Function graph_receipt_http_status Lib "graph_message_stdcall.dll" _
        Alias "graph_receipt_http_status" (ByVal receipt As Long) As Long
    Public Declare Function graph_receipt_attempts Lib "graph_message_stdcall.dll" _
        Alias "graph_receipt_attempts" (ByVal receipt As Long) As Long
    Public Declare Function graph_receipt_evidence Lib "graph_message_stdcall.dll" _
        Alias "graph_receipt_evidence" (ByVal receipt As Long) As Long
    Public Declare Function graph_receipt_sent_id Lib "graph_message_stdcall.dll" _
        Alias "graph_receipt_sent_id" (ByVal receipt As Long) As Long
    Public Declare Sub graph_receipt_free Lib "graph_message_stdcall.dll" _
        Alias "graph_receipt_free" (ByVal receipt As Long)
    Public Declare Function graph_version Lib "graph_message_stdcall.dll" _
        Alias "graph_version" () As Long
    Public Declare Function graph_loaded_abi_version Lib "graph_message_stdcall.dll" _
        Alias "graph_abi_version" () As Long
    Public Declare Sub graph_string_free Lib "graph_message_stdcall.dll" _
        Alias "graph_string_free" (ByVal text As Long)
#End If
