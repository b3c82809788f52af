"""What lets Dask's workers tell what they were told, and die where they should."""

from distributed import WorkerPlugin


class Mortals(WorkerPlugin):
    def setup(self, worker):
        import dask_mail
        from told import Mortal, tell

        client, send = Mortal(dask_mail.client()), dask_mail.send
        dask_mail.client = lambda: client

        def counting(*arguments, **named):
            try:
                return check(*arguments, **named)
            finally:
                tell(id=arguments[0], unknown="checked")

        check, client.check = client.check, counting

        def telling(mailbox, *draft):
            tell(delivered=draft[0], id=draft[0])
            id, outcome = send(mailbox, *draft)
            tell(id=id, outcome=outcome)
            return id, outcome

        dask_mail.send = telling
