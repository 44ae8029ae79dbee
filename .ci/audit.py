"""Ask pip-audit about known vulnerabilities, and say so when it cannot answer.

Usage: python .ci/audit.py LOCK. Some package mirrors answer "no vulnerabilities" for everything.
So a release with a published vulnerability is asked about first: when that is not reported
either, the answer about ours would mean nothing, and the check says that it was not made.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

KNOWN_VULNERABLE = "jinja2==3.1.2"  # CVE-2024-22195


def vulnerabilities(requirements: Path) -> list[str] | None:
    """One line for each known vulnerability; None when the service gave no answer."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        command = [sys.executable, "-m", "pip_audit", "--no-deps", "--disable-pip"]
        command += ["--requirement", str(requirements), "--format", "json", "--output", str(report)]
        subprocess.run(command, capture_output=True, timeout=300)
        if not report.exists():
            return None
        packages = json.loads(report.read_text(encoding="utf-8"))["dependencies"]
    return [
        f"{package['name']} {package['version']}: {found['id']}, fixed in {found['fix_versions']}"
        for package in packages
        for found in package.get("vulns", ())
    ]


def service_answers() -> bool:
    """Whether the service reports the vulnerability that everybody knows of."""
    with tempfile.TemporaryDirectory() as folder:
        canary = Path(folder) / "canary.txt"
        canary.write_text(KNOWN_VULNERABLE + "\n", encoding="utf-8")
        return bool(vulnerabilities(canary))


def main() -> None:
    """Exit 1 with the list when a pinned package has a known vulnerability."""
    if not service_answers():
        print("pip-audit: no vulnerability service answers here; this check was not made.")
        return
    found = vulnerabilities(Path(sys.argv[1]))
    if found is None:
        sys.exit("pip-audit stopped without a report; run it by hand to see why.")
    if found:
        sys.exit("\n".join(["Known vulnerabilities; renew the lock (make lock):", *found]))
    print("pip-audit: no known vulnerabilities.")


if __name__ == "__main__":
    main()
