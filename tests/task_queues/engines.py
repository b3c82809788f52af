"""Celery with Redis, and Dask: how they are started, how their workers die, and how they come back."""

import collections
import importlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent


class Redis:
    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self._folder = folder
        self.url = f"redis://127.0.0.1:{self._port}/0"
        self.start()

    def start(self):
        # Every write is on the disk before it is answered: what was queued outlives the server.
        options = ["--dir", self._folder, "--appendonly", "yes", "--appendfsync", "always", "--save", ""]
        self._server = subprocess.Popen(["redis-server", "--port", str(self._port), *options], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 20
        while True:
            with socket.socket() as tried:
                if tried.connect_ex(("127.0.0.1", self._port)) == 0:
                    return
            if time.monotonic() > deadline:
                sys.exit("redis-server does not start")
            time.sleep(0.1)

    def end(self):
        self._server.terminate()
        self._server.wait()


class Workers:
    """Processes of their own, each with a log. One that dies is started again, as systemd would."""

    def __init__(self, commands):
        self._commands = commands
        self._running = [self._start(number) for number in range(len(commands))]

    def _start(self, number):
        with open(f"{os.environ['CAMPAIGN_FOLDER']}/worker-{number}.log", "ab") as log:
            return subprocess.Popen(self._commands[number], cwd=HERE, stdout=log, stderr=log, start_new_session=True)

    def look_after(self):
        for number, worker in enumerate(self._running):
            if worker.poll() is not None:
                self._running[number] = self._start(number)

    def kill(self, dice):
        dice.choice(self._running).send_signal(signal.SIGKILL)

    def end(self):
        for worker in self._running:
            worker.kill()
            worker.wait()


class Celery:
    """Four workers, one for each queue."""

    def __init__(self, tasks):
        self.broker_restarts = 0
        self._redis = Redis(os.environ["CAMPAIGN_FOLDER"])
        os.environ.update({"MAIL_REDIS": self._redis.url, "CAMPAIGN_TASKS": tasks})
        base = [sys.executable, "-m", "celery", "-A", "celery_worker", "worker", "--pool", "threads", "--concurrency", "8"]
        names = [["--queues", f"mail-{number}", "--hostname", f"mail-{number}@campaign"] for number in range(4)]
        self.workers = Workers([[*base, "--loglevel", "WARNING", *name] for name in names])
        self._tasks = importlib.import_module(tasks)

    def enqueue(self, drafts):
        for draft in drafts:
            self._tasks.enqueue(*draft)

    def enqueue_again(self, drafts):
        """As celery_mail.py asks for. Who writes a plain POST has nothing that could be enqueued twice."""
        if self._tasks.__name__ == "celery_mail":
            self.enqueue(drafts)

    def restart_broker(self):
        self._redis.end()
        time.sleep(1)
        self._redis.start()
        self.broker_restarts += 1

    def end(self):
        self.workers.end()
        self._redis.end()


class Dask:
    """Two workers. The scheduler is in this process: there is no broker to restart."""

    broker_restarts = 0

    def __init__(self):
        import dask
        import dask_mail
        from distributed import Client, LocalCluster
        from mortal_worker import Mortals

        dask.config.set({"distributed.scheduler.allowed-failures": 1000})
        self._mail = dask_mail
        self._scheduler = LocalCluster(n_workers=0, dashboard_address=None, silence_logs=50)
        self._client = Client(self._scheduler)
        self._client.register_plugin(Mortals())
        base = [sys.executable, "-m", "distributed.cli.dask_worker", self._scheduler.scheduler_address]
        self.workers = Workers([[*base, "--no-nanny", "--no-dashboard", "--nthreads", "8"]] * 2)

    def enqueue(self, drafts):
        outcomes = self._mail.send_all(self._client, drafts)
        threading.Thread(target=collections.deque, args=(outcomes, 0), daemon=True).start()

    def enqueue_again(self, drafts):
        """The scheduler keeps what it was given."""

    def restart_broker(self):
        pass

    def end(self):
        self.workers.end()
        self._client.close()
        self._scheduler.close()
