Attribute VB_Name = "Example"
Option Explicit
#If VBA7 Then
    Private Declare PtrSafe Sub ExitProcess Lib "kernel32" (ByVal exit_code As Long)
#Else
    Private Declare Sub ExitProcess Lib "kernel32" (ByVal exit_code As Long)
#End If

' example.exe TOKEN DRAFT-ID [BASE-URL] ends with 0: sent, 1: not sent, 2: may have been sent. In VBA, call Send.
Sub Main()
    Dim arguments() As String, base_url As String, sent As Long
    arguments = Split(Command$, " ")
    If UBound(arguments) = 2 Then base_url = arguments(2)
    If UBound(arguments) = 1 Or UBound(arguments) = 2 Then
        sent = Send(arguments(0), arguments(1), base_url)
        If sent < 1 Then ExitProcess 1 - sent
    Else
        MsgBox "usage: example TOKEN DRAFT-ID [BASE-URL]": ExitProcess 64
    End If
End Sub

Function Send(ByVal Token As String, ByVal DraftId As String, ByVal BaseUrl As String) As Long
    Dim result As GraphResult
    result = GraphInit(BaseUrl)
    If result.Status = GRAPH_OK Then
        result = GraphSend(Token, DraftId) ' a third argument is another mailbox
    End If
    MsgBox result.Text ' begins with "not sent" or "may have been sent", or holds the ids of the mail
    Send = result.Sent
End Function
