# Knows: OpenSSH's ssh-agent and ssh-add. Must not know: the agent protocol.
import functools
import os
import shutil
import subprocess
import tempfile

import nacre
import place
import process
import tap
from sshd import Sshd

PROBE = os.path.join(nacre.BUILD, 'tests', 'live', 'agent_probe')
HOST, OTHER_HOST = place.key('ed25519', 'host'), place.key('ed25519', 'other-host')
KINDS = [('ed25519', None), ('ecdsa', 256), ('ecdsa', 384), ('ecdsa', 521), ('rsa', 3072)]
CA = place.key('ed25519', 'authority')


@functools.cache
def sshd():
    both = ''.join(f'{place.public(key(k, b))}\n' for k, b in KINDS)
    here = Sshd([HOST], place.write('authorized', both), settings=f'TrustedUserCAKeys {CA}.pub')
    place.atexit.register(here.__exit__)
    return here.__enter__()


def key(kind, bits):
    return place.key(kind, 'held', bits)


def certified(kind, bits):
    file = place.path(f'certified-{kind}{bits or ""}')
    for end in ('', '.pub'):
        shutil.copy(key(kind, bits) + end, file + end)
    subprocess.run([place.program('ssh-keygen'), '-q', '-s', CA, '-I', 'pearl', '-n', place.USER, file + '.pub'], check=True,
                   stdin=subprocess.DEVNULL)
    return file


class Agent(process.Background):
    """ssh-agent, or ours, on a socket of its own."""

    def __init__(self, ours=False, env=None):
        self.socket = os.path.join(tempfile.mkdtemp(dir=place.DIR), 's')
        words = [PROBE, self.socket, 'serve'] if ours else [place.program('ssh-agent'), '-D', '-a', self.socket]
        super().__init__(words, env={**os.environ, **(env or {})})
        self.ours = ours

    def __enter__(self):
        self.wait_for('listening' if self.ours else 'SSH_AUTH_SOCK')
        return self

    def probe(self, *words, fails=False):
        done = process.run([PROBE, self.socket, *words])
        assert (done.returncode != 0) == fails, done
        return done.stdout.decode()

    def ssh_add(self, *words, fails=False, **how):
        done = process.run([place.program('ssh-add'), *words], env={**os.environ, 'SSH_AUTH_SOCK': self.socket}, **how)
        assert (done.returncode != 0) == fails, done
        return done.stdout.decode()


def login(agent, *options, flags=(), fails=False):
    port = sshd().port
    done = nacre.run(port, 'echo pearl', known=place.known_hosts(port, HOST, name='known_agent'),
                     options=[f'IdentityAgent={agent.socket}', *options], flags=flags)
    assert (done.returncode != 0) == fails and (fails or done.stdout == b'pearl\n'), done
    return done


def every_type_is_given_listed_and_signs():
    with Agent() as agent:
        files = [key(k, b) for k, b in KINDS] + [certified(k, b) for k, b in KINDS]
        for file in files[:5]:
            agent.probe('add', file)
        agent.ssh_add('-q', *files[5:])
        assert agent.probe('list') == agent.ssh_add('-l'), agent.probe('list')
        assert len(agent.probe('sign').splitlines()) == 10
        agent.probe('remove', files[0])
        agent.probe('remove', files[0], fails=True)
        assert len(agent.ssh_add('-l').splitlines()) == 9
        agent.probe('remove-all')
        assert 'no identities' in agent.ssh_add('-l', fails=True)


def a_locked_agent_is_unlocked_by_its_passphrase():
    with Agent() as agent:
        agent.probe('add', key('ed25519', None))
        agent.probe('lock')
        assert agent.probe('list') == ''
        login(agent, fails=True)
        agent.probe('unlock')
        login(agent)


def each_type_logs_in(kind, bits):
    with Agent() as agent:
        agent.ssh_add('-q', key(kind, bits))
        login(agent)


def a_certificate_in_the_agent_logs_in():
    with Agent() as agent:
        file = certified('ecdsa', 256)
        agent.ssh_add('-q', file)
        agent.probe('remove', file)  # the plain key, which was given along with it
        since = sshd().mark()
        login(agent)
        sshd().wait_for('ID pearl', since)


def a_key_with_a_lifetime_or_a_question_is_taken_so():
    asked = place.write('asked', '#!/bin/sh\necho "$@" >>"$0.log"\ntest ! -e "$0.no"\n', 0o700)
    with Agent(env={'SSH_ASKPASS': asked, 'SSH_ASKPASS_REQUIRE': 'force', 'DISPLAY': ':nowhere'}) as agent:
        agent.probe('add-briefly', key('rsa', 3072))
        agent.probe('remove-all')
        agent.probe('add-to-confirm', key('ed25519', None))
        login(agent)
        with open(asked + '.log', encoding='utf-8') as log:
            assert 'Allow use of key' in log.read()
        place.write('asked.no', '')
        done = login(agent, fails=True)
        assert 'would not do it' in done.stderr or 'agent' in done.stderr, done


