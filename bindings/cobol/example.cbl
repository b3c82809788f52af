       PROGRAM-ID. EXAMPLE. DATA DIVISION. WORKING-STORAGE SECTION.
       COPY "graph-message.cpy".
       01 TOKEN.    03 TOKEN-TEXT    PIC X(8192). 03 PIC X VALUE X"00".
       01 DRAFT-ID. 03 DRAFT-ID-TEXT PIC X(1024). 03 PIC X VALUE X"00".
       01 BASE-URL  PIC X(256) VALUE "https://graph.microsoft.com/v1.0".
       01 ANSWER    PIC X(1000). 01 OPTS POINTER. 01 N BINARY-LONG.
       01 SAID      PIC X(1000) VALUE "not sent: BASE-URL is refused".
       PROCEDURE DIVISION.
           ACCEPT N FROM ARGUMENT-NUMBER IF N < 2 OR > 3 DISPLAY
               "usage: example TOKEN DRAFT-ID [BASE-URL]" UPON SYSERR
               STOP RUN 64.
           ACCEPT TOKEN-TEXT FROM ARGUMENT-VALUE
           ACCEPT DRAFT-ID-TEXT FROM ARGUMENT-VALUE
           ACCEPT BASE-URL FROM ARGUMENT-VALUE
           CALL "graph_abi_version" IF RETURN-CODE < GRAPH-ABI-VERSION
               DISPLAY "not sent: graph_message is too old" UPON SYSERR
               STOP RUN 1.
           STRING FUNCTION TRIM(BASE-URL) X"00" INTO BASE-URL
           CALL "graph_options_new" RETURNING OPTS
           CALL "graph_options_set_base_url" USING BY VALUE OPTS
               BY REFERENCE BASE-URL
           CALL "graph_init" USING BY VALUE OPTS BY REFERENCE OMITTED
           IF RETURN-CODE = GRAPH-OK
               CALL "graph_message_send_text" USING TOKEN Z"me" DRAFT-ID
                   ANSWER BY VALUE 1000 BY REFERENCE OMITTED OMITTED
               UNSTRING ANSWER DELIMITED BY X"00" INTO SAID.
           CALL "graph_status_sent" USING BY VALUE RETURN-CODE
           IF RETURN-CODE = 1 DISPLAY FUNCTION TRIM(SAID) STOP RUN 0.
           DISPLAY FUNCTION TRIM(SAID) UPON SYSERR *> 2: check later
           COMPUTE RETURN-CODE = 1 - RETURN-CODE STOP RUN.
