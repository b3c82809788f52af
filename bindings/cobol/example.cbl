       PROGRAM-ID. EXAMPLE. *> TOKEN DRAFT-ID [BASE-URL]
       DATA DIVISION. WORKING-STORAGE SECTION.
       COPY "graph-message.cpy".
       01 TOKEN.    03 TOKEN-TEXT    PIC X(8192). 03 PIC X VALUE X"00".
       01 DRAFT-ID. 03 DRAFT-ID-TEXT PIC X(1024). 03 PIC X VALUE X"00".
       01 BASE-URL  PIC X(256) VALUE "https://graph.microsoft.com/v1.0".
       01 ANSWER    PIC X(1000). 01 OPTS USAGE POINTER.
       01 LOG-LINE  PIC X(1000) VALUE "not sent: BASE-URL is refused".
       PROCEDURE DIVISION.
           ACCEPT TOKEN-TEXT FROM ARGUMENT-VALUE
           ACCEPT DRAFT-ID-TEXT FROM ARGUMENT-VALUE
           ACCEPT BASE-URL FROM ARGUMENT-VALUE
           CALL "graph_abi_version"
           IF RETURN-CODE < GRAPH-ABI-VERSION
               DISPLAY "not sent: graph_message is too old" STOP RUN 1.
           STRING FUNCTION TRIM(BASE-URL) X"00" INTO BASE-URL
           CALL "graph_options_new" RETURNING OPTS
           CALL "graph_options_set_base_url" USING BY VALUE OPTS
               BY REFERENCE BASE-URL
           CALL "graph_init" USING BY VALUE OPTS BY REFERENCE OMITTED
           IF RETURN-CODE = GRAPH-OK
               CALL "graph_message_send_text" USING TOKEN Z"me" DRAFT-ID
                   ANSWER BY VALUE 1000 BY REFERENCE OMITTED OMITTED
               UNSTRING ANSWER DELIMITED BY X"00" INTO LOG-LINE.
           DISPLAY FUNCTION TRIM(LOG-LINE) STOP RUN.
