--  What log procedures may do to the call that runs them.

package Misuse_Logs is
   procedure Raise_Error (Level : Integer; Line : String);
   procedure Raise_Odd (Level : Integer; Line : String);
   procedure Abort_Self (Level : Integer; Line : String);
   procedure Wait (Level : Integer; Line : String);
   procedure End_Process (Level : Integer; Line : String);
end Misuse_Logs;
