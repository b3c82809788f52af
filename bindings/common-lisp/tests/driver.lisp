;;;; Runs calls as it is told on standard input, through the package: the Common Lisp end of tests/cases. The lines are
;;;; those of tests/c/driver.c.

(defpackage #:driver
  (:use #:common-lisp #:graph-message))

(in-package #:driver)

(defvar *options* '() "The options in their order, names and values in turn.")
(defvar *client* nil)
(defvar *given* (make-hash-table :test #'equal))

(defparameter *numbers*
  '(:timeout-ms :attempt-timeout-ms :connect-timeout-ms :max-attempts :verify :settle-ms :mailbox-concurrency :roots
    :call-timeout-ms :cancel-client-after-ms :cancel-call-after-ms))
(defparameter *arguments*
  '(:token :user :id :internet-message-id :call-timeout-ms :cancel-client-after-ms :cancel-call-after-ms))

(defun decoded (value)
  "The text of a value; octets where they are not UTF-8."
  (let ((octets (make-array 0 :element-type '(unsigned-byte 8) :adjustable t :fill-pointer t)))
    (loop with i = 0
          while (< i (length value))
          do (cond ((char= (char value i) #\\)
                    (vector-push-extend (parse-integer value :start (+ i 2) :end (+ i 4) :radix 16) octets)
                    (incf i 4))
                   (t (vector-push-extend (char-code (char value i)) octets)
                      (incf i))))
    (let* ((octets (coerce octets '(simple-array (unsigned-byte 8) (*))))
           (text (sb-ext:octets-to-string octets :external-format '(:utf-8 :replacement #\?))))
      (if (equalp octets (sb-ext:string-to-octets text :external-format :utf-8)) text octets))))

(defun show (&rest names-and-values)
  (loop for (name value) on names-and-values by #'cddr
        do (format t "~(~a~)=~a~%" (substitute #\_ #\- (string name)) value)))

(defun given (name)
  (gethash name *given*))

(defun cancel-later (ms object)
  (when ms
    (sb-thread:make-thread (lambda () (sleep (/ ms 1000)) (cancel object)))))

(defun make-request (function)
  (handler-case
      (progn
        (unless *client* (setf *client* (apply #'make-client *options*)))
        (with-call (call :timeout-ms (or (given :call-timeout-ms) 0) :internet-message-id (given :internet-message-id))
          (let ((began (get-internal-real-time))
                (cancellers (list (cancel-later (given :cancel-client-after-ms) *client*)
                                  (cancel-later (given :cancel-call-after-ms) call))))
            (unwind-protect
                 (let ((receipt (funcall function *client* (given :token) (given :id) :user (given :user) :call call)))
                   (show :status "GRAPH_OK" :sent 1 :http-status (http-status receipt) :request-id (request-id receipt)
                         :client-request-id (client-request-id receipt) :attempts (attempts receipt)
                         :evidence (evidence receipt) :sent-id (sent-id receipt)))
              (show :elapsed-ms (round (* 1000 (- (get-internal-real-time) began)) internal-time-units-per-second))
              (mapc #'sb-thread:join-thread (remove nil cancellers))))))
    (graph-error (condition)
      (show :status (status-name (status condition)) :error-status (status-name (status condition))
            :sent (etypecase condition (not-sent 0) (outcome-unknown -1))
            :http-status (http-status condition) :code (code condition) :message (message condition)
            :request-id (request-id condition) :client-request-id (client-request-id condition)
            :retry-after-ms (retry-after-ms condition) :attempts (attempts condition) :claims (claims condition)
            :seen (seen condition) :internet-message-id (internet-message-id condition))))
  (terpri)
  (finish-output))

(defun take (line)
  (let* ((space (or (position #\Space line) (length line)))
         (name (intern (string-upcase (substitute #\- #\_ (subseq line 0 space))) :keyword))
         (value (decoded (subseq line (min (length line) (1+ space))))))
    (when (member name *numbers*) (setf value (parse-integer value)))
    (when (eq name :log) (setf value (lambda (level line) (format t "log=~d ~a~%" level line))))
    (case name
      (:send (make-request #'send))
      (:check (make-request #'check))
      (t (if (member name *arguments*)
             (setf (gethash name *given*) value)
             (setf *client* nil
                   *options* (append *options* (list name value))))))))

(defun main ()
  (let ((*standard-output* (sb-sys:make-fd-stream 1 :output t :buffering :full :external-format :utf-8)))
    (loop for line = (read-line *standard-input* nil)
          while line
          do (take line))
    (when *client* (close-client *client*))))
