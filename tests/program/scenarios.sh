#!/usr/bin/env bash
# the scenarios: each script under scenarios/ tells its story and fails if the ending is wrong
cd "$(dirname "$0")/../../scenarios" || exit 1
logs=${MINGMA_SCENARIO_LOGS:-../build/logs/scenarios}
mkdir -p "$logs"
passed=0 failed=0 skipped=0
for script in [0-9]*.py; do
  name=${script%.py}
  start=$SECONDS
  python3 "$script" >"$logs/$name.log" 2>&1
  status=$?
  if [ $status -eq 77 ]; then
    skipped=$((skipped + 1)); word=skipped
  elif [ $status -eq 0 ]; then
    passed=$((passed + 1)); word=ok
  else
    failed=$((failed + 1)); word=FAILED
  fi
  printf '%-7s %4ds  %s\n' "$word" $((SECONDS - start)) "$(sed -n '1s/^"""//p' "$script" | sed 's/"""$//')"
  [ "$word" = FAILED ] && tail -20 "$logs/$name.log" | sed 's/^/    /'
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
