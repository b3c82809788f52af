Attribute VB_Name = "GraphMessage"
Option Explicit

' graph-message for Visual Basic 6 and for VBA, 32 and 64 bit: sends an existing Microsoft Graph draft and says what
' became of the mail. GraphSend is what a program uses; the declarations are the C interface as it is, and
' include/graph_message.h tells what each function does.

Public Type GraphResult
    Status As Long          ' one of the statuses below
    Sent As Long            ' 1: sent by this call, 0: certainly not, -1: nobody can tell
    Text As String          ' one line: what failed and what to do next, or the ids of the mail that was sent
    HttpStatus As Long      ' of the last reply, 0 where none came
    RetryAfterMs As Double  ' how long Graph asks to wait
End Type

Public Const GRAPH_ROOTS_SYSTEM As Long = 0
Public Const GRAPH_ROOTS_BUNDLED As Long = 1
Public Const GRAPH_VERIFY_NEVER As Long = 0
Public Const GRAPH_VERIFY_ON_DOUBT As Long = 1
Public Const GRAPH_VERIFY_ALWAYS As Long = 2
Public Const GRAPH_LOG_INFO As Long = 3
Public Const GRAPH_LOG_DEBUG As Long = 4
Public Const GRAPH_SEEN_NOTHING As Long = 0
Public Const GRAPH_SEEN_DRAFT As Long = 1
Public Const GRAPH_SEEN_GONE As Long = 2
Public Const GRAPH_SEEN_NOT_ALLOWED As Long = 3
Public Const GRAPH_SEEN_NOT_A_DRAFT As Long = 4
Public Const GRAPH_EVIDENCE_ACCEPTED As Long = 1
Public Const GRAPH_EVIDENCE_FOUND As Long = 2
Public Const GRAPH_ABI_VERSION As Long = 1
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

' Texts go in as a pointer to NUL-terminated UTF-8, 0 is NULL; unsigned numbers are Longs. Visual Basic does not tell
' upper from lower case, so graph_abi_version has another name here, and each Alias keeps a name as the DLL writes it.
' 32-bit Visual Basic, that of Office too, calls stdcall functions only; on 64 bit there is one convention. Win64 is
' known to VBA7 alone, which is where PtrSafe and LongPtr are.
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
        Alias "graph_options_set_mailbox_concurrency" (ByVal options As LongPtr, ByVal at_once As Long) As Long
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

    Private Declare PtrSafe Function WideCharToMultiByte Lib "kernel32" (ByVal code_page As Long, ByVal flags As Long, _
        ByVal wide As LongPtr, ByVal wide_size As Long, ByVal bytes As LongPtr, ByVal size As Long, _
        ByVal default_char As LongPtr, ByVal used_default As LongPtr) As Long
    Private Declare PtrSafe Function MultiByteToWideChar Lib "kernel32" (ByVal code_page As Long, ByVal flags As Long, _
        ByVal bytes As LongPtr, ByVal size As Long, ByVal wide As LongPtr, ByVal wide_size As Long) As Long
    Private Declare PtrSafe Function LoadLibraryW Lib "kernel32" (ByVal path As LongPtr) As LongPtr
    Private Const DLL As String = "graph_message.dll"
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
        Alias "graph_options_set_log" (ByVal options As Long, ByVal log_ As Long, ByVal context As Long) As Long
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

    Private Declare Function WideCharToMultiByte Lib "kernel32" (ByVal code_page As Long, ByVal flags As Long, _
        ByVal wide As Long, ByVal wide_size As Long, ByVal bytes As Long, ByVal size As Long, _
        ByVal default_char As Long, ByVal used_default As Long) As Long
    Private Declare Function MultiByteToWideChar Lib "kernel32" (ByVal code_page As Long, ByVal flags As Long, _
        ByVal bytes As Long, ByVal size As Long, ByVal wide As Long, ByVal wide_size As Long) As Long
    Private Declare Function LoadLibraryW Lib "kernel32" (ByVal path As Long) As Long
    Private Const DLL As String = "graph_message_stdcall.dll"
#End If

Private Const CP_UTF8 As Long = 65001
Private Const WC_ERR_INVALID_CHARS As Long = &H80

' Loads the DLL from a folder that Windows does not look into, before any other call: the workbook's, for example. False
' where it is not there or is for programs of the other bitness.
Public Function GraphLoad(ByVal Folder As String) As Boolean
    Dim path As String
    path = Folder & "\" & DLL
    GraphLoad = (LoadLibraryW(StrPtr(path)) <> 0)
End Function

