"""Sends a draft with msgraph-sdk: send.py BASE-URL TOKEN ID. Prints one word; why and how long on standard error."""

import asyncio
import sys
import time

from azure.core.credentials import AccessToken
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient

base_url, token, draft = sys.argv[1:]


class Static:
    """A credential that has its token already."""

    def get_token(self, *scopes, **options):
        return AccessToken(token, int(time.time()) + 3600)


async def send():
    adapter = GraphRequestAdapter(AzureIdentityAuthenticationProvider(Static()))
    adapter.base_url = base_url
    client = GraphServiceClient(request_adapter=adapter)
    began = time.monotonic()
    try:
        await client.me.messages.by_message_id(draft).send.post()
        return "sent", began, ""
    except Exception as e:
        return "failed", began, f"{type(e).__name__} {' '.join(str(e).split())}"


word, began, why = asyncio.run(send())
print(f"{(time.monotonic() - began) * 1000:.0f} {why}", file=sys.stderr)
print(word)
