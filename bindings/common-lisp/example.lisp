(require :asdf)
(asdf:load-asd (merge-pathnames "graph-message.asd" (truename *load-pathname*)))
(asdf:load-system "graph-message")

(destructuring-bind (token draft-id &optional (base-url "https://graph.microsoft.com/v1.0"))
    (rest sb-ext:*posix-argv*) ; after sbcl --script example.lisp
  (handler-case
      (graph-message:with-client (client :base-url base-url)
        (let ((receipt (graph-message:send client token draft-id))) ; :user "megan@contoso.example" for another mailbox
          (format t "sent, client-request-id ~a~%" (graph-message:client-request-id receipt))))
    (graph-message:not-sent (condition)
      (format t "~a~%" condition)
      (sb-ext:exit :code 1))
    (graph-message:outcome-unknown (condition)
      (format t "~a~%" condition) ; graph-message:check later, do not repeat blindly
      (sb-ext:exit :code 1))))
