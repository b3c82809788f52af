package Driver_Log is
   procedure Show (Level : Integer; Line : String);
end Driver_Log;
