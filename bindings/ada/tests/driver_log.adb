with Ada.Text_IO;

package body Driver_Log is
   procedure Show (Level : Integer; Line : String) is
   begin
      Ada.Text_IO.Put_Line ("log=" & Level'Image (2 .. Level'Image'Last) & " " & Line);
   end Show;
end Driver_Log;
