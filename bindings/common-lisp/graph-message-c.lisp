;;;; The C interface of graph-message over CFFI, with hyphens in its names, written by bindings/declare. What each function does is
;;;; told by include/graph_message.h; the package graph-message is what a program uses.

(defpackage #:graph-message-c
  (:use #:common-lisp #:cffi)
  (:documentation "The C interface of graph-message.")
  (:export
   #:+graph-ok+ #:+graph-invalid-argument+ #:+graph-unreachable+ #:+graph-cancelled+ #:+graph-timed-out+
   #:+graph-unauthenticated+ #:+graph-forbidden+ #:+graph-not-found+ #:+graph-rejected+ #:+graph-throttled+
   #:+graph-not-a-draft+ #:+graph-unavailable+ #:+graph-unknown+ #:+graph-internal+ #:+graph-roots-system+
   #:+graph-roots-bundled+ #:+graph-verify-never+ #:+graph-verify-on-doubt+ #:+graph-verify-always+ #:+graph-log-info+
   #:+graph-log-debug+ #:+graph-seen-nothing+ #:+graph-seen-draft+ #:+graph-seen-gone+ #:+graph-seen-not-allowed+
   #:+graph-seen-not-a-draft+ #:+graph-evidence-accepted+ #:+graph-evidence-found+ #:+graph-abi-version+
   #:graph-status-name #:graph-status-sent #:graph-message-send #:graph-message-send-text #:graph-init
   #:graph-client-new #:graph-client-send #:graph-client-check #:graph-client-cancel #:graph-client-free
   #:graph-call-new #:graph-call-cancel #:graph-call-free #:graph-call-set-timeout-ms
   #:graph-call-set-internet-message-id #:graph-options-new #:graph-options-free #:graph-options-set-base-url
   #:graph-options-set-timeout-ms #:graph-options-set-attempt-timeout-ms #:graph-options-set-connect-timeout-ms
   #:graph-options-set-max-attempts #:graph-options-set-verify #:graph-options-set-settle-ms
   #:graph-options-set-mailbox-concurrency #:graph-options-set-proxy #:graph-options-set-proxy-from-environment
   #:graph-options-set-ca-file #:graph-options-set-roots #:graph-options-set-user-agent #:graph-options-set-log
   #:graph-error-status #:graph-error-http-status #:graph-error-code #:graph-error-message #:graph-error-request-id
   #:graph-error-client-request-id #:graph-error-retry-after-ms #:graph-error-attempts #:graph-error-claims
   #:graph-error-seen #:graph-error-internet-message-id #:graph-error-free #:graph-receipt-request-id
   #:graph-receipt-client-request-id #:graph-receipt-http-status #:graph-receipt-attempts #:graph-receipt-evidence
   #:graph-receipt-sent-id #:graph-receipt-free #:graph-version #:graph-abi-version #:graph-string-free))

(in-package #:graph-message-c)

(define-foreign-library graph-message
  (:darwin "libgraph_message.1.dylib")
  (:unix (:or "libgraph_message.so.1" "libgraph_message.so"))
  (:windows "graph_message.dll"))

(handler-case (load-foreign-library 'graph-message)
  (load-foreign-library-error (why)
    (error "~a: install the C library graph-message, or name its folder in cffi:*foreign-library-directories* or in ~
            LD_LIBRARY_PATH" (substitute #\Space #\Newline (princ-to-string why)))))

(defmacro define-constants (&body pairs)
  `(progn ,@(loop for (name value) on pairs by #'cddr collect `(defconstant ,name ,value))))

(defmacro define-functions (&body definitions)
  "Each definition is the C name, the result and the arguments; the Lisp name has hyphens."
  `(progn ,@(loop for (name . signature) in definitions
                  collect `(defcfun (,name ,(intern (substitute #\- #\_ (string-upcase name)))) ,@signature))))

(define-constants
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
  +graph-internal+ 90
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
  +graph-abi-version+ 1)

;; Texts go in as a pointer to NUL-terminated UTF-8; a null pointer is NULL.
(define-functions
  ("graph_status_name" :pointer (status :int32))
  ("graph_status_sent" :int32 (status :int32))
  ("graph_message_send" :int32 (token :pointer) (user :pointer) (id :pointer) (err :pointer))
  ("graph_message_send_text" :int32 (token :pointer) (user :pointer) (id :pointer) (message :pointer)
    (size :uint32) (http-status :pointer) (retry-after-ms :pointer))
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
