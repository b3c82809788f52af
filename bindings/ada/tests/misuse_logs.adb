with Ada.Exceptions;
with Ada.Task_Identification;
with GNAT.OS_Lib;

package body Misuse_Logs is

   procedure Raise_Error (Level : Integer; Line : String) is
   begin
      raise Constraint_Error with Level'Image & Line;
   end Raise_Error;

   --  One whose name nobody outside knows, with a text that is not UTF-8 and ends in a NUL.
   procedure Raise_Odd (Level : Integer; Line : String) is
      Odd : exception;
   begin
      Ada.Exceptions.Raise_Exception (Odd'Identity, Character'Val (255) & Line & Character'Val (Level * 0));
   end Raise_Odd;

   procedure Abort_Self (Level : Integer; Line : String) is
   begin
      if Level > 0 and Line /= "" then
         Ada.Task_Identification.Abort_Task (Ada.Task_Identification.Current_Task);
         delay 0.01;
      end if;
   end Abort_Self;

   --  A place at which an abort from outside would take effect.
   procedure Wait (Level : Integer; Line : String) is
   begin
      if Level > 0 and Line /= "" then
         delay 0.3;
      end if;
   end Wait;

   procedure End_Process (Level : Integer; Line : String) is
   begin
      if Level > 0 and Line /= "" then
         GNAT.OS_Lib.OS_Exit (7);
      end if;
   end End_Process;

end Misuse_Logs;
