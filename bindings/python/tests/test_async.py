from __future__ import annotations

import asyncio
import time

import pytest
from conftest import TOKEN, Emulator

import graph_message as gm


async def test_200_tasks(emulator: Emulator) -> None:
    drafts = [emulator.draft()["id"] for _ in range(200)]
    with gm.Client(TOKEN, base_url=emulator.base_url) as client:
        receipts = await asyncio.wait_for(asyncio.gather(*map(client.send_async, drafts)), 90)
    assert len({receipt.client_request_id for receipt in receipts}) == 200
    assert len(emulator.mails()) == 200


async def test_the_loop_goes_on(emulator: Emulator) -> None:
    emulator.fault(do="slow", delay_ms=500)
    with gm.Client(TOKEN, base_url=emulator.base_url) as client:
        sending = asyncio.ensure_future(client.send_async(emulator.draft()["id"]))
        turns = 0
        while not sending.done():
            await asyncio.sleep(0.01)
            turns += 1
        await sending
    assert turns > 20


async def test_a_cancelled_task_ends_alone(emulator: Emulator) -> None:
    first, second = emulator.draft()["id"], emulator.draft()["id"]
    emulator.fault(do="accept-then-hang")
    with gm.Client(TOKEN, base_url=emulator.base_url) as client:
        cancelled = asyncio.ensure_future(client.send_async(first))
        await asyncio.sleep(0.3)
        emulator.fault(do="slow", delay_ms=800)
        going_on = asyncio.ensure_future(client.send_async(second))
        await asyncio.sleep(0.2)
        began = time.monotonic()
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError) as raised:
            await cancelled
        took = time.monotonic() - began
        # Before Python 3.11 a task raises another CancelledError, in the context of its own.
        context = raised.value.__context__
        assert isinstance(raised.value.__cause__ or (context and context.__cause__), gm.OutcomeUnknown)
        assert not going_on.done()
        assert (await going_on).evidence is gm.Evidence.ACCEPTED
    assert took < 0.2
    print(f"a cancelled task ended after {1000 * took:.0f} ms")


async def test_errors_come_through(emulator: Emulator) -> None:
    with gm.Client(TOKEN, base_url=emulator.base_url) as client:
        with pytest.raises(gm.Rejected):
            await client.send_async("unknown")
        with pytest.raises(gm.InvalidArgument):
            await client.check_async("", timeout=1)
    with pytest.raises(RuntimeError, match="closed"):
        await client.send_async("x")
