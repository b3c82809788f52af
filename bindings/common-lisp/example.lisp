(require :asdf)
(asdf:load-asd (merge-pathnames "graph-message.asd" (truename *load-pathname*)))
(let ((*standard-output* (make-broadcast-stream))) ; ASDF says what it compiles
  (asdf:load-system "graph-message"))

(defun fail (code message)
  (format *error-output* "~a~%" message)
  (sb-ext:exit :code code))

(let ((arguments (rest sb-ext:*posix-argv*))) ; after sbcl --script example.lisp
  (unless (<= 2 (length arguments) 3)
    (fail 64 "usage: sbcl --script example.lisp TOKEN DRAFT-ID [BASE-URL]"))
  (destructuring-bind (token draft-id &optional (base-url "https://graph.microsoft.com/v1.0")) arguments
    (handler-case
        (graph-message:with-client (client :base-url base-url)
          (let ((receipt (graph-message:send client token draft-id))) ; :user for another mailbox
            (format t "sent, client-request-id ~a~%" (graph-message:client-request-id receipt))))
      (graph-message:not-sent (condition)
        (fail 1 condition))
      (graph-message:outcome-unknown (condition)
        (fail 2 condition))))) ; graph-message:check later; do not send again blindly
