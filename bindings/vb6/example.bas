Attribute VB_Name = "Example"
Option Explicit
#If VBA7 Then
    Private Declare PtrSafe Sub ExitProcess Lib "kernel32" (ByVal exit_code As Long)
#Else
    Private Declare Sub ExitProcess Lib "kernel32" (ByVal exit_code As Long)
#End If

' example.exe TOKEN DRAFT-ID [BASE-URL]; in VBA, call Send from a macro.
Sub Main()
    Dim arguments() As String, base_url As String
    arguments = Split(Command$, " ")
    If UBound(arguments) >= 2 Then base_url = arguments(2)
    If Not Send(arguments(0), arguments(1), base_url) Then ExitProcess 1
End Sub

Function Send(ByVal Token As String, ByVal DraftId As String, ByVal BaseUrl As String) As Boolean
    Dim result As GraphResult
    result = GraphInit(BaseUrl)
    If result.Status = GRAPH_OK Then
        result = GraphSend(Token, DraftId) ' a third argument is another mailbox
    End If
    MsgBox result.Text ' begins with "not sent" or "may have been sent", or holds the ids of the mail
    Send = (result.Sent = 1)
End Function
