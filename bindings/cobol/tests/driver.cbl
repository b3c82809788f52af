      *> Runs calls as it is told on standard input and prints what they
      *> ended in: the COBOL end of tests/cases, through pointers. The
      *> lines are those of tests/c/driver.c.
       IDENTIFICATION DIVISION.
       PROGRAM-ID. DRIVER.
       ENVIRONMENT DIVISION.
       INPUT-OUTPUT SECTION.
       FILE-CONTROL.
           SELECT TOLD ASSIGN TO KEYBOARD LINE SEQUENTIAL.
       DATA DIVISION.
       FILE SECTION.
       FD TOLD RECORD VARYING 1 TO 200000 DEPENDING ON TOLD-SIZE.
       01 TOLD-LINE           PIC X(200000).
       WORKING-STORAGE SECTION.
       COPY "graph-message.cpy".
       01 TOLD-SIZE           BINARY-LONG UNSIGNED.
       01 TOLD-NAME           PIC X(40).
       01 GIVEN               PIC X(50000).
       01 TOKEN               PIC X(50000).
       01 USER-ID             PIC X(50000).
       01 DRAFT-ID            PIC X(50000).
       01 MESSAGE-ID          PIC X(50000).
       01 I                   BINARY-LONG UNSIGNED.
       01 N                   BINARY-LONG UNSIGNED.
       01 HEX-BYTE.
          03 HEX-DIGITS       PIC XX.
          03                  PIC X VALUE X"00".
       01 NUMBER-GIVEN        BINARY-LONG UNSIGNED.
       01 CALL-TIMEOUT        BINARY-LONG UNSIGNED VALUE 0.
       01 CANCELS             PIC X VALUE "N".
       01 FUNCTION-NAME       PIC X(50).
       01 RESULT              BINARY-LONG.
       01 SHOWN-NUMBER        BINARY-LONG.
       01 WIDE-NUMBER         BINARY-DOUBLE.
       01 EDITED              PIC -(10)9.
       01 CLOCKS.
          03 OCCURS 2.
             05 SECONDS       BINARY-DOUBLE.
             05 NANOSECONDS   BINARY-DOUBLE.
       01 OPTS                USAGE POINTER.
       01 CLIENT              USAGE POINTER VALUE NULL.
       01 CALL-SETTINGS       USAGE POINTER.
       01 TOKEN-AT            USAGE POINTER VALUE NULL.
       01 USER-AT             USAGE POINTER VALUE NULL.
       01 ID-AT               USAGE POINTER VALUE NULL.
       01 MESSAGE-ID-AT       USAGE POINTER VALUE NULL.
       01 RECEIPT             USAGE POINTER.
       01 FAILURE             USAGE POINTER.
       01 ANSWER              USAGE POINTER.
       01 TEXT-AT             USAGE POINTER.
       01 LOG-ENTRY           USAGE PROGRAM-POINTER.
      *> What an answer has: N is a number, T a text.
       01 KIND                PIC X(8).
       01 FIELD-NAME          PIC X(30).
       01 FIELD-KIND          PIC X.
       01 FIELD-TABLE.
          03 PIC X(22) VALUE "Nhttp_status".
          03 PIC X(22) VALUE "Trequest_id".
          03 PIC X(22) VALUE "Tclient_request_id".
          03 PIC X(22) VALUE "Nattempts".
          03 PIC X(22) VALUE "Nevidence".
          03 PIC X(22) VALUE "Tsent_id".
          03 PIC X(22) VALUE "Tcode".
          03 PIC X(22) VALUE "Tmessage".
          03 PIC X(22) VALUE "Nretry_after_ms".
          03 PIC X(22) VALUE "Tclaims".
          03 PIC X(22) VALUE "Nseen".
          03 PIC X(22) VALUE "Tinternet_message_id".
       01 REDEFINES FIELD-TABLE.
          03 OCCURS 12.
             05 FIELD-TYPE    PIC X.
             05 FIELD         PIC X(21).
       LINKAGE SECTION.
       01 SHOWN-TEXT          PIC X(50000).
       PROCEDURE DIVISION.
           CALL "graph_abi_version" RETURNING RESULT
           IF RESULT < GRAPH-ABI-VERSION
               DISPLAY "the library is older than this program"
               STOP RUN RETURNING 2
           END-IF
           CALL "graph_options_new" RETURNING OPTS
           OPEN INPUT TOLD
           PERFORM UNTIL EXIT
               READ TOLD AT END EXIT PERFORM END-READ
               PERFORM DECODE
               PERFORM OBEY
           END-PERFORM
           PERFORM FREE-CLIENT
           CALL "graph_options_free" USING BY VALUE OPTS
               RETURNING OMITTED
           STOP RUN RETURNING 0.

       DECODE.
           MOVE 1 TO I
           UNSTRING TOLD-LINE(1:TOLD-SIZE) DELIMITED BY SPACE
               INTO TOLD-NAME WITH POINTER I
           MOVE 0 TO N
           PERFORM UNTIL I > TOLD-SIZE
               ADD 1 TO N
               MOVE TOLD-LINE(I:1) TO GIVEN(N:1)
               IF GIVEN(N:1) = "\"
                   MOVE TOLD-LINE(I + 2:2) TO HEX-DIGITS
                   CALL "strtoul" USING HEX-BYTE BY REFERENCE OMITTED
                       BY VALUE 16 RETURNING SHOWN-NUMBER
                   MOVE FUNCTION CHAR(SHOWN-NUMBER + 1) TO GIVEN(N:1)
                   ADD 3 TO I
               END-IF
               ADD 1 TO I
           END-PERFORM
           MOVE X"00" TO GIVEN(N + 1:1).

       OBEY.
           EVALUATE TOLD-NAME
               WHEN "token"
                   MOVE GIVEN(1:N + 1) TO TOKEN
                   SET TOKEN-AT TO ADDRESS OF TOKEN
               WHEN "user"
                   MOVE GIVEN(1:N + 1) TO USER-ID
                   SET USER-AT TO ADDRESS OF USER-ID
               WHEN "id"
                   MOVE GIVEN(1:N + 1) TO DRAFT-ID
                   SET ID-AT TO ADDRESS OF DRAFT-ID
               WHEN "internet_message_id"
                   MOVE GIVEN(1:N + 1) TO MESSAGE-ID
                   SET MESSAGE-ID-AT TO ADDRESS OF MESSAGE-ID
               WHEN "call_timeout_ms"
                   COMPUTE CALL-TIMEOUT = FUNCTION NUMVAL(GIVEN(1:N))
               WHEN "cancel_client_after_ms"
               WHEN "cancel_call_after_ms"
                   MOVE "Y" TO CANCELS
               WHEN "send"
               WHEN "check"
                   PERFORM MAKE-CALL
                   DISPLAY X"0A" WITH NO ADVANCING
                   CALL "fflush" USING BY REFERENCE OMITTED
               WHEN OTHER
                   PERFORM SET-OPTION
                   PERFORM FREE-CLIENT
           END-EVALUATE.

       SET-OPTION.
           STRING "graph_options_set_" TOLD-NAME
               DELIMITED BY SIZE INTO FUNCTION-NAME
           EVALUATE TOLD-NAME
               WHEN "log"
                   SET LOG-ENTRY TO ENTRY "LOGLINE"
                   CALL "graph_options_set_log" USING BY VALUE OPTS
                       LOG-ENTRY BY REFERENCE OMITTED
               WHEN "proxy_from_environment"
                   CALL FUNCTION-NAME USING BY VALUE OPTS
               WHEN "base_url"
               WHEN "proxy"
               WHEN "ca_file"
               WHEN "user_agent"
                   CALL FUNCTION-NAME USING BY VALUE OPTS
                       BY REFERENCE GIVEN
               WHEN OTHER
                   COMPUTE NUMBER-GIVEN = FUNCTION NUMVAL(GIVEN(1:N))
                   CALL FUNCTION-NAME USING BY VALUE OPTS NUMBER-GIVEN
           END-EVALUATE.

       FREE-CLIENT.
           CALL "graph_client_free" USING BY VALUE CLIENT
               RETURNING OMITTED
           SET CLIENT TO NULL.

       MAKE-CALL.
           IF CANCELS = "Y"
               DISPLAY "inexpressible=COBOL has no second thread"
               EXIT PARAGRAPH
           END-IF
           SET RECEIPT TO NULL
           SET FAILURE TO NULL
           MOVE GRAPH-OK TO RESULT
           IF CLIENT = NULL
               CALL "graph_client_new" USING BY VALUE OPTS
                   BY REFERENCE CLIENT FAILURE RETURNING RESULT
           END-IF
           IF RESULT = GRAPH-OK
               PERFORM SEND-OR-CHECK
           END-IF
           CALL "graph_status_name" USING BY VALUE RESULT
               RETURNING TEXT-AT
           MOVE "status" TO FIELD-NAME
           PERFORM SHOW-TEXT
           CALL "graph_status_sent" USING BY VALUE RESULT
               RETURNING SHOWN-NUMBER
           MOVE "sent" TO FIELD-NAME
           PERFORM SHOW-NUMBER
           IF RESULT = GRAPH-OK
               MOVE "receipt" TO KIND
               SET ANSWER TO RECEIPT
               PERFORM SHOW-FIELD VARYING I FROM 1 BY 1 UNTIL I > 6
           ELSE
               MOVE "error" TO KIND
               SET ANSWER TO FAILURE
               CALL "graph_error_status" USING BY VALUE FAILURE
                   RETURNING SHOWN-NUMBER
               CALL "graph_status_name" USING BY VALUE SHOWN-NUMBER
                   RETURNING TEXT-AT
               MOVE "error_status" TO FIELD-NAME
               PERFORM SHOW-TEXT
               PERFORM SHOW-FIELD VARYING I FROM 1 BY 1 UNTIL I > 4
               PERFORM SHOW-FIELD VARYING I FROM 7 BY 1 UNTIL I > 12
           END-IF
           CALL "graph_receipt_free" USING BY VALUE RECEIPT
               RETURNING OMITTED
           CALL "graph_error_free" USING BY VALUE FAILURE
               RETURNING OMITTED.

       SEND-OR-CHECK.
           CALL "graph_call_new" RETURNING CALL-SETTINGS
           CALL "graph_call_set_timeout_ms" USING
               BY VALUE CALL-SETTINGS CALL-TIMEOUT
           CALL "graph_call_set_internet_message_id" USING
               BY VALUE CALL-SETTINGS MESSAGE-ID-AT
           MOVE SPACES TO FUNCTION-NAME
           STRING "graph_client_" TOLD-NAME
               DELIMITED BY SIZE INTO FUNCTION-NAME
           CALL "clock_gettime" USING BY VALUE 1
               BY REFERENCE CLOCKS(1:16)
           CALL FUNCTION-NAME USING BY VALUE CLIENT CALL-SETTINGS
               TOKEN-AT USER-AT ID-AT BY REFERENCE RECEIPT FAILURE
               RETURNING RESULT
           CALL "clock_gettime" USING BY VALUE 1
               BY REFERENCE CLOCKS(17:16)
           COMPUTE SHOWN-NUMBER = (SECONDS(2) - SECONDS(1)) * 1000
               + (NANOSECONDS(2) - NANOSECONDS(1)) / 1000000
           MOVE "elapsed_ms" TO FIELD-NAME
           PERFORM SHOW-NUMBER
           CALL "graph_call_free" USING BY VALUE CALL-SETTINGS
               RETURNING OMITTED.

       SHOW-FIELD.
           MOVE FIELD(I) TO FIELD-NAME
           MOVE SPACES TO FUNCTION-NAME
           STRING "graph_" DELIMITED BY SIZE KIND DELIMITED BY SPACE
               "_" FIELD(I) DELIMITED BY SIZE INTO FUNCTION-NAME
           IF FIELD-TYPE(I) = "N"
               CALL FUNCTION-NAME USING BY VALUE ANSWER
                   RETURNING SHOWN-NUMBER
      *>       A function's number comes signed, and none is negative.
               MOVE SHOWN-NUMBER TO WIDE-NUMBER
               IF WIDE-NUMBER < 0
                   ADD 4294967296 TO WIDE-NUMBER
               END-IF
               MOVE WIDE-NUMBER TO EDITED
               PERFORM SHOW-EDITED
           ELSE
               CALL FUNCTION-NAME USING BY VALUE ANSWER
                   RETURNING TEXT-AT
               PERFORM SHOW-TEXT
           END-IF.

       SHOW-NUMBER.
           MOVE SHOWN-NUMBER TO EDITED
           PERFORM SHOW-EDITED.

       SHOW-EDITED.
           DISPLAY FUNCTION TRIM(FIELD-NAME) "="
               FUNCTION TRIM(EDITED).

       SHOW-TEXT.
           SET ADDRESS OF SHOWN-TEXT TO TEXT-AT
           PERFORM VARYING N FROM 1 BY 1 UNTIL SHOWN-TEXT(N:1) = X"00"
               CONTINUE
           END-PERFORM
           DISPLAY FUNCTION TRIM(FIELD-NAME) "=" WITH NO ADVANCING
           IF N > 1
               DISPLAY SHOWN-TEXT(1:N - 1) WITH NO ADVANCING
           END-IF
           DISPLAY X"0A" WITH NO ADVANCING.
       END PROGRAM DRIVER.

       IDENTIFICATION DIVISION.
       PROGRAM-ID. LOGLINE.
       DATA DIVISION.
       WORKING-STORAGE SECTION.
       01 N                   BINARY-LONG UNSIGNED.
       01 LEVEL-SHOWN         PIC 9.
       LINKAGE SECTION.
       01 CONTEXT             USAGE POINTER.
       01 LOG-LEVEL           BINARY-LONG.
       01 LINE-AT             USAGE POINTER.
       01 LOGGED              PIC X(50000).
       PROCEDURE DIVISION USING BY VALUE CONTEXT LOG-LEVEL LINE-AT.
           SET ADDRESS OF LOGGED TO LINE-AT
           PERFORM VARYING N FROM 1 BY 1 UNTIL LOGGED(N:1) = X"00"
               CONTINUE
           END-PERFORM
           MOVE LOG-LEVEL TO LEVEL-SHOWN
           DISPLAY "log=" LEVEL-SHOWN " " LOGGED(1:N - 1)
           GOBACK.
       END PROGRAM LOGLINE.