def only_named_keys_are_used_where_it_is_said_so():
    with Agent() as agent:
        agent.ssh_add('-q', key('ed25519', None), key('ecdsa', 256))
        login(agent, 'IdentitiesOnly=yes', fails=True)
        login(agent, 'IdentitiesOnly=yes', flags=('-i', key('ecdsa', 256) + '.pub'))


def the_environment_names_the_agent():
    with Agent() as agent:
        agent.ssh_add('-q', key('ed25519', None))
        port = sshd().port
        words = nacre.argv(port, 'echo pearl', known=place.known_hosts(port, HOST, name='known_agent'))
        env = {**os.environ, 'SSH_AUTH_SOCK': agent.socket, 'HOME': place.DIR}
        done = process.run(words, env=env)
        assert done.returncode == 0 and done.stdout == b'pearl\n', done
        done = process.run([*words[:2], '-o', 'IdentityAgent=none', *words[2:]], env=env)
        assert done.returncode == 255, done


def other_sshd():
    return Sshd([OTHER_HOST], place.authorized_keys(key('ed25519', None), name='authorized_other'))


def a_key_for_one_host_is_of_no_use_at_another():
    with Agent() as agent, other_sshd() as other:
        agent.probe('add-for', 'reef', HOST + '.pub', key('ed25519', None))
        login(agent)
        assert len(agent.ssh_add('-l').splitlines()) == 1
        done = nacre.run(other.port, 'echo pearl', known=place.known_hosts(other.port, OTHER_HOST, name='known_other'),
                         options=[f'IdentityAgent={agent.socket}'])
        assert done.returncode != 0 and done.stdout == b'', done


def ssh(agent, port, *hosts):
    words = [place.program('ssh'), '-F', '/dev/null', '-p', str(port), '-l', place.USER]
    for setting in (f'UserKnownHostsFile={place.known_hosts(port, *hosts, name=f"known-{port}")}', 'BatchMode=yes',
                    'GlobalKnownHostsFile=/dev/null', 'IdentityFile=/nonexistent'):
        words += ['-o', setting]
    return process.run([*words, '127.0.0.1', 'echo pearl'], env={**os.environ, 'SSH_AUTH_SOCK': agent.socket})


def ours_keeps_what_ssh_add_restricts():
    with Agent(ours=True) as agent, other_sshd() as other:
        port = sshd().port
        known = place.known_hosts(port, HOST, name='known_restricted')
        done = process.run([place.program('ssh-add'), '-q', '-H', known, '-h', f'{place.USER}@[127.0.0.1]:{port}',
                            key('ed25519', None)], env={**os.environ, 'SSH_AUTH_SOCK': agent.socket})
        if done.returncode != 0 and 'option' in done.stderr:
            raise tap.NotHere('this ssh-add has no -h')
        assert done.returncode == 0, done
        assert ssh(agent, port, HOST).stdout == b'pearl\n'
        refused = ssh(agent, other.port, OTHER_HOST)
        assert refused.returncode == 255 and refused.stdout == b'', refused
        agent.ssh_add('-q', key('ed25519', None))  # anew, and without
        assert ssh(agent, other.port, OTHER_HOST).stdout == b'pearl\n'


def ssh_add_and_ssh_are_served_by_ours():
    with Agent(ours=True) as agent:
        for kind, bits in KINDS:
            agent.ssh_add('-q', key(kind, bits))
        agent.ssh_add('-q', '-t', '3600', certified('ed25519', None))
        agent.ssh_add('-q', '-c', key('rsa', 3072), fails=True)  # nobody could be asked
        assert agent.probe('list') == agent.ssh_add('-l')
        agent.ssh_add('-T', *[key(k, b) + '.pub' for k, b in KINDS])
        done = ssh(agent, sshd().port, HOST)
        assert done.returncode == 0 and done.stdout == b'pearl\n', done
        agent.wait_for('bound to a ssh-ed25519')
        agent.ssh_add('-q', '-d', key('ed25519', None))
        agent.ssh_add('-q', '-D')
        assert 'no identities' in agent.ssh_add('-l', fails=True)


tap.run([every_type_is_given_listed_and_signs, a_locked_agent_is_unlocked_by_its_passphrase] +
        [(f'{k}{b or ""} in the agent logs in', functools.partial(each_type_logs_in, k, b)) for k, b in KINDS] +
        [a_certificate_in_the_agent_logs_in, a_key_with_a_lifetime_or_a_question_is_taken_so,
         only_named_keys_are_used_where_it_is_said_so, the_environment_names_the_agent, a_key_for_one_host_is_of_no_use_at_another,
         ours_keeps_what_ssh_add_restricts, ssh_add_and_ssh_are_served_by_ours])
