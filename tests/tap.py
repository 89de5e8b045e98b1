# Knows: how a script of tests tells its results, as TAP. Must not know: what is tested.
# A test is a function; its name, with spaces, is the sentence that is printed.
import os
import sys
import traceback


class Skip(Exception):
    """Raised by a test that lacks something that could be installed; says what. With CI=true it counts as a failure."""


class NotHere(Exception):
    """Raised by a test that this system does not permit, whatever is installed; says why."""


def need(thing, why):
    """Returns `thing`, or skips the test that asks for it."""
    if thing:
        return thing
    raise Skip(why)


def _say(line):
    print(line, flush=True)


def _explain(text):
    for line in text.rstrip().splitlines():
        _say('# ' + line)


def _run(number, name, test):
    try:
        test()
    except Skip as skip:
        if os.environ.get('CI') != 'true':
            _say(f'ok {number} {name} # SKIP {skip}')
            return True
        _say(f'not ok {number} {name}')
        _explain(f'not there, but CI=true: {skip}')
        return False
    except NotHere as reason:
        _say(f'ok {number} {name} # SKIP {reason}')
        return True
    except Exception:
        _say(f'not ok {number} {name}')
        _explain(traceback.format_exc(limit=-2))
        return False
    _say(f'ok {number} {name}')
    return True


def run(tests):
    """Runs functions, or (name, function) pairs, in order; ends the process. Arguments choose tests by part of a name."""
    named = [t if isinstance(t, tuple) else (t.__name__.replace('_', ' '), t) for t in tests]
    chosen = [t for t in named if not sys.argv[1:] or any(part in t[0] for part in sys.argv[1:])]
    _say(f'1..{len(chosen)}')
    good = [_run(i, name, test) for i, (name, test) in enumerate(chosen, 1)]
    sys.exit(0 if all(good) else 1)
