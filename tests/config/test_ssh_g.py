# Knows: ssh -G, and how configurations are written. Must not know: how ours are read.
# What nacre config says is compared with ssh -G for every keyword that a config has; docs/config.md lists what differs on
# purpose. usage: test_ssh_g.py [TEST]...
import concurrent.futures
import functools
import os
import random
import shutil
import subprocess

import config_forge
import place
import tap

TOOL = os.environ['NACRE_TOOL']
HOSTS = ['alpha', 'beta.example.org', 'Gamma', '127.0.0.1', '::1', 'db7.east.example.org']
GENERATED = 160
# Looked at besides those that the config has.
ALWAYS = ['host', 'user', 'hostname', 'port']


def run(argv, cwd=None):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, cwd=cwd, env=ENV)
    return done.returncode, done.stdout, done.stderr


ENV = {**os.environ, 'NACRE_TEST_PLACE': '/tmp/place', 'HOME': place.HOME}


def ssh():
    return place.program('ssh')


def rows(text):
    """The values of each keyword, in order, by its name in lower case."""
    found = {}
    for line in text.splitlines():
        key, _, value = line.partition(' ')
        found.setdefault(key.lower(), []).append(value)
    return found


@functools.cache
def defaults():
    return tuple(rows(run(argv)[1]) for argv in ([ssh(), '-F', 'none', '-G', 'nobody'],
                                                 [TOOL, 'config', '-F', 'none', 'nobody']))


def keywords(text):
    found = set()
    for line in text.splitlines():
        words = line.replace('=', ' ').replace('"', ' ').split()
        if words and not words[0].startswith('#'):
            found.add(config_forge.SHOWN_AS.get(words[0].lower(), words[0].lower()))
    return found


def difference(texts, words):
    """What differs between ssh -G and nacre config for one command line; '' where nothing does."""
    theirs, ours = run([ssh(), '-G', *words]), run([TOOL, 'config', *words])
    if theirs[0] != 0 or ours[0] != 0:
        return '' if theirs[0] != 0 and ours[0] != 0 else f'ssh: {theirs[0]} {theirs[2]}nacre: {ours[0]} {ours[2]}'
    their_rows, our_rows = rows(theirs[1]), rows(ours[1])
    said = []
    for key in sorted(set(ALWAYS).union(*map(keywords, texts))):
        a, b = their_rows.get(key), our_rows.get(key)
        if a != b and (a, b) != tuple(d.get(key) for d in defaults()):
            said.append(f'{key}: ssh {a}, nacre {b}')
    order = [k for k in their_rows if k in our_rows]
    if order != [k for k in our_rows if k in their_rows]:
        said.append('the keywords come in another order')
    return '\n'.join(said)


def compare(cases):
    """cases: (name, texts of all files, words of the command line)."""
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lambda case: difference(case[1], case[2]), cases))
    wrong = [f'--- {name}: {" ".join(words)}\n{text}' for (name, _, words), text in zip(cases, said) if text]
    assert not wrong, f'{len(wrong)} of {len(cases)} differ\n' + '\n'.join(wrong[:12])


def generated_configs_are_read_as_ssh_reads_them():
    cases = []
    for seed in range(GENERATED):
        forge = config_forge.Forge(random.Random(seed))
        text = forge.config()
        file = place.write(f'generated-{seed}', text)
        words = ['-F', file, HOSTS[seed % len(HOSTS)]]
        if seed % 7 == 0:
            option = forge.option()
            words[:0] = ['-o', option]
            text += option.replace('=', ' ', 1)
        cases.append((f'seed {seed}', [text], words))
    compare(cases)


def hand_made_configs_are_read_as_ssh_reads_them():
    place.write('part-a', 'Port 4001\nHost alpha\n User in-part\nHost other\n User never\n')
    place.write('part-b', 'User from-b\nCompression yes\n')
    os.makedirs(place.path('parts'), exist_ok=True)
    place.write('parts/1.conf', 'Host *\n SendEnv FROM_1\n')
    place.write('parts/2.conf', 'SendEnv FROM_2\n')
    cases = []
    for i, (text, words) in enumerate(config_forge.HAND_MADE):
        text = text.replace('@DIR@', place.DIR)
        file = place.write(f'made-{i}', text)
        cases.append((f'hand-made {i}', [text], ['-F', file, *words]))
    compare(cases)


def every_keyword_is_compared_by_itself():
    cases = []
    for name, values in config_forge.VALUES.items():
        for i, value in enumerate(values):
            text = f'{name} {value}\n'
            cases.append((name, [text], ['-F', place.write(f'alone-{name}-{i}', text), 'alpha']))
    compare(cases)
    assert len(cases) > 150, len(cases)


