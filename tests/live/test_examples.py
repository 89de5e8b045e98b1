# Knows: what the examples, the demo and the README promise. Must not know: how they keep it.
import os
import re

import nacre
import place
import process
import tap

HOST, ED = place.key('ed25519', 'host'), place.key('ed25519', 'id')
ROOT = os.path.dirname(os.path.dirname(place.HERE))


def example(name):
    return os.path.join(nacre.BUILD, 'examples', name)


def text(*names):
    with open(os.path.join(ROOT, *names), encoding='utf-8') as file:
        return file.read()


def the_readme_example_runs():
    with nacre.Server([HOST], place.authorized_keys(ED)) as server:
        os.makedirs(place.path('cwd'), exist_ok=True)
        os.replace(place.known_hosts(server.port, HOST), place.path('cwd/known_hosts'))
        os.replace(place.write('copy', open(ED, encoding='utf-8').read()), place.path('cwd/id_ed25519'))
        done = process.run([example('readme'), '127.0.0.1', str(server.port)], cwd=place.path('cwd'))
        assert done.returncode == 0 and done.stdout == process.run(['uname', '-a']).stdout, done
        os.unlink(place.path('cwd/known_hosts'))
        done = process.run([example('readme'), '127.0.0.1', str(server.port)], cwd=place.path('cwd'))
        assert done.returncode == 1 and 'NACRE_E_HOST_KEY_UNKNOWN' in done.stderr, done


def the_readme_shows_the_example_as_it_is():
    block = re.search(r'```c\n(.*?)```', text('README.md'), re.DOTALL)[1]
    assert block.strip() in text('examples', 'readme.c')


def body_of_main(source):
    return [l for l in re.search(r'\nmain\([^)]*\)\n\{\n(.*?)\n\}', source, re.DOTALL)[1].splitlines() if l.strip()]


def the_readme_example_has_at_most_fifteen_lines_in_main():
    assert len(body_of_main(text('examples', 'readme.c'))) <= 15, len(body_of_main(text('examples', 'readme.c')))


def an_alias_is_what_the_configuration_says():
    with nacre.Server([HOST], place.authorized_keys(ED)) as server:
        home = place.path('home')
        os.makedirs(os.path.join(home, '.ssh'), mode=0o700, exist_ok=True)
        known = place.known_hosts(server.port, HOST)
        config = os.path.join(home, '.ssh', 'config')
        with open(config, 'w', encoding='utf-8') as file:
            file.write(f'Host pearl\n Hostname 127.0.0.1\n Port {server.port}\n User {place.USER}\n'
                       f' IdentityFile {ED}\n IdentityAgent none\n UserKnownHostsFile {known}\n')
        os.chmod(config, 0o600)
        env = {'PATH': os.environ['PATH'], 'HOME': home}
        done = process.run([example('alias'), 'pearl', 'echo nacre'], env=env)
        assert (done.returncode, done.stdout) == (0, b'nacre\n'), done
        with open(config, 'a', encoding='utf-8') as file:
            file.write(' Prot 22\n')
        done = process.run([example('alias'), 'pearl', 'echo nacre'], env=env)
        assert done.returncode == 1 and f'{config} line 8: NACRE_E_CONFIG' in done.stderr, done


def the_poll_loop_runs():
    with nacre.Server([HOST], place.authorized_keys(ED)) as server:
        print_of = process.run([place.program('ssh-keygen'), '-l', '-f', HOST + '.pub']).stdout.split()[1].decode()
        words = [example('poll_client'), '127.0.0.1', str(server.port), place.USER, ED]
        done = process.run(words + [print_of, 'echo pearl; exit 7'])
        assert (done.returncode, done.stdout) == (7, b'pearl\n'), done
        done = process.run(words + ['SHA256:' + 'A' * 43, 'echo pearl'])
        assert (done.returncode, done.stdout) == (255, b''), done


def the_poll_loop_has_at_most_sixty_lines():
    assert text('examples', 'poll_client.c').count('\n') <= 60


def the_memory_pair_runs():
    done = process.run([example('memory_pair')])
    assert done.returncode == 0, done
    for line in ('client: the server proved that it holds its host key', 'server: a user wants to log in',
                 'client: authenticated', '"pearl"', 'client: the connection is over'):
        assert line in done.stdout.decode(), done.stdout.decode()


def the_demo_runs():
    done = process.run([nacre.TOOL, 'demo'], env={'PATH': os.environ['PATH'], 'HOME': '/nonexistent'})
    said = done.stdout.decode()
    assert done.returncode == 0, done
    for word in ('mlkem768x25519-sha256', 'ssh-ed25519', 'exit status'):
        assert word in said.lower(), said


def dev_alone_says_what_it_can_do():
    done = process.run([os.path.join(ROOT, 'dev')])
    assert done.returncode == 0 and b'./dev' in done.stdout and b'run' in done.stdout and b'test' in done.stdout, done


tap.run([the_readme_example_runs, the_readme_shows_the_example_as_it_is,
         the_readme_example_has_at_most_fifteen_lines_in_main, an_alias_is_what_the_configuration_says,
         the_poll_loop_runs, the_poll_loop_has_at_most_sixty_lines, the_memory_pair_runs, the_demo_runs,
         dev_alone_says_what_it_can_do])
