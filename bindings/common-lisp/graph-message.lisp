;;;; graph-message for Common Lisp, over CFFI: sends an existing Microsoft Graph draft and says what became of the mail.
;;;;
;;;; graph-message-c has the C interface as it is, with hyphens in its names; graph-message is what a program uses. What
;;;; each function does is told by include/graph_message.h.

(defpackage #:graph-message-c
  (:use #:common-lisp #:cffi)
  (:documentation "The C interface of graph-message.")
  (:export #:+graph-roots-system+ #:+graph-roots-bundled+ #:+graph-verify-never+ #:+graph-verify-on-doubt+
           #:+graph-verify-always+ #:+graph-log-info+ #:+graph-log-debug+ #:+graph-seen-nothing+
           #:+graph-seen-draft+ #:+graph-seen-gone+ #:+graph-seen-not-allowed+ #:+graph-seen-not-a-draft+
           #:+graph-evidence-accepted+ #:+graph-evidence-found+ #:+graph-abi-version+ #:+graph-ok+
           #:+graph-invalid-argument+ #:+graph-unreachable+ #:+graph-cancelled+ #:+graph-timed-out+
           #:+graph-unauthenticated+ #:+graph-forbidden+ #:+graph-not-found+ #:+graph-rejected+ #:+graph-throttled+
           #:+graph-not-a-draft+ #:+graph-unavailable+ #:+graph-unknown+ #:+graph-internal+ #:graph-status-name
           #:graph-status-sent #:graph-message-send #:graph-message-send-text #:graph-init #:graph-client-new
           #:graph-client-send #:graph-client-check #:graph-client-cancel #:graph-client-free #:graph-call-new
           #:graph-call-cancel #:graph-call-free #:graph-call-set-timeout-ms #:graph-call-set-internet-message-id
           #:graph-options-new #:graph-options-free #:graph-options-set-base-url #:graph-options-set-timeout-ms
           #:graph-options-set-attempt-timeout-ms #:graph-options-set-connect-timeout-ms
           #:graph-options-set-max-attempts #:graph-options-set-verify #:graph-options-set-settle-ms
           #:graph-options-set-mailbox-concurrency #:graph-options-set-proxy
           #:graph-options-set-proxy-from-environment #:graph-options-set-ca-file #:graph-options-set-roots
           #:graph-options-set-user-agent #:graph-options-set-log #:graph-error-status #:graph-error-http-status
           #:graph-error-code #:graph-error-message #:graph-error-request-id #:graph-error-client-request-id
           #:graph-error-retry-after-ms #:graph-error-attempts #:graph-error-claims #:graph-error-seen
           #:graph-error-internet-message-id #:graph-error-free #:graph-receipt-request-id
           #:graph-receipt-client-request-id #:graph-receipt-http-status #:graph-receipt-attempts
           #:graph-receipt-evidence #:graph-receipt-sent-id #:graph-receipt-free #:graph-version #:graph-abi-version
           #:graph-string-free))

(in-package #:graph-message-c)

(define-foreign-library graph-message
  (:darwin "libgraph_message.1.dylib")
  (:unix (:or "libgraph_message.so.1" "libgraph_message.so"))
  (:windows "graph_message.dll"))

(use-foreign-library graph-message)

(defmacro define-constants (&body pairs)
  `(progn ,@(loop for (name value) on pairs by #'cddr collect `(defconstant ,name ,value))))

(defmacro define-functions (&body definitions)
  "Each definition is the C name, the result and the arguments; the Lisp name has hyphens."
  `(progn ,@(loop for (name . signature) in definitions
                  collect `(defcfun (,name ,(intern (substitute #\- #\_ (string-upcase name)))) ,@signature))))

(define-constants
  +graph-roots-system+ 0
  +graph-roots-bundled+ 1
  +graph-verify-never+ 0
  +graph-verify-on-doubt+ 1
  +graph-verify-always+ 2
  +graph-log-info+ 3
  +graph-log-debug+ 4
  +graph-seen-nothing+ 0
  +graph-seen-draft+ 1
  +graph-seen-gone+ 2
  +graph-seen-not-allowed+ 3
  +graph-seen-not-a-draft+ 4
  +graph-evidence-accepted+ 1
  +graph-evidence-found+ 2
  +graph-abi-version+ 1
  +graph-ok+ 0
  +graph-invalid-argument+ 1
  +graph-unreachable+ 10
  +graph-cancelled+ 11
  +graph-timed-out+ 12
  +graph-unauthenticated+ 20
  +graph-forbidden+ 21
  +graph-not-found+ 22
  +graph-rejected+ 23
  +graph-throttled+ 24
  +graph-not-a-draft+ 25
  +graph-unavailable+ 26
  +graph-unknown+ 40
  +graph-internal+ 90)

;; Texts go in as a pointer to NUL-terminated UTF-8; a null pointer is NULL.
(define-functions
  ("graph_status_name" :pointer (status :int32))
  ("graph_status_sent" :int32 (status :int32))
  ("graph_message_send" :int32 (token :pointer) (user :pointer) (id :pointer) (err :pointer))
  ("graph_message_send_text" :int32 (token :pointer) (user :pointer) (id :pointer) (message :pointer) (size :uint32)
    (http-status :pointer) (retry-after-ms :pointer))
  ("graph_init" :int32 (options :pointer) (err :pointer))
  ("graph_client_new" :int32 (options :pointer) (client :pointer) (err :pointer))
  ("graph_client_send" :int32 (client :pointer) (call :pointer) (token :pointer) (user :pointer) (id :pointer)
    (receipt :pointer) (err :pointer))
  ("graph_client_check" :int32 (client :pointer) (call :pointer) (token :pointer) (user :pointer) (id :pointer)
    (receipt :pointer) (err :pointer))
  ("graph_client_cancel" :void (client :pointer))
  ("graph_client_free" :void (client :pointer))
  ("graph_call_new" :pointer)
  ("graph_call_cancel" :void (call :pointer))
  ("graph_call_free" :void (call :pointer))
  ("graph_call_set_timeout_ms" :int32 (call :pointer) (ms :uint32))
  ("graph_call_set_internet_message_id" :int32 (call :pointer) (internet-message-id :pointer))
  ("graph_options_new" :pointer)
  ("graph_options_free" :void (options :pointer))
  ("graph_options_set_base_url" :int32 (options :pointer) (url :pointer))
  ("graph_options_set_timeout_ms" :int32 (options :pointer) (ms :uint32))
  ("graph_options_set_attempt_timeout_ms" :int32 (options :pointer) (ms :uint32))
  ("graph_options_set_connect_timeout_ms" :int32 (options :pointer) (ms :uint32))
  ("graph_options_set_max_attempts" :int32 (options :pointer) (attempts :uint32))
  ("graph_options_set_verify" :int32 (options :pointer) (verify :int32))
  ("graph_options_set_settle_ms" :int32 (options :pointer) (ms :uint32))
  ("graph_options_set_mailbox_concurrency" :int32 (options :pointer) (at-once :uint32))
  ("graph_options_set_proxy" :int32 (options :pointer) (url :pointer))
  ("graph_options_set_proxy_from_environment" :int32 (options :pointer))
  ("graph_options_set_ca_file" :int32 (options :pointer) (path :pointer))
  ("graph_options_set_roots" :int32 (options :pointer) (roots :int32))
  ("graph_options_set_user_agent" :int32 (options :pointer) (product :pointer))
  ("graph_options_set_log" :int32 (options :pointer) (log :pointer) (context :pointer))
  ("graph_error_status" :int32 (error :pointer))
  ("graph_error_http_status" :int32 (error :pointer))
  ("graph_error_code" :pointer (error :pointer))
  ("graph_error_message" :pointer (error :pointer))
  ("graph_error_request_id" :pointer (error :pointer))
  ("graph_error_client_request_id" :pointer (error :pointer))
  ("graph_error_retry_after_ms" :uint32 (error :pointer))
  ("graph_error_attempts" :uint32 (error :pointer))
  ("graph_error_claims" :pointer (error :pointer))
  ("graph_error_seen" :int32 (error :pointer))
  ("graph_error_internet_message_id" :pointer (error :pointer))
  ("graph_error_free" :void (error :pointer))
  ("graph_receipt_request_id" :pointer (receipt :pointer))
  ("graph_receipt_client_request_id" :pointer (receipt :pointer))
  ("graph_receipt_http_status" :int32 (receipt :pointer))
  ("graph_receipt_attempts" :uint32 (receipt :pointer))
  ("graph_receipt_evidence" :int32 (receipt :pointer))
  ("graph_receipt_sent_id" :pointer (receipt :pointer))
  ("graph_receipt_free" :void (receipt :pointer))
  ("graph_version" :pointer)
  ("graph_abi_version" :uint32)
  ("graph_string_free" :void (string :pointer)))

(defpackage #:graph-message
  (:use #:common-lisp #:cffi #:graph-message-c)
  (:documentation "Sends an existing Microsoft Graph draft and says what became of the mail.")
  (:export #:client #:make-client #:close-client #:with-client #:send #:check #:cancel
           #:call #:make-call #:close-call #:with-call
           #:receipt #:graph-error #:not-sent #:outcome-unknown
           #:status #:status-name #:message #:http-status #:code #:request-id #:client-request-id #:retry-after-ms
           #:attempts #:claims #:seen #:internet-message-id #:evidence #:sent-id #:library-version))

(in-package #:graph-message)

;; The library is found at run time, and might be an older one.
(when (< (graph-abi-version) +graph-abi-version+)
  (error "The graph-message library ~a is older than graph-message.lisp."
         (foreign-string-to-lisp (graph-version) :encoding :utf-8)))

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

(defun signal-error (status err)
  "Frees the C error and signals it."
  (let ((condition (make-condition (if (zerop (graph-status-sent status)) 'not-sent 'outcome-unknown)
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
                                   :internet-message-id (text (graph-error-internet-message-id err)))))
    (graph-error-free err)
    (error condition)))

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
     (when (find 0 text :key #'char-code) (refuse "not sent: ~a holds a NUL" name))
     (when (find-if (lambda (char) (<= #xD800 (char-code char) #xDFFF)) text)
       (refuse "not sent: ~a holds a surrogate" name))
     (foreign-string-alloc text :encoding :utf-8))
    (vector
     (when (find 0 text) (refuse "not sent: ~a holds a NUL" name))
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
  ;; Neither an error nor a jump may leave through the library's frames.
  (block nil
    (unwind-protect (ignore-errors (funcall (gethash (pointer-address context) *logs*) level (text line)))
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
    (cond ((eq name :log)
           (let ((context (foreign-alloc :uint8)))
             (setf (gethash (pointer-address context) *logs*) value)
             (graph-options-set-log options (callback pass-log) context)
             context))
          ((eq name :proxy-from-environment)
           (when value (graph-options-set-proxy-from-environment options))
           nil)
          ((null setter) (refuse "not sent: there is no option ~s" name))
          ((integerp value)
           (unless (<= 0 value #xFFFFFFFF) (refuse "not sent: ~(~a~) is out of range" name))
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
           (loop for (name value) on options by #'cddr
                 do (setf log (or (set-option c-options name value) log)))
           (let ((status (in-library (graph-client-new c-options client err))))
             (unless (= status +graph-ok+) (signal-error status (mem-ref err :pointer))))
           (let ((pointer (mem-ref client :pointer)) (context log))
             (setf made (make-instance 'client :pointer pointer :log log))
             (finalize made (lambda () (graph-client-free pointer) (drop-log context)))))
      (graph-options-free c-options)
      (unless made (drop-log log)))))

(defun close-client (client)
  "Frees the client and closes its connections, without waiting. No call may be in flight on it."
  (unfinalize client)
  (graph-client-free (shiftf (pointer client) (null-pointer)))
  (drop-log (shiftf (log-context client) nil))
  nil)

(defmacro with-client ((client &rest options) &body body)
  "Runs BODY with a client that is closed afterwards."
  `(let ((,client (make-client ,@options)))
     (unwind-protect (progn ,@body) (close-client ,client))))

(defclass call ()
  ((pointer :initarg :pointer :accessor pointer))
  (:documentation "The settings of one call, and the means to cancel it from another thread."))

(defun make-call (&key (timeout-ms 0) internet-message-id)
  "Makes the settings of a call: a bound in place of the client's, and the draft's internetMessageId for a check."
  (let* ((pointer (graph-call-new)) (call (make-instance 'call :pointer pointer)))
    (finalize call (lambda () (graph-call-free pointer)))
    (graph-call-set-timeout-ms pointer timeout-ms)
    (call-with-texts (lambda (text)
                       (unless (= +graph-ok+ (graph-call-set-internet-message-id pointer text))
                         (refuse "not sent: internet-message-id was refused")))
                     "internet-message-id" internet-message-id)
    call))

(defun close-call (call)
  "Frees the settings of a call. No call may be in flight with them."
  (unfinalize call)
  (graph-call-free (shiftf (pointer call) (null-pointer)))
  nil)

(defmacro with-call ((call &rest settings) &body body)
  "Runs BODY with the settings of a call that are freed afterwards."
  `(let ((,call (make-call ,@settings)))
     (unwind-protect (progn ,@body) (close-call ,call))))

(defun request (function client token id user call)
  (call-with-texts
   (lambda (token user id)
     (with-foreign-objects ((receipt :pointer) (err :pointer))
       (let ((status (in-library (funcall function (pointer client) (if call (pointer call) (null-pointer))
                                          token user id receipt err))))
         ;; Neither may be garbage while the library works with it.
         (pointer client)
         (when call (pointer call))
         (if (= status +graph-ok+)
             (take-receipt (mem-ref receipt :pointer))
             (signal-error status (mem-ref err :pointer))))))
   "token" token "user" user "id" id))

(defun send (client token id &key user call)
  "Sends a draft and returns a receipt. USER NIL is the mailbox of the token's own user. Signals NOT-SENT or
OUTCOME-UNKNOWN."
  (request #'graph-client-send client token id user call))

(defun check (client token id &key user call)
  "Settles an earlier OUTCOME-UNKNOWN, sends nothing: returns a receipt where the mail was sent, else signals as SEND
does."
  (request #'graph-client-check client token id user call))

(defgeneric cancel (object)
  (:documentation "Ends every call in flight on a client, or with a call's settings, from another thread.")
  (:method ((object client)) (graph-client-cancel (pointer object)))
  (:method ((object call)) (graph-call-cancel (pointer object))))