def what_ssh_refuses_is_refused_with_file_and_line():
    file = place.path('bad')
    for line in config_forge.BAD:
        place.write('bad', f'# first\nHost *\n{line}\n')
        assert run([ssh(), '-G', '-F', file, 'alpha'])[0] != 0, f'ssh takes {line}'
        code, out, err = run([TOOL, 'config', '-F', file, 'alpha'])
        assert code == 255 and not out, f'taken: {line}'
        assert f'{file} line 3: ' in err, f'{line}: {err}'


def what_is_refused_in_one_spelling_is_taken_in_another():
    for line in config_forge.GOOD:
        file = place.write('good', f'# first\nHost *\n{line}\n')
        for argv in ([ssh(), '-G', '-F', file, 'alpha'], [TOOL, 'config', '-F', file, 'alpha']):
            code, _, err = run(argv)
            assert code == 0, f'{line}: {err}'


def the_permission_rule_is_that_of_ssh():
    part = place.write('open-part', 'Port 99\n', mode=0o644)
    file = place.write('includes-open', f'Include {part}\n')
    compare([('a part that others may read', ['Port 99'], ['-F', file, 'alpha'])])
    os.chmod(part, 0o666)
    for argv in ([ssh(), '-G', '-F', file, 'alpha'], [TOOL, 'config', '-F', file, 'alpha']):
        assert run(argv)[0] == 255, argv
    assert 'can be written by other users' in run([TOOL, 'config', '-F', file, 'alpha'])[2]


def files_that_are_no_files_are_refused_at_once():
    fifo = place.path('fifo')
    os.mkfifo(fifo)
    for path, why in ((fifo, 'not a regular file'), (place.DIR, 'not a regular file'), ('/dev/zero', 'not a regular file'),
                      (place.path('absent'), 'no such file')):
        code, _, err = run([TOOL, 'config', '-F', path, 'alpha'])
        assert code == 255 and why in err, err
    assert run([TOOL, 'config', '-F', '/dev/null', 'alpha'])[0] == 0
    large = place.write('large', '# ' + 'x' * (1 << 20) + '\n')
    code, _, err = run([TOOL, 'config', '-F', large, 'alpha'])
    assert code == 255 and 'larger than' in err, err


def the_usual_files_are_those_of_the_user_and_the_system():
    home = place.path('home')
    os.makedirs(os.path.join(home, '.ssh'), exist_ok=True)
    place.write('home/.ssh/config', 'Host usual\n Port 4321\n')
    env = {**ENV, 'HOME': home}
    done = subprocess.run([TOOL, 'config', 'usual'], capture_output=True, text=True, env=env, timeout=60)
    assert done.returncode == 0 and 'port 4321\n' in done.stdout, done.stderr
    done = subprocess.run([TOOL, 'config', '-F', 'none', 'usual'], capture_output=True, text=True, env=env, timeout=60)
    assert done.returncode == 0 and 'port 22\n' in done.stdout, done.stderr
    os.chmod(os.path.join(home, '.ssh', 'config'), 0o666)
    done = subprocess.run([TOOL, 'config', 'usual'], capture_output=True, text=True, env=env, timeout=60)
    assert done.returncode == 255 and 'can be written by other users' in done.stderr, done.stderr


def names_that_a_shell_would_take_for_more_reach_no_command():
    flag = place.path('ran')
    for name in (f'a;touch {flag}', '-oProxyCommand=x', '$(x)', '`x`', 'a|b', 'a b'):
        file = place.write('exec', 'Match exec "echo %h"\n Port 5\n')
        code, out, err = run([TOOL, 'config', '-F', file, '--', name])
        assert code == 255 and 'not fit' in err and not out, (name, err)
    code, out, _ = run([TOOL, 'config', '-F', file, 'fine.example'])
    assert code == 0 and 'port 5\n' in out
    assert not os.path.exists(flag)
    shutil.rmtree(flag, True)


tap.run([generated_configs_are_read_as_ssh_reads_them, hand_made_configs_are_read_as_ssh_reads_them,
         every_keyword_is_compared_by_itself, what_ssh_refuses_is_refused_with_file_and_line,
         what_is_refused_in_one_spelling_is_taken_in_another, the_permission_rule_is_that_of_ssh,
         files_that_are_no_files_are_refused_at_once, the_usual_files_are_those_of_the_user_and_the_system,
         names_that_a_shell_would_take_for_more_reach_no_command])
