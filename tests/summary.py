# Knows: meson's testlog.json, and TAP. Must not know: what was tested.
# usage: summary.py LOG... : prints what failed and what was skipped, ends with one line that counts single tests.
import json
import re
import sys

RESULT = re.compile(r'(not )?ok\b\s*(\d+)?[\s-]*([^#]*?)\s*(?:#\s*SKIP\S*\s*(.*))?$', re.IGNORECASE)
PLAN = re.compile(r'1\.\.(\d+)\s*(?:#\s*SKIP\S*\s*(.*))?$', re.IGNORECASE)


class Count:
    def __init__(self):
        self.passed, self.failed, self.skipped = 0, [], []


def read_tap(where, text, count):
    """Adds a program's tests; returns how many it still owes, by its plan."""
    planned, seen, comment = None, 0, ''
    for line in text.splitlines():
        plan, result = PLAN.match(line), RESULT.match(line)
        comment = line[1:].strip() if line.startswith('#') else comment
        if plan:
            planned = (planned or 0) + int(plan[1])
            if plan[1] == '0':
                count.skipped.append((where, plan[2] or 'no reason given'))
        elif result:
            seen += 1
            name = f'{where}: {result[3]}'
            if result[4] is not None and not result[3]:  # cmocka puts the name where the reason belongs
                count.skipped.append((f'{where}: {result[4]}', comment or 'no reason given'))
            elif result[4] is not None:
                count.skipped.append((name, result[4] or 'no reason given'))
            elif result[1]:
                count.failed.append(name)
            else:
                count.passed += 1
    return 1 if planned is None else max(planned - seen, 0)


def read_test(test, count):
    where, text = test['name'], test.get('stdout') or ''
    is_tap = any(PLAN.match(line) or RESULT.match(line) for line in text.splitlines())
    failures, owed = len(count.failed), read_tap(where, text, count)
    if not is_tap and test['returncode'] == 0:
        count.passed += 1  # its exit status is the one test
    elif owed or (test['returncode'] != 0 and len(count.failed) == failures):
        count.failed.append(f'{where}: {test["result"].lower()}, exit status {test["returncode"]}')
    if len(count.failed) > failures:
        print(f'---- {where}')
        print('\n'.join((text + '\n' + (test.get('stderr') or '')).rstrip().splitlines()[-80:]))


def main(logs):
    count = Count()
    for log in logs:
        with open(log, encoding='utf-8') as lines:
            for line in lines:
                read_test(json.loads(line), count)
    for name, why in sorted(set(count.skipped)):
        print(f'skipped: {name}: {why}')
    for name in count.failed:
        print(f'FAILED: {name}')
    print(f'{count.passed} passed, {len(count.failed)} failed, {len(count.skipped)} skipped')
    return 1 if count.failed or not count.passed else 0


sys.exit(main(sys.argv[1:]))
