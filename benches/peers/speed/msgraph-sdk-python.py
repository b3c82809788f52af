"""msgraph-sdk: one client, and tasks for threads."""

import asyncio
import time

from azure.core.credentials import AccessToken
from harness import BASE_URL, TOKEN, run_tasks
from kiota_authentication_azure.azure_identity_authentication_provider import AzureIdentityAuthenticationProvider
from msgraph import GraphRequestAdapter, GraphServiceClient


class Static:
    """A credential that has its token already."""

    def get_token(self, *scopes, **options):
        return AccessToken(TOKEN, int(time.time()) + 3600)


async def main():
    adapter = GraphRequestAdapter(AzureIdentityAuthenticationProvider(Static()))
    adapter.base_url = BASE_URL
    client = GraphServiceClient(request_adapter=adapter)

    def sender(mailbox):
        messages = client.users.by_user_id(mailbox).messages
        return lambda draft: messages.by_message_id(draft).send.post()

    await run_tasks(sender)


asyncio.run(main())
