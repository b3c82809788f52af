Attribute VB_Name = "GraphMessage"
Option Explicit

' graph-message for Visual Basic 6 and for VBA, 32 and 64 bit: sends an existing Microsoft Graph draft and says what
' became of the mail. It stands on the module GraphMessageC, which declares the C interface as it is.

Public Type GraphResult
    Status As Long          ' GRAPH_OK, or another of GraphMessageC
    Sent As Long            ' 1: sent by this call, 0: certainly not, -1: nobody can tell
    Text As String          ' one line: what failed and what to do next, or the ids of the mail that was sent
    HttpStatus As Long      ' of the last reply, 0 where none came
    RetryAfterMs As Double  ' how long Graph asks to wait
End Type

#If Win64 Then
    Private Declare PtrSafe Function WideCharToMultiByte Lib "kernel32" (ByVal code_page As Long, ByVal flags As Long, _
        ByVal wide As LongPtr, ByVal wide_size As Long, ByVal bytes As LongPtr, ByVal size As Long, _
        ByVal default_char As LongPtr, ByVal used_default As LongPtr) As Long
    Private Declare PtrSafe Function MultiByteToWideChar Lib "kernel32" (ByVal code_page As Long, ByVal flags As Long, _
        ByVal bytes As LongPtr, ByVal size As Long, ByVal wide As LongPtr, ByVal wide_size As Long) As Long
    Private Declare PtrSafe Function LoadLibraryW Lib "kernel32" (ByVal path As LongPtr) As LongPtr
    Private Const DLL As String = "graph_message.dll"
#Else
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
    refused = Unusable()
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
    refused = Unusable()
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

' Why the DLL cannot be used; "" where it can.
Private Function Unusable() As String
    Dim abi As Long
    On Error GoTo Missing
    abi = graph_loaded_abi_version()
    On Error GoTo 0
    If abi < GRAPH_ABI_VERSION Then
        Unusable = "not sent: " & DLL & " has ABI " & abi & ", and GraphMessageC.bas needs " & GRAPH_ABI_VERSION & _
            ": install a newer DLL"
    End If
    Exit Function
Missing:
    Unusable = "not sent: " & DLL & " cannot be loaded: put the one of this program's bitness beside it, or " & _
        "call GraphLoad"
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
