"""bindings/python/examples/celery_mail.py as it stands, with a record of what its tasks were told. CAMPAIGN_TASKS names another."""

import importlib
import os

from celery.signals import task_failure, task_prerun, task_retry, task_success
from told import Mortal, tell

tasks = importlib.import_module(os.environ["CAMPAIGN_TASKS"])
app = tasks.app
tasks.client = Mortal(tasks.client)


@task_prerun.connect
def delivered(task_id, task, args, **_):
    tell(delivered=f"{task_id} {task.request.retries}", id=args[1])


@task_success.connect
def ended(sender, result, **_):
    tell(id=sender.request.args[1], outcome=result)


@task_retry.connect
def again(request, reason, **_):
    if str(reason.exc).startswith("may have been sent"):
        tell(id=request.args[1], unknown=str(reason.exc))


@task_failure.connect
def failed(args, exception, **_):
    tell(id=args[1], outcome=f"not sent: {type(exception).__name__}: {exception}")
