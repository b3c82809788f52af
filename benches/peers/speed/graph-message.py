"""This library's Python module: one client for all threads."""

import graph_message
from harness import BASE_URL, TOKEN, run_threads

with graph_message.Client(TOKEN, base_url=BASE_URL) as client:
    run_threads(lambda mailbox: lambda draft: client.send(draft, user=mailbox))
