      *> graph-message for COBOL: sends an existing draft through
      *> Microsoft Graph and says what became of it. Written by
      *> bindings/declare.
      *>
      *>     CALL "graph_message_send_text" USING TOKEN USER-ID DRAFT-ID
      *>         ANSWER BY VALUE LENGTH OF ANSWER BY REFERENCE OMITTED
      *>         OMITTED RETURNING RESULT
      *>
      *> First the values of the C API, then its functions. COBOL does
      *> not declare what it calls: copy the CALL from the comments.
      *> graph_message.h is the manual. For fixed and free format.
      *>
      *> What the words in small letters are in WORKING-STORAGE:
      *>   status, number    BINARY-LONG
      *>   ms, a count       BINARY-LONG UNSIGNED
      *>   objects, text-at  USAGE POINTER
      *>   texts             PIC X(n) in UTF-8, and X"00" after them
      *> OMITTED is a text, an object or an output that is not wanted.
      *> Only the functions that end in _text take trailing spaces off:
      *> give the others what STRING FUNCTION TRIM(x) X"00" has made. Of
      *> text-at read the bytes before X"00", while its object lives.
      *> RETURNING OMITTED keeps what returns nothing from writing into
      *> RETURN-CODE. A number that is unsigned in C is negative beyond
      *> 2,147,483,647: add 4,294,967,296.

      *> How a call ended. Treat a value that is not listed as
      *> GRAPH-UNKNOWN.
       78 GRAPH-OK                    VALUE 0.
       78 GRAPH-INVALID-ARGUMENT      VALUE 1.
       78 GRAPH-UNREACHABLE           VALUE 10.
       78 GRAPH-CANCELLED             VALUE 11.
       78 GRAPH-TIMED-OUT             VALUE 12.
       78 GRAPH-UNAUTHENTICATED       VALUE 20.
       78 GRAPH-FORBIDDEN             VALUE 21.
       78 GRAPH-NOT-FOUND             VALUE 22.
       78 GRAPH-REJECTED              VALUE 23.
       78 GRAPH-THROTTLED             VALUE 24.
       78 GRAPH-NOT-A-DRAFT           VALUE 25.
       78 GRAPH-UNAVAILABLE           VALUE 26.
       78 GRAPH-UNKNOWN               VALUE 40.
       78 GRAPH-INTERNAL              VALUE 90.
      *> Which certificate authorities to trust.
       78 GRAPH-ROOTS-SYSTEM          VALUE 0.
       78 GRAPH-ROOTS-BUNDLED         VALUE 1.
      *> When to look at the message that is sent.
       78 GRAPH-VERIFY-NEVER          VALUE 0.
       78 GRAPH-VERIFY-ON-DOUBT       VALUE 1.
       78 GRAPH-VERIFY-ALWAYS         VALUE 2.
      *> Levels of a log line.
       78 GRAPH-LOG-INFO              VALUE 3.
       78 GRAPH-LOG-DEBUG             VALUE 4.
      *> What the last look at the message showed.
       78 GRAPH-SEEN-NOTHING          VALUE 0.
       78 GRAPH-SEEN-DRAFT            VALUE 1.
       78 GRAPH-SEEN-GONE             VALUE 2.
       78 GRAPH-SEEN-NOT-ALLOWED      VALUE 3.
       78 GRAPH-SEEN-NOT-A-DRAFT      VALUE 4.
      *> How it is known that the mail was sent.
       78 GRAPH-EVIDENCE-ACCEPTED     VALUE 1.
       78 GRAPH-EVIDENCE-FOUND        VALUE 2.
      *> The library must have this ABI or a newer one.
       78 GRAPH-ABI-VERSION           VALUE 1.
      *>
      *> A status.
      *>   CALL "graph_status_name" USING BY VALUE status
      *>       RETURNING text-at
      *>   CALL "graph_status_sent" USING BY VALUE status
      *>       RETURNING number
      *>
      *> One call, on a client that the whole process shares.
      *>   CALL "graph_message_send" USING token user id err
      *>       RETURNING status
      *>   CALL "graph_message_send_text" USING token user id
      *>       message BY VALUE size BY REFERENCE http-status
      *>       retry-after-ms RETURNING status
      *>
      *> Settings of that client.
      *>   CALL "graph_init" USING BY VALUE options BY REFERENCE
      *>       err RETURNING status
      *>
      *> A client, for receipts and errors with all their fields.
      *>   CALL "graph_client_new" USING BY VALUE options
      *>       BY REFERENCE client err RETURNING status
      *>   CALL "graph_client_send" USING BY VALUE client call
      *>       BY REFERENCE token user id receipt err
      *>       RETURNING status
      *>   CALL "graph_client_check" USING BY VALUE client call
      *>       BY REFERENCE token user id receipt err
      *>       RETURNING status
      *>   CALL "graph_client_cancel" USING BY VALUE client
      *>       RETURNING OMITTED
      *>   CALL "graph_client_free" USING BY VALUE client
      *>       RETURNING OMITTED
      *>
      *> Settings of one call.
      *>   CALL "graph_call_new" RETURNING call
      *>   CALL "graph_call_cancel" USING BY VALUE call
      *>       RETURNING OMITTED
      *>   CALL "graph_call_free" USING BY VALUE call
      *>       RETURNING OMITTED
      *>   CALL "graph_call_set_timeout_ms" USING BY VALUE call ms
      *>       RETURNING status
      *>   CALL "graph_call_set_internet_message_id" USING
      *>       BY VALUE call BY REFERENCE internet-message-id
      *>       RETURNING status
      *>
      *> Settings of a client.
      *>   CALL "graph_options_new" RETURNING options
      *>   CALL "graph_options_free" USING BY VALUE options
      *>       RETURNING OMITTED
      *>   CALL "graph_options_set_base_url" USING BY VALUE
      *>       options BY REFERENCE url RETURNING status
      *>   CALL "graph_options_set_timeout_ms" USING BY VALUE
      *>       options ms RETURNING status
      *>   CALL "graph_options_set_attempt_timeout_ms" USING
      *>       BY VALUE options ms RETURNING status
      *>   CALL "graph_options_set_connect_timeout_ms" USING
      *>       BY VALUE options ms RETURNING status
      *>   CALL "graph_options_set_max_attempts" USING BY VALUE
      *>       options attempts RETURNING status
      *>   CALL "graph_options_set_verify" USING BY VALUE options
      *>       verify RETURNING status
      *>   CALL "graph_options_set_settle_ms" USING BY VALUE
      *>       options ms RETURNING status
      *>   CALL "graph_options_set_mailbox_concurrency" USING
      *>       BY VALUE options at-once RETURNING status
      *>   CALL "graph_options_set_proxy" USING BY VALUE options
      *>       BY REFERENCE url RETURNING status
      *>   CALL "graph_options_set_proxy_from_environment" USING
      *>       BY VALUE options RETURNING status
      *>   CALL "graph_options_set_ca_file" USING BY VALUE options
      *>       BY REFERENCE path RETURNING status
      *>   CALL "graph_options_set_roots" USING BY VALUE options
      *>       roots RETURNING status
      *>   CALL "graph_options_set_user_agent" USING BY VALUE
      *>       options BY REFERENCE product RETURNING status
      *>   CALL "graph_options_set_log" USING BY VALUE options log
      *>       context RETURNING status
      *>
      *> What an error says.
      *>   CALL "graph_error_status" USING BY VALUE error
      *>       RETURNING status
      *>   CALL "graph_error_http_status" USING BY VALUE error
      *>       RETURNING number
      *>   CALL "graph_error_code" USING BY VALUE error
      *>       RETURNING text-at
      *>   CALL "graph_error_message" USING BY VALUE error
      *>       RETURNING text-at
      *>   CALL "graph_error_request_id" USING BY VALUE error
      *>       RETURNING text-at
      *>   CALL "graph_error_client_request_id" USING BY VALUE
      *>       error RETURNING text-at
      *>   CALL "graph_error_retry_after_ms" USING BY VALUE error
      *>       RETURNING number
      *>   CALL "graph_error_attempts" USING BY VALUE error
      *>       RETURNING number
      *>   CALL "graph_error_claims" USING BY VALUE error
      *>       RETURNING text-at
      *>   CALL "graph_error_seen" USING BY VALUE error
      *>       RETURNING number
      *>   CALL "graph_error_internet_message_id" USING BY VALUE
      *>       error RETURNING text-at
      *>   CALL "graph_error_free" USING BY VALUE error
      *>       RETURNING OMITTED
      *>
      *> What a receipt says.
      *>   CALL "graph_receipt_request_id" USING BY VALUE receipt
      *>       RETURNING text-at
      *>   CALL "graph_receipt_client_request_id" USING BY VALUE
      *>       receipt RETURNING text-at
      *>   CALL "graph_receipt_http_status" USING BY VALUE receipt
      *>       RETURNING number
      *>   CALL "graph_receipt_attempts" USING BY VALUE receipt
      *>       RETURNING number
      *>   CALL "graph_receipt_evidence" USING BY VALUE receipt
      *>       RETURNING number
      *>   CALL "graph_receipt_sent_id" USING BY VALUE receipt
      *>       RETURNING text-at
      *>   CALL "graph_receipt_free" USING BY VALUE receipt
      *>       RETURNING OMITTED
      *>
      *> The library.
      *>   CALL "graph_version" RETURNING text-at
      *>   CALL "graph_abi_version" RETURNING number
      *>   CALL "graph_string_free" USING BY VALUE string
      *>       RETURNING OMITTED
      *>
      *> What the library calls is a PROGRAM-POINTER, set by
      *> SET log TO ENTRY "name-of-a-program". That begins so, where
      *> context is a pointer of your own, and texts are pointers:
      *>   PROCEDURE DIVISION USING BY VALUE context level line.
