;;;; graph-message for Common Lisp, over CFFI: sends an existing Microsoft Graph draft and says what became of the mail.
;;;;
;;;; graph-message-c, in a file of its own, has the C interface as it is; graph-message is what a program uses. What
;;;; each function does is told by include/graph_message.h.

(defpackage #:graph-message
  (:use #:common-lisp #:cffi #:graph-message-c)
  (:documentation "Sends an existing Microsoft Graph draft and says what became of the mail.")
  (:export #:client #:make-client #:close-client #:with-client #:send #:check #:cancel
           #:call #:make-call #:close-call #:with-call #:outcome
           #:receipt #:graph-error #:not-sent #:outcome-unknown
           #:status #:status-name #:message #:http-status #:code #:request-id #:client-request-id #:retry-after-ms
           #:attempts #:claims #:seen #:internet-message-id #:evidence #:sent-id #:library-version))

(in-package #:graph-message)

;; The library is found at run time, and might be an older one.
(when (< (graph-abi-version) +graph-abi-version+)
  (error "the library graph-message ~a (ABI ~d) is older than the system graph-message 0.1.0, which needs ABI ~d: ~
          install a newer one"
         (foreign-string-to-lisp (graph-version) :encoding :utf-8) (graph-abi-version) +graph-abi-version+))

(defclass receipt ()
  ((http-status :initarg :http-status :reader http-status)
   (request-id :initarg :request-id :reader request-id)
   (client-request-id :initarg :client-request-id :reader client-request-id)
   (attempts :initarg :attempts :reader attempts)
   (evidence :initarg :evidence :reader evidence)
   (sent-id :initarg :sent-id :reader sent-id))
  (:documentation "What is known of a mail that was sent."))

(define-condition graph-error (error)
  ((status :initarg :status :reader status)
   (message :initarg :message :reader message)
   (http-status :initarg :http-status :initform 0 :reader http-status)
   (code :initarg :code :initform "" :reader code)
   (request-id :initarg :request-id :initform "" :reader request-id)
   (client-request-id :initarg :client-request-id :initform "" :reader client-request-id)
   (retry-after-ms :initarg :retry-after-ms :initform 0 :reader retry-after-ms)
   (attempts :initarg :attempts :initform 0 :reader attempts)
   (claims :initarg :claims :initform "" :reader claims)
   (seen :initarg :seen :initform +graph-seen-nothing+ :reader seen)
   (internet-message-id :initarg :internet-message-id :initform "" :reader internet-message-id))
  (:report (lambda (condition stream) (write-string (message condition) stream)))
  (:documentation "Why a call did not send the mail, or is not known to have."))

(define-condition not-sent (graph-error) ()
  (:documentation "The mail was certainly not sent by this call; STATUS says why."))

(define-condition outcome-unknown (graph-error) ()
  (:documentation "The mail may have been sent. CHECK later; do not repeat blindly."))

(defun status-name (status)
  "The name of a status in the C interface, such as \"GRAPH_OK\"."
  (foreign-string-to-lisp (graph-status-name status) :encoding :utf-8))

(defun library-version ()
  "The version of the library that is loaded."
  (foreign-string-to-lisp (graph-version) :encoding :utf-8))

(defun text (pointer)
  (foreign-string-to-lisp pointer :encoding :utf-8))

(defun refuse (control &rest arguments)
  (error 'not-sent :status +graph-invalid-argument+ :message (format nil "not sent: ~?" control arguments)))

(defun take-error (status err)
  "The C error as a condition; it is freed."
  (prog1 (make-condition (if (zerop (graph-status-sent status)) 'not-sent 'outcome-unknown)
                         :status status
                         :message (text (graph-error-message err))
                         :http-status (graph-error-http-status err)
                         :code (text (graph-error-code err))
                         :request-id (text (graph-error-request-id err))
                         :client-request-id (text (graph-error-client-request-id err))
                         :retry-after-ms (graph-error-retry-after-ms err)
                         :attempts (graph-error-attempts err)
                         :claims (text (graph-error-claims err))
                         :seen (graph-error-seen err)
                         :internet-message-id (text (graph-error-internet-message-id err)))
    (graph-error-free err)))

(defun take-receipt (receipt)
  (prog1 (make-instance 'receipt
                        :http-status (graph-receipt-http-status receipt)
                        :request-id (text (graph-receipt-request-id receipt))
                        :client-request-id (text (graph-receipt-client-request-id receipt))
                        :attempts (graph-receipt-attempts receipt)
                        :evidence (graph-receipt-evidence receipt)
                        :sent-id (text (graph-receipt-sent-id receipt)))
    (graph-receipt-free receipt)))

(defun call-with-texts (function &rest names-and-texts)
  "Calls FUNCTION with a pointer for each text: a string, or a vector of octets that are UTF-8; NIL is NULL."
  (let ((pointers '()))
    (unwind-protect
         (loop for (name text) on names-and-texts by #'cddr
               do (push (text-pointer name text) pointers)
               finally (return (apply function (reverse pointers))))
      (dolist (pointer pointers)
        (unless (null-pointer-p pointer) (foreign-free pointer))))))

(defun text-pointer (name text)
  (etypecase text
    (null (null-pointer))
    (string
     ;; C would read only up to a NUL, and half of a surrogate pair has no UTF-8.
     (when (find 0 text :key #'char-code) (refuse "~a holds a NUL" name))
     (when (find-if (lambda (char) (<= #xD800 (char-code char) #xDFFF)) text)
       (refuse "~a holds a surrogate" name))
     (foreign-string-alloc text :encoding :utf-8))
    (vector
     (unless (every (lambda (octet) (typep octet '(unsigned-byte 8))) text) (refuse "~a holds what is no octet" name))
     (when (find 0 text) (refuse "~a holds a NUL" name))
     (let ((pointer (foreign-alloc :uint8 :count (1+ (length text)))))
       (dotimes (i (length text) pointer)
         (setf (mem-aref pointer :uint8 i) (aref text i)
               (mem-aref pointer :uint8 (1+ i)) 0))
       (when (zerop (length text)) (setf (mem-aref pointer :uint8 0) 0))
       pointer))))

(defmacro in-library (&body body)
  "Runs a call into the library. An interrupt that unwound the stack would leave the library's locks held, so it waits
for the call's end; and foreign code does not expect the traps for floats that SBCL sets."
  #+sbcl `(sb-sys:without-interrupts
            (sb-int:with-float-traps-masked (:overflow :invalid :divide-by-zero :inexact) ,@body))
  #-sbcl `(progn ,@body))

(defun finalize (object function)
  "Has FUNCTION called when OBJECT is garbage; where the Lisp is not SBCL, objects are to be closed."
  #+sbcl (sb-ext:finalize object function :dont-save t)
  #-sbcl (declare (ignore function))
  object)

(defun unfinalize (object)
  #+sbcl (sb-ext:cancel-finalization object)
  object)

;; Log functions by an address that is the client's own: the library passes it on, and C cannot hold a Lisp object.
(defvar *logs* (make-hash-table #+sbcl :synchronized #+sbcl t))

(defun drop-log (context)
  (when context
    (remhash (pointer-address context) *logs*)
    (foreign-free context)))

(defcallback pass-log :void ((context :pointer) (level :int32) (line :pointer))
  ;; Neither a condition nor a jump may leave through the library's frames, nor one that the warning leads to; and the
  ;; debugger, where it is disabled, would end the process in the middle of the call.
  (block nil
    (unwind-protect
         (flet ((failed (condition hook)
                  (declare (ignore hook))
                  (warn "the log function failed: ~a" condition)
                  (return)))
           (let* ((*debugger-hook* #'failed)
                  #+sbcl (sb-ext:*invoke-debugger-hook* #'failed))
             (handler-case (funcall (gethash (pointer-address context) *logs*) level (text line))
               (serious-condition (condition) (failed condition nil)))))
      (return))))

(defparameter *options*
  '(:base-url graph-options-set-base-url
    :proxy graph-options-set-proxy
    :ca-file graph-options-set-ca-file
    :user-agent graph-options-set-user-agent
    :timeout-ms graph-options-set-timeout-ms
    :attempt-timeout-ms graph-options-set-attempt-timeout-ms
    :connect-timeout-ms graph-options-set-connect-timeout-ms
    :max-attempts graph-options-set-max-attempts
    :verify graph-options-set-verify
    :settle-ms graph-options-set-settle-ms
    :mailbox-concurrency graph-options-set-mailbox-concurrency
    :roots graph-options-set-roots)
  "The functions that set an option to a text or a number.")

(defun set-option (options name value)
  "Sets an option, and returns the context of a log function where it is one."
  (let ((setter (getf *options* name)))
    (cond ((and (eq name :log) (null value)) nil)
          ((eq name :log)
           (unless (or (functionp value) (and (symbolp value) (fboundp value))) (refuse "log is no function"))
           (let ((context (foreign-alloc :uint8)))
             (setf (gethash (pointer-address context) *logs*) value)
             (graph-options-set-log options (callback pass-log) context)
             context))
          ((eq name :proxy-from-environment)
           (when value (graph-options-set-proxy-from-environment options))
           nil)
          ((null setter) (refuse "there is no option ~s" name))
          ((integerp value)
           (unless (<= 0 value #xFFFFFFFF) (refuse "~(~a~) is out of range" name))
           (funcall setter options value)
           nil)
          (t (call-with-texts (lambda (pointer) (funcall setter options pointer)) (string-downcase name) value)
             nil))))

(defclass client ()
  ((pointer :initarg :pointer :accessor pointer)
   (log :initarg :log :accessor log-context))
  (:documentation "Settings, and the connections they led to. Used by any number of threads at once."))

(defun make-client (&rest options)
  "Makes a client. OPTIONS are a property list with the names of the C interface: :base-url, :timeout-ms,
:attempt-timeout-ms, :connect-timeout-ms, :max-attempts, :verify, :settle-ms, :mailbox-concurrency, :proxy,
:proxy-from-environment, :ca-file, :roots, :user-agent, and :log, a function of a level and a line. Signals NOT-SENT
where one is refused."
  (let ((c-options (graph-options-new)) (log nil) (made nil))
    (unwind-protect
         (with-foreign-objects ((client :pointer) (err :pointer))
           (when (oddp (length options)) (refuse "an option has no value"))
           (loop for (name value) on options by #'cddr
                 for context = (set-option c-options name value)
                 when context do (drop-log (shiftf log context)))
           (let ((status (in-library (graph-client-new c-options client err))))
             (unless (= status +graph-ok+) (error (take-error status (mem-ref err :pointer)))))
           (let ((pointer (mem-ref client :pointer)) (context log))
             (setf made (make-instance 'client :pointer pointer :log log))
             (finalize made (lambda () (graph-client-free pointer) (drop-log context)))))
      (graph-options-free c-options)
      (unless made (drop-log log)))))

(defun close-client (client)
  "Frees the client and closes its connections, without waiting. No call may be in flight on it."
  (check-type client client)
  (unfinalize client)
  (graph-client-free (shiftf (pointer client) (null-pointer)))
  (drop-log (shiftf (log-context client) nil))
  nil)

(defmacro with-client ((client &rest options) &body body)
  "Runs BODY with a client that is closed afterwards."
  `(let ((,client (make-client ,@options)))
     (unwind-protect (progn ,@body) (close-client ,client))))

(defclass call ()
  ((pointer :initarg :pointer :accessor pointer)
   (outcome :initform nil :accessor outcome
            :documentation "The receipt or condition of the call that ended last, also where an interrupt unwound it."))
  (:documentation "The settings of one call, and the means to cancel it from another thread."))

(defun make-call (&key (timeout-ms 0) internet-message-id)
  "Makes the settings of a call: a bound in place of the client's, and the draft's internetMessageId for a check."
  (let* ((pointer (graph-call-new)) (call (make-instance 'call :pointer pointer)))
    (finalize call (lambda () (graph-call-free pointer)))
    (graph-call-set-timeout-ms pointer timeout-ms)
    (call-with-texts (lambda (text)
                       (unless (= +graph-ok+ (graph-call-set-internet-message-id pointer text))
                         (refuse "internet-message-id was refused")))
                     "internet-message-id" internet-message-id)
    call))

(defun close-call (call)
  "Frees the settings of a call. No call may be in flight with them."
  (check-type call call)
  (unfinalize call)
  (graph-call-free (shiftf (pointer call) (null-pointer)))
  nil)

(defmacro with-call ((call &rest settings) &body body)
  "Runs BODY with the settings of a call that are freed afterwards."
  `(let ((,call (make-call ,@settings)))
     (unwind-protect (progn ,@body) (close-call ,call))))

(defun open-pointer (object)
  (when (null-pointer-p (pointer object)) (refuse "the ~(~a~) is closed: make another" (type-of object)))
  (pointer object))

(defun request (function client token id user call)
  "The receipt or the condition that a call ends in."
  (check-type client client)
  (check-type call (or null call))
  (let ((client-pointer (open-pointer client))
        (call-pointer (if call (open-pointer call) (null-pointer))))
    (call-with-texts
     (lambda (token user id)
       (with-foreign-objects ((receipt :pointer) (err :pointer))
         (in-library
           (let* ((status (funcall function client-pointer call-pointer token user id receipt err))
                  (outcome (if (= status +graph-ok+)
                               (take-receipt (mem-ref receipt :pointer))
                               (take-error status (mem-ref err :pointer)))))
             ;; Neither may be garbage while the library works with it.
             (pointer client)
             (when call (setf (outcome call) outcome))
             outcome))))
     "token" token "user" user "id" id)))

(defun answer (outcome)
  (if (typep outcome 'receipt) outcome (error outcome)))

;; ANSWER is called last, so that a backtrace of what it signals does not show the token as an argument of these.
(defun send (client token id &key user call)
  "Sends a draft and returns a receipt. USER NIL is the mailbox of the token's own user. Signals NOT-SENT or
OUTCOME-UNKNOWN."
  (answer (request #'graph-client-send client token id user call)))

(defun check (client token id &key user call)
  "Settles an earlier OUTCOME-UNKNOWN, sends nothing: returns a receipt where the mail was sent, else signals as SEND
does."
  (answer (request #'graph-client-check client token id user call)))

(defgeneric cancel (object)
  (:documentation "Ends every call in flight on a client, or with a call's settings, from another thread.")
  (:method ((object client)) (graph-client-cancel (pointer object)))
  (:method ((object call)) (graph-call-cancel (pointer object))))
