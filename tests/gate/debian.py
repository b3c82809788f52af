"""Debian packages, for the gate's programs in Python."""

import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def install(packages):
    """Installs the Debian packages that are missing."""
    shown = subprocess.run(["dpkg-query", "-W", "-f", "${Package} ${Status}\n", *packages], capture_output=True, text=True)
    there = {line.split()[0] for line in shown.stdout.splitlines() if line.endswith("install ok installed")}
    missing = sorted(set(packages) - there)
    if missing:
        script = '. tests/support/packages.sh && install_packages "$@"'
        subprocess.run(["bash", "-c", script, "install", *missing], cwd=ROOT, check=True)
