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


class Celery:
    """Four workers, one for each queue. One that dies is started again, as systemd would."""

    def __init__(self, tasks):
        self._folder, self.broker_restarts = os.environ["CAMPAIGN_FOLDER"], 0
        self._redis = Redis(self._folder)
        os.environ.update({"MAIL_REDIS": self._redis.url, "CAMPAIGN_TASKS": tasks})
        self._workers = [self._worker(queue) for queue in range(4)]
        self._tasks = importlib.import_module(tasks)

    def _worker(self, queue):
        names = ["--queues", f"mail-{queue}", "--hostname", f"mail-{queue}@campaign", "--loglevel", "WARNING"]
        command = [sys.executable, "-m", "celery", "-A", "celery_worker", "worker", "--pool", "threads", "--concurrency", "8"]
        with open(f"{self._folder}/worker-{queue}.log", "ab") as log:
            return subprocess.Popen([*command, *names], cwd=HERE, stdout=log, stderr=log, start_new_session=True)

    def begin(self, drafts):
        for draft in drafts:
            self._tasks.enqueue(*draft)

    def look_after(self):
        for queue, worker in enumerate(self._workers):
            if worker.poll() is not None:
                self._workers[queue] = self._worker(queue)

    def kill(self, dice):
        dice.choice(self._workers).send_signal(signal.SIGKILL)

    def restart_broker(self):
        self._redis.end()
        time.sleep(1)
        self._redis.start()
        self.broker_restarts += 1

    def end(self):
        for worker in self._workers:
            worker.kill()
            worker.wait()
        self._redis.end()


class Dask:
    """Two worker processes, which their nannies start again. Its scheduler is in this process: there is no broker to restart."""

    broker_restarts = 0

    def __init__(self):
        import dask
        import dask_mail
        from distributed import Client, LocalCluster
        from mortal_worker import Mortals

        dask.config.set({"distributed.scheduler.allowed-failures": 1000})
        self._mail = dask_mail
        self._cluster = LocalCluster(n_workers=2, threads_per_worker=8, processes=True, dashboard_address=None, silence_logs=50)
        self._client = Client(self._cluster)
        self._client.register_plugin(Mortals())

    def begin(self, drafts):
        outcomes = self._mail.send_all(self._client, drafts)
        threading.Thread(target=collections.deque, args=(outcomes, 0), daemon=True).start()

    def look_after(self):
        pass

    def kill(self, dice):
        living = [nanny.pid for nanny in self._cluster.workers.values() if nanny.pid]
        if living:
            os.kill(dice.choice(living), signal.SIGKILL)

    def restart_broker(self):
        pass

    def end(self):
        self._client.close()
        self._cluster.close()
