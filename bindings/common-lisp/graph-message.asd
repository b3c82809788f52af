(defsystem "graph-message"
  :description "Sends an existing Microsoft Graph draft and says what became of the mail."
  :version "0.1.0"
  :licence "MIT OR Apache-2.0"
  :depends-on ("cffi")
  :components ((:file "graph-message")))