' Sends a draft and waits for the answer. Without a user it is the mailbox of the token's own user.
Public Function GraphSend(ByVal Token As String, ByVal Id As String, Optional ByVal User As String = "") As GraphResult
    Dim result As GraphResult, refused As String, retry_after As Long
    Dim token_bytes() As Byte, id_bytes() As Byte, user_bytes() As Byte, answer(0 To 4095) As Byte
    If graph_loaded_abi_version() < GRAPH_ABI_VERSION Then refused = "not sent: the DLL is older than this module"
    token_bytes = Utf8("token", Token, refused)
    id_bytes = Utf8("id", Id, refused)
    user_bytes = Utf8("user", User, refused)
    If Len(refused) > 0 Then
        result.Status = GRAPH_INVALID_ARGUMENT
        result.Text = refused
        GraphSend = result
        Exit Function
    End If
    result.Status = graph_message_send_text(VarPtr(token_bytes(0)), VarPtr(user_bytes(0)), VarPtr(id_bytes(0)), _
        VarPtr(answer(0)), 4096, result.HttpStatus, retry_after)
    result.Sent = graph_status_sent(result.Status)
    result.Text = FromUtf8(VarPtr(answer(0)))
    result.RetryAfterMs = retry_after
    ' The number is unsigned, and a Long is not.
    If retry_after < 0 Then result.RetryAfterMs = result.RetryAfterMs + 4294967296#
    GraphSend = result
End Function

' Gives GraphSend other settings than the defaults: once, before the first GraphSend. Sent is 0, since nothing is sent.
Public Function GraphInit(Optional ByVal BaseUrl As String = "", Optional ByVal TimeoutMs As Long = 0, _
        Optional ByVal ProxyUrl As String = "", Optional ByVal CaFile As String = "") As GraphResult
    Dim result As GraphResult, refused As String
    Dim url_bytes() As Byte, proxy_bytes() As Byte, file_bytes() As Byte
    #If Win64 Then
        Dim settings As LongPtr, failure As LongPtr
    #Else
        Dim settings As Long, failure As Long
    #End If
    url_bytes = Utf8("base_url", BaseUrl, refused)
    proxy_bytes = Utf8("proxy", ProxyUrl, refused)
    file_bytes = Utf8("ca_file", CaFile, refused)
    If TimeoutMs < 0 Then refused = "not sent: timeout_ms is negative"
    If Len(refused) > 0 Then
        result.Status = GRAPH_INVALID_ARGUMENT
        result.Text = refused
        GraphInit = result
        Exit Function
    End If
    settings = graph_options_new()
    ' A value that is refused makes graph_init fail, whose error names it.
    If Len(BaseUrl) > 0 Then graph_options_set_base_url settings, VarPtr(url_bytes(0))
    If Len(ProxyUrl) > 0 Then graph_options_set_proxy settings, VarPtr(proxy_bytes(0))
    If Len(CaFile) > 0 Then graph_options_set_ca_file settings, VarPtr(file_bytes(0))
    graph_options_set_timeout_ms settings, TimeoutMs
    result.Status = graph_init(settings, failure)
    If result.Status <> GRAPH_OK Then result.Text = FromUtf8(graph_error_message(failure))
    graph_error_free failure
    graph_options_free settings
    GraphInit = result
End Function

' The name of a status in the C interface, such as "GRAPH_OK".
Public Function GraphStatusName(ByVal Status As Long) As String
    GraphStatusName = FromUtf8(graph_status_name(Status))
End Function

' The bytes of a text in UTF-8, with the NUL that C looks for. Where there are none, refused says why.
Private Function Utf8(ByVal what As String, ByVal text As String, ByRef refused As String) As Byte()
    Dim bytes() As Byte, size As Long
    ReDim bytes(0 To 0)
    If InStr(1, text, vbNullChar, vbBinaryCompare) > 0 Then
        refused = "not sent: " & what & " holds a NUL"
    ElseIf Len(text) > 0 Then
        size = WideCharToMultiByte(CP_UTF8, WC_ERR_INVALID_CHARS, StrPtr(text), Len(text), 0, 0, 0, 0)
        If size > 0 Then
            ReDim bytes(0 To size)
            WideCharToMultiByte CP_UTF8, WC_ERR_INVALID_CHARS, StrPtr(text), Len(text), VarPtr(bytes(0)), size, 0, 0
        Else
            refused = "not sent: " & what & " holds half of a surrogate pair"
        End If
    End If
    Utf8 = bytes
End Function

' A copy of a text that the library returned.
#If Win64 Then
Public Function FromUtf8(ByVal pointer As LongPtr) As String
#Else
Public Function FromUtf8(ByVal pointer As Long) As String
#End If
    Dim text As String, size As Long
    size = MultiByteToWideChar(CP_UTF8, 0, pointer, -1, 0, 0)
    If size > 1 Then
        text = String$(size, vbNullChar)
        MultiByteToWideChar CP_UTF8, 0, pointer, -1, StrPtr(text), size
        FromUtf8 = Left$(text, size - 1)
    End If
End Function
