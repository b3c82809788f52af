import sys
import graph_message as gm

if len(sys.argv) not in (3, 4):
    print("usage: example TOKEN DRAFT-ID [BASE-URL]", file=sys.stderr)
    sys.exit(64)
token, draft_id, base_url = (sys.argv[1:] + [None])[:3]

try:
    with gm.Client(token, base_url=base_url, timeout=60) as client:
        receipt = client.send(draft_id)  # user="megan@contoso.example" for another mailbox
    print("sent, client-request-id", receipt.client_request_id)
except gm.Unsent as error:
    print(error, file=sys.stderr)
    sys.exit(1)
except gm.OutcomeUnknown as error:  # client.check later; do not repeat blindly
    print(error, file=sys.stderr)
    sys.exit(2)
