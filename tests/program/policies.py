"""The policy author's commands as an author runs them: exit status, both languages, JSON, and clear refusals.

Only the program and the shipped policies; no server. The answers of the prover are checked in src/rules/proof.
"""
import json
import subprocess
import tempfile
from pathlib import Path

from province import MINGMA, SOURCE, Failed, run_as_test

POLICIES = SOURCE / "policies"
PROVED, REFUTED, NOT_ASKED, NOT_PROVED = 0, 1, 2, 3
count = 0


def policy(*arguments):
    done = subprocess.run([MINGMA, "policy", *map(str, arguments)], capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


def expect(condition, what, shown=""):
    global count
    if not condition:
        raise Failed(f"{what}\n{shown}")
    count += 1
    print("ok: " + what, flush=True)


def stricter_city(folder):
    """The demonstration's rules, but a late test is red."""
    draft = json.loads((POLICIES / "henan-demo.json").read_text())
    draft.update(id="city-demo", jurisdiction="4101")
    next(rule for rule in draft["rules"] if rule["id"] == "B8").update(colour="red", measure="home_isolation")
    file = folder / "city.json"
    file.write_text(json.dumps(draft, ensure_ascii=False))
    return file


def check_every_shipped_policy():
    for file in sorted(POLICIES.glob("*.json")):
        status, out, err = policy("test", file)
        expect(status == 0, f"{file.name}: its table holds", out + err)
        status, out, err = policy("lint", file)
        expect(status == 0, f"{file.name}: nothing to complain about", out + err)


def show():
    _, chinese, _ = policy("show", POLICIES / "henan-demo.json")
    _, english, _ = policy("show", POLICIES / "henan-demo.json", "--language", "en")
    expect("集中隔离" in chinese and "待证解除" in chinese, "a policy is shown in Chinese, with what a rule declares of itself", chinese)
    expect("central isolation" in english and "a case ends by discharge" in english, "and in English", english)


def prove(city):
    province = POLICIES / "henan-demo.json"
    status, out, err = policy("prove", "never_stricter", province, province, "--language", "en")
    if "rules.proof_unavailable" in out + err:
        return print("skipped: built without a solver")
    expect(status == PROVED and out.startswith("proved"), "a policy is not stricter than itself: proved, status 0", out + err)
    status, out, err = policy("prove", "never_stricter", city, province, "--language", "en")
    expect(status == REFUTED and "rule B8" in out and "red, home isolation" in out and "yellow, test only" in out,
           "a stricter city is refuted with a person, both rules and both colours, status 1", out + err)
    status, out, _ = policy("prove", "never_stricter", city, province)
    expect(status == REFUTED and "红码" in out and "黄码" in out, "the same in Chinese", out)
    status, out, _ = policy("prove", "never_stricter", city, province, "--json")
    finding = json.loads(out)["findings"][0]
    expect(status == REFUTED and finding["person"]["first"]["rule"] == finding["person"]["second"]["rule"] == "B8", "the same as JSON", out)
    status, out, err = policy("prove", "never_stricter", city, province, "--except", "B8")
    expect(status == PROVED, "with an exception for the rule it is proved", out + err)
    status, out, err = policy("prove", "never_stricter", city, province, "--except", "B99")
    expect(status == NOT_ASKED and "B99" in err, "an exception for a rule that does not exist is an error that names it, status 2", out + err)
    status, out, _ = policy("prove", "never_decisive", POLICIES / "henan-demo.json", "--effort", "1")
    expect(status == NOT_PROVED, "with next to no effort allowed the verdict is: not proved, status 3", out)
    status, out, err = policy("prove", "guess", city)
    expect(status == NOT_ASKED and "never_stricter" in err, "an unknown question is refused with those there are", out + err)


def diff_and_tests(city, folder):
    table = folder / "city.tests.txt"
    status, out, err = policy("tests", city, "-o", table)
    expect(status == 0 and "| red by B8 " in table.read_text(), "a test table is made from the draft", out + err)
    status, out, err = policy("test", city, "--table", table)
    expect(status == 0, "and the draft keeps it", out + err)
    status, out, err = policy("test", POLICIES / "henan-demo.json", "--table", table)
    expect(status != 0 and "B8" in out + err, "the province's rules do not: the line says so", out + err)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        city = stricter_city(folder)
        check_every_shipped_policy()
        show()
        prove(city)
        diff_and_tests(city, folder)
        print(f"{count} passed, 0 failed")


if __name__ == "__main__":
    run_as_test(main)
