      *> Plays one row of tests/cases/misuse.md: misuse ROW. It says
      *> what went wrong and ends with 1, or says nothing.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. MISUSE.
       ENVIRONMENT DIVISION.
       INPUT-OUTPUT SECTION.
       FILE-CONTROL.
           SELECT DRAFTS ASSIGN TO DRAFTS-PATH LINE SEQUENTIAL.
           SELECT FIELDS ASSIGN TO "/proc/self/status"
               LINE SEQUENTIAL.
       DATA DIVISION.
       FILE SECTION.
       FD DRAFTS.
       01 DRAFT-LINE          PIC X(1024).
       FD FIELDS.
       01 FIELDS-LINE        PIC X(200).
       WORKING-STORAGE SECTION.
       COPY "graph-message.cpy".
       01 ROW                 PIC X(30).
       01 DRAFTS-PATH         PIC X(1000).
       01 BASE-URL            PIC X(1000).
       01 TOKEN               PIC X(8192) VALUE Z"user-token".
       01 ENDLESS-USER        PIC X(1000).
       01 DRAFT-ID.
          03 DRAFT-ID-TEXT    PIC X(1024).
          03                  PIC X VALUE X"00".
       01 UNKNOWN-ID.
          03                  PIC X(4) VALUE "AAMk".
          03                  PIC X(92) VALUE ALL "A".
          03                  PIC X VALUE X"00".
       01 COUNTED-ID.
          03                  PIC X(5) VALUE "many-".
          03 COUNTED          PIC 9(6).
          03                  PIC X VALUE X"00".
       01 ANSWER              PIC X(1000).
       01 WRONG               PIC X(1000) VALUE Z"nonsense".
       01 NUMERIC-ITEM        PIC 9(8) VALUE 12345678.
       01 PACKED-ITEM         PIC S9(7) COMP-3 VALUE 1.
       01 WHAT                PIC X(60).
       01 RESULT              BINARY-LONG.
       01 EXPECTED            BINARY-LONG.
       01 SENT                BINARY-LONG.
       01 CHILD               BINARY-LONG.
       01 CHILD-STATUS        BINARY-LONG.
       01 N                   BINARY-LONG.
       01 RESIDENT-BEFORE     BINARY-LONG VALUE 0.
       01 RESIDENT            BINARY-LONG.
       01 ALLOWED             BINARY-LONG.
       01 EDITED              PIC -(9)9.
       01 OPTS                USAGE POINTER VALUE NULL.
       01 CLIENT              USAGE POINTER VALUE NULL.
       01 CALL-SETTINGS       USAGE POINTER VALUE NULL.
       01 FAILURE             USAGE POINTER VALUE NULL.
       01 RECEIPT             USAGE POINTER VALUE NULL.
       01 TEXT-AT             USAGE POINTER.
       01 LOG-ENTRY           USAGE PROGRAM-POINTER.
       LINKAGE SECTION.
       01 C-TEXT              PIC X(1000).
       PROCEDURE DIVISION.
           ACCEPT ROW FROM ARGUMENT-VALUE
           ACCEPT BASE-URL FROM ENVIRONMENT "GRAPH_BASE_URL"
           STRING FUNCTION TRIM(BASE-URL) X"00" INTO BASE-URL
           ACCEPT ENDLESS-USER FROM ENVIRONMENT "GRAPH_ENDLESS_USER"
           STRING FUNCTION TRIM(ENDLESS-USER) X"00" INTO ENDLESS-USER
           ACCEPT DRAFTS-PATH FROM ENVIRONMENT "GRAPH_DRAFTS"
           PERFORM REFUSE-OLD-LIBRARY
           EVALUATE ROW
               WHEN "log-leaves"        PERFORM LOG-LEAVES
               WHEN "log-stops"         PERFORM LOG-STOPS
               WHEN "log-fails"         PERFORM LOG-FAILS
               WHEN "wrong-types"       PERFORM WRONG-TYPES
               WHEN "closed-twice"      PERFORM CLOSED-TWICE
               WHEN "used-after-close"  PERFORM USED-AFTER-CLOSE
               WHEN "freed"             PERFORM FREED
               WHEN "many-sends"        PERFORM MANY-SENDS
               WHEN "fork"              PERFORM FORKED
               WHEN "loaded-twice"      PERFORM LOADED-TWICE
               WHEN "cancelled-twice"   PERFORM CANCELLED-TWICE
               WHEN OTHER
                   MOVE "there is such a row" TO WHAT
                   PERFORM FAIL
           END-EVALUATE
           STOP RUN RETURNING 0.

      *> What the page shows.
       REFUSE-OLD-LIBRARY.
           CALL "graph_abi_version" RETURNING RESULT
           IF RESULT < GRAPH-ABI-VERSION
               MOVE RESULT TO EDITED
               DISPLAY "not sent: the graph_message library has ABI "
                   FUNCTION TRIM(EDITED) ", and this program needs "
                   GRAPH-ABI-VERSION ": install a newer library"
               STOP RUN RETURNING 3
           END-IF.

       LOG-LEAVES.
           SET LOG-ENTRY TO ENTRY "LEAVES"
           MOVE 1 TO N
           PERFORM SEND-LOGGED
           MOVE GRAPH-OK TO EXPECTED
           PERFORM EXPECT-RESULT.

       LOG-STOPS.
           SET LOG-ENTRY TO ENTRY "STOPS"
           MOVE 2 TO N
           PERFORM SEND-LOGGED
           MOVE "the log stops the run" TO WHAT
           PERFORM FAIL.

       LOG-FAILS.
           SET LOG-ENTRY TO ENTRY "FAILS"
           MOVE 3 TO N
           PERFORM SEND-LOGGED
           MOVE "the log stops the run" TO WHAT
           PERFORM FAIL.

      *> COBOL passes what it is told to, by its address: OMITTED, and
      *> items of other kinds, are all that ends in a NUL somewhere.
       WRONG-TYPES.
           MOVE 4 TO N
           PERFORM READ-DRAFT
           CALL "graph_init" USING BY VALUE OPTS
               BY REFERENCE OMITTED RETURNING RESULT
           MOVE "no token" TO WHAT
           CALL "graph_message_send_text" USING OMITTED Z"me" DRAFT-ID
               ANSWER BY VALUE 1000 BY REFERENCE OMITTED OMITTED
               RETURNING RESULT
           PERFORM EXPECT-REFUSAL
           MOVE "no id" TO WHAT
           CALL "graph_message_send_text" USING TOKEN Z"me" OMITTED
               ANSWER BY VALUE 1000 BY REFERENCE OMITTED OMITTED
               RETURNING RESULT
           PERFORM EXPECT-REFUSAL
           MOVE "spaces for a token" TO WHAT
           MOVE SPACES TO ANSWER
           CALL "graph_message_send_text" USING Z"   " Z"me" DRAFT-ID
               ANSWER BY VALUE 1000 BY REFERENCE OMITTED OMITTED
               RETURNING RESULT
           PERFORM EXPECT-REFUSAL
           MOVE "spaces for an id" TO WHAT
           CALL "graph_message_send_text" USING TOKEN Z"me" Z"   "
               ANSWER BY VALUE 1000 BY REFERENCE OMITTED OMITTED
               RETURNING RESULT
           PERFORM EXPECT-REFUSAL
           MOVE "what is not UTF-8" TO WHAT
           CALL "graph_message_send_text" USING X"FFFE00" Z"me"
               DRAFT-ID ANSWER BY VALUE 1000 BY REFERENCE OMITTED
               OMITTED RETURNING RESULT
           PERFORM EXPECT-REFUSAL
           MOVE "a packed number for a token" TO WHAT
           CALL "graph_message_send_text" USING PACKED-ITEM Z"me"
               DRAFT-ID ANSWER BY VALUE 1000 BY REFERENCE OMITTED
               OMITTED RETURNING RESULT
           PERFORM EXPECT-REFUSAL
           MOVE "a number for an id" TO WHAT
           CALL "graph_client_send" USING BY VALUE CLIENT CALL-SETTINGS
               BY REFERENCE TOKEN OMITTED NUMERIC-ITEM RECEIPT FAILURE
               RETURNING RESULT
           MOVE GRAPH-INVALID-ARGUMENT TO EXPECTED
           PERFORM EXPECT-RESULT
           MOVE "no place for an answer" TO WHAT
           CALL "graph_message_send_text" USING OMITTED OMITTED OMITTED
               OMITTED BY VALUE 0 BY REFERENCE OMITTED OMITTED
               RETURNING RESULT
           PERFORM EXPECT-RESULT
           MOVE "a refused base URL" TO WHAT
           CALL "graph_options_new" RETURNING OPTS
           CALL "graph_options_set_base_url" USING BY VALUE OPTS
               BY REFERENCE WRONG
           CALL "graph_client_new" USING BY VALUE OPTS
               BY REFERENCE CLIENT OMITTED RETURNING RESULT
           PERFORM EXPECT-RESULT
           MOVE "settings too late" TO WHAT
           CALL "graph_init" USING BY VALUE OPTS
               BY REFERENCE OMITTED RETURNING RESULT
           PERFORM EXPECT-RESULT.

       CLOSED-TWICE.
           PERFORM FREE-CLIENT
           PERFORM MAKE-CLIENT
           MOVE 5 TO N
           PERFORM SEND-WITH-CLIENT
           MOVE GRAPH-OK TO EXPECTED
           PERFORM EXPECT-RESULT
           PERFORM FREE-CLIENT
           PERFORM FREE-CLIENT.

       USED-AFTER-CLOSE.
           PERFORM MAKE-CLIENT
           PERFORM FREE-CLIENT
           CALL "graph_client_cancel" USING BY VALUE CLIENT
               RETURNING OMITTED
           MOVE 6 TO N
           PERFORM SEND-WITH-CLIENT
           MOVE GRAPH-INVALID-ARGUMENT TO EXPECTED
           PERFORM EXPECT-RESULT.

       FREED.
           MOVE 400 TO ALLOWED
           PERFORM 3000 TIMES
               PERFORM MAKE-CLIENT
               CALL "graph_call_new" RETURNING CALL-SETTINGS
               CALL "graph_call_set_internet_message_id" USING
                   BY VALUE CALL-SETTINGS BY REFERENCE Z"<a@b>"
               CALL "graph_call_free" USING BY VALUE CALL-SETTINGS
                   RETURNING OMITTED
               PERFORM FREE-CLIENT
               ADD 1 TO N
               IF N = 2000
                   PERFORM READ-RESIDENT
                   MOVE RESIDENT TO RESIDENT-BEFORE
               END-IF
           END-PERFORM
           PERFORM EXPECT-FLAT.

       MANY-SENDS.
           MOVE 1000 TO ALLOWED
           PERFORM INIT-SHARED
           PERFORM VARYING COUNTED FROM 1 BY 1 UNTIL COUNTED > 10000
               CALL "graph_message_send_text" USING TOKEN ENDLESS-USER
                   COUNTED-ID ANSWER BY VALUE 1000
                   BY REFERENCE OMITTED OMITTED RETURNING RESULT
               MOVE GRAPH-OK TO EXPECTED
               PERFORM EXPECT-RESULT
               CALL "graph_message_send_text" USING TOKEN Z"me"
                   UNKNOWN-ID ANSWER BY VALUE 1000
                   BY REFERENCE OMITTED OMITTED RETURNING RESULT
               MOVE GRAPH-NOT-FOUND TO EXPECTED
               PERFORM EXPECT-RESULT
               IF COUNTED = 5000
                   PERFORM READ-RESIDENT
                   MOVE RESIDENT TO RESIDENT-BEFORE
               END-IF
           END-PERFORM
           PERFORM EXPECT-FLAT.

       FORKED.
           MOVE GRAPH-OK TO EXPECTED
           PERFORM INIT-SHARED
           MOVE 7 TO N
           PERFORM SEND-TEXT
           CALL "fork" RETURNING CHILD
           IF CHILD = 0
               MOVE 8 TO N
               PERFORM SEND-TEXT
               STOP RUN RETURNING 0
           END-IF
           MOVE 9 TO N
           PERFORM SEND-TEXT
           CALL "waitpid" USING BY VALUE CHILD BY REFERENCE CHILD-STATUS
               BY VALUE 0 RETURNING RESULT
           MOVE "the child ends well" TO WHAT
           IF CHILD-STATUS NOT = 0 PERFORM FAIL.

      *> Where CALL finds the library at run time, CANCEL lets go of it.
       LOADED-TWICE.
           MOVE GRAPH-OK TO EXPECTED
           PERFORM INIT-SHARED
           MOVE 10 TO N
           PERFORM SEND-TEXT
           CANCEL "graph_message_send_text" "graph_version"
           MOVE 11 TO N
           PERFORM SEND-TEXT.

      *> There is no second thread: before the call, and after it.
       CANCELLED-TWICE.
           PERFORM MAKE-CLIENT
           CALL "graph_call_new" RETURNING CALL-SETTINGS
           MOVE 12 TO N
           PERFORM SEND-WITH-CLIENT
           MOVE GRAPH-OK TO EXPECTED
           PERFORM EXPECT-RESULT
           PERFORM 2 TIMES
               CALL "graph_call_cancel" USING BY VALUE CALL-SETTINGS
                   RETURNING OMITTED
           END-PERFORM
           MOVE 13 TO N
           MOVE GRAPH-CANCELLED TO EXPECTED
           PERFORM 2 TIMES
               PERFORM SEND-WITH-CLIENT
               PERFORM EXPECT-RESULT
           END-PERFORM.

       INIT-SHARED.
           CALL "graph_options_new" RETURNING OPTS
           CALL "graph_options_set_base_url" USING BY VALUE OPTS
               BY REFERENCE BASE-URL
           CALL "graph_init" USING BY VALUE OPTS BY REFERENCE OMITTED
               RETURNING RESULT
           MOVE "the base URL is taken" TO WHAT
           IF RESULT NOT = GRAPH-OK PERFORM FAIL.

       MAKE-CLIENT.
           CALL "graph_options_new" RETURNING OPTS
           CALL "graph_options_set_base_url" USING BY VALUE OPTS
               BY REFERENCE BASE-URL
           IF LOG-ENTRY NOT = NULL
               CALL "graph_options_set_log" USING BY VALUE OPTS
                   LOG-ENTRY BY REFERENCE OMITTED
           END-IF
           CALL "graph_client_new" USING BY VALUE OPTS
               BY REFERENCE CLIENT FAILURE RETURNING RESULT
           MOVE "a client is made" TO WHAT
           IF RESULT NOT = GRAPH-OK PERFORM FAIL END-IF
           CALL "graph_options_free" USING BY VALUE OPTS
               RETURNING OMITTED
           SET OPTS TO NULL.

       FREE-CLIENT.
           CALL "graph_client_free" USING BY VALUE CLIENT
               RETURNING OMITTED
           SET CLIENT TO NULL.

       SEND-LOGGED.
           PERFORM MAKE-CLIENT
           PERFORM SEND-WITH-CLIENT.

       SEND-WITH-CLIENT.
           PERFORM READ-DRAFT
           STRING FUNCTION TRIM(DRAFT-ID-TEXT) X"00" INTO DRAFT-ID
           CALL "graph_client_send" USING BY VALUE CLIENT CALL-SETTINGS
               BY REFERENCE TOKEN OMITTED DRAFT-ID RECEIPT FAILURE
               RETURNING RESULT
           CALL "graph_receipt_free" USING BY VALUE RECEIPT
               RETURNING OMITTED
           IF FAILURE NOT = NULL
               CALL "graph_error_message" USING BY VALUE FAILURE
                   RETURNING TEXT-AT
               SET ADDRESS OF C-TEXT TO TEXT-AT
               STRING C-TEXT DELIMITED BY X"00" INTO ANSWER
           END-IF
           CALL "graph_error_free" USING BY VALUE FAILURE
               RETURNING OMITTED
           SET FAILURE TO NULL.

       SEND-TEXT.
           PERFORM READ-DRAFT
           CALL "graph_message_send_text" USING TOKEN Z"me" DRAFT-ID
               ANSWER BY VALUE 1000 BY REFERENCE OMITTED OMITTED
               RETURNING RESULT
           PERFORM EXPECT-RESULT.

      *> The drafts of the mailbox are on lines of a file.
       READ-DRAFT.
           OPEN INPUT DRAFTS
           PERFORM N TIMES
               READ DRAFTS
           END-PERFORM
           MOVE DRAFT-LINE TO DRAFT-ID-TEXT
           CLOSE DRAFTS.

      *> In kB.
       READ-RESIDENT.
           OPEN INPUT FIELDS
           MOVE SPACES TO FIELDS-LINE
           PERFORM UNTIL FIELDS-LINE(1:6) = "VmRSS:"
               READ FIELDS
           END-PERFORM
           INSPECT FIELDS-LINE REPLACING ALL X"09" BY SPACE
           UNSTRING FIELDS-LINE DELIMITED BY ALL SPACE
               INTO WHAT RESIDENT
           CLOSE FIELDS.

       EXPECT-FLAT.
           PERFORM READ-RESIDENT
           MOVE RESIDENT-BEFORE TO EDITED
           DISPLAY FUNCTION TRIM(ROW) ": " FUNCTION TRIM(EDITED)
               " kB, and then " WITH NO ADVANCING
           MOVE RESIDENT TO EDITED
           DISPLAY FUNCTION TRIM(EDITED) " kB"
           MOVE "memory is flat" TO WHAT
           IF RESIDENT-BEFORE = 0
               OR RESIDENT - RESIDENT-BEFORE > ALLOWED PERFORM FAIL.

       EXPECT-REFUSAL.
           MOVE GRAPH-INVALID-ARGUMENT TO EXPECTED
           PERFORM EXPECT-RESULT
           IF ANSWER(1:10) NOT = "not sent: " PERFORM FAIL.

       EXPECT-RESULT.
           IF RESULT NOT = EXPECTED
               MOVE RESULT TO EDITED
               DISPLAY "the status is " EDITED
               PERFORM FAIL
           END-IF.

       FAIL.
           DISPLAY "does not hold: " FUNCTION TRIM(ROW) ": "
               FUNCTION TRIM(WHAT) ": " FUNCTION TRIM(ANSWER)
           STOP RUN RETURNING 1.
       END PROGRAM MISUSE.

       IDENTIFICATION DIVISION.
       PROGRAM-ID. LEAVES.
       DATA DIVISION.
       LINKAGE SECTION.
       01 CONTEXT             USAGE POINTER.
       01 LOG-LEVEL           BINARY-LONG.
       01 LINE-AT             USAGE POINTER.
       PROCEDURE DIVISION USING BY VALUE CONTEXT LOG-LEVEL LINE-AT.
           MOVE 99 TO RETURN-CODE
           PERFORM 3 TIMES
               EXIT PROGRAM
           END-PERFORM
           GOBACK.
       END PROGRAM LEAVES.

       IDENTIFICATION DIVISION.
       PROGRAM-ID. STOPS.
       DATA DIVISION.
       LINKAGE SECTION.
       01 CONTEXT             USAGE POINTER.
       01 LOG-LEVEL           BINARY-LONG.
       01 LINE-AT             USAGE POINTER.
       PROCEDURE DIVISION USING BY VALUE CONTEXT LOG-LEVEL LINE-AT.
           STOP RUN RETURNING 7.
       END PROGRAM STOPS.

      *> An error of the run time, which ends the run.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. FAILS.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01 NAME                PIC X(20) VALUE "NO-SUCH-PROGRAM".
       LINKAGE SECTION.
       01 CONTEXT             USAGE POINTER.
       01 LOG-LEVEL           BINARY-LONG.
       01 LINE-AT             USAGE POINTER.
       PROCEDURE DIVISION USING BY VALUE CONTEXT LOG-LEVEL LINE-AT.
           CALL NAME
           GOBACK.
       END PROGRAM FAILS.
