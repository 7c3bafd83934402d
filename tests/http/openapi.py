"""Runs schemathesis over docs/openapi.yaml against a running server: every operation, good and bad requests.

Usage: openapi.py PATH-TO-SCHEMATHESIS. MINGMA_PROGRAM is the binary; MINGMA_EXAMPLES (15) the number of requests per operation and phase.
"""
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/program"))
from province import Province  # noqa: E402
from visitor import Visitor, resident_number  # noqa: E402

# What a schema cannot say: signatures, sign-ins begun elsewhere and documents that must verify make correct requests
# refused (positive_data_acceptance); the session cookie stands beside the bearer token (ignored_auth).
EXCLUDED = "positive_data_acceptance,ignored_auth,unsupported_method"

province = Province(residents=200, nights=1, shards=2)
status = 1
try:
    province.start()
    province.publish_documents()
    visitor = Visitor(province.port)
    token = visitor.sign_in(resident_number(7))
    visitor.register()
    status = subprocess.run([sys.argv[1], "run", str(ROOT / "docs/openapi.yaml"), "--url", province.url,
                             "-H", "Authorization: Bearer " + token, "--exclude-operation-id", "logout",
                             "--phases", "examples,coverage,fuzzing", "--checks", "all", "--exclude-checks", EXCLUDED,
                             "--max-examples", os.environ.get("MINGMA_EXAMPLES", "15"), "--seed", "20220613",
                             "--max-redirects", "0", "--request-timeout", "20", "--no-shrink",
                             "--suppress-health-check", "all", "--continue-on-failure"], cwd=province.folder).returncode
    if province.server.poll() is not None:
        print("the server ended under these requests")
        status = 1
finally:
    province.close()
sys.exit(status)
