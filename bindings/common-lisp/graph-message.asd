(defsystem "graph-message"
  :description "Sends an existing draft through Microsoft Graph, and says what became of it"
  :version "0.1.0"
  :licence "MIT OR Apache-2.0"
  :depends-on ("cffi")
  :serial t
  :components ((:file "graph-message-c")
               (:file "graph-message")))
