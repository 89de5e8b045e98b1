# Knows: what nacre keygen promises, tried against ssh-keygen both ways. Must not know: key formats.
import base64
import os
import pty
import select
import shutil
import signal
import subprocess
import tempfile
import time

import tap

TOOL = os.environ['NACRE_TOOL']
PATIENCE = 60
PLACE = tempfile.TemporaryDirectory(prefix='nacre-keygen-')
TYPES = [('ed25519', []), ('ecdsa', ['-b', '256']), ('ecdsa', ['-b', '384']), ('ecdsa', ['-b', '521']),
         ('rsa', ['-b', '2048'])]


def path(name):
    return os.path.join(PLACE.name, name)


def run(*words, **how):
    environment = {**os.environ, 'HOME': PLACE.name, 'TMPDIR': PLACE.name}
    return subprocess.run(words, env=environment, capture_output=True, timeout=PATIENCE, start_new_session=True, text=True,
                          cwd=PLACE.name, **{'input': '', **how})


def nacre(*words, **how):
    return run(TOOL, 'keygen', *words, **how)


def theirs(*words, **how):
    return run(tap.need(shutil.which('ssh-keygen'), 'ssh-keygen is not installed'), *words, **how)


def good(done):
    assert done.returncode == 0, done
    return done.stdout


def refused(done, *words, code=255):
    assert done.returncode == code, done
    for word in words:
        assert word in done.stderr, done


def text(name):
    with open(path(name), encoding='utf-8') as file:
        return file.read()


def fresh(name):
    """A path at which there is nothing, nor anything beside it."""
    for end in ('', '.pub'):
        if os.path.exists(path(name + end)):
            os.unlink(path(name + end))
    return path(name)


def fields(line):
    return line.split(maxsplit=2)[:2]


def talk(argv, answers):
    """Runs with a terminal; `answers` are (question, answer) in order. Returns (status, what was shown)."""
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(PLACE.name)
        os.execv(TOOL, [TOOL, 'keygen', *argv])
    shown, left, end = b'', list(answers), time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if not select.select([master], [], [], 1)[0]:
            continue
        try:
            piece = os.read(master, 4096)
        except OSError:  # the last one has closed the terminal
            break
        shown += piece
        if left and left[0][0].encode() in shown.splitlines()[-1]:
            os.write(master, left.pop(0)[1].encode() + b'\n')
    else:
        os.kill(pid, signal.SIGKILL)
    os.close(master)
    assert not left, (left, shown)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown.decode()


def every_type_is_made_as_ssh_keygen_reads_it():
    for kind, bits in TYPES:
        file = fresh('made')
        said = good(nacre('-t', kind, *bits, '-N', '', '-C', 'a comment', '-f', file))
        assert os.stat(file).st_mode & 0o777 == 0o600 and os.stat(file + '.pub').st_mode & 0o777 == 0o644
        assert good(theirs('-y', '-f', file)) == text('made.pub') and text('made.pub').endswith(' a comment\n')
        shown = good(theirs('-lv', '-f', file))
        assert shown.split()[1] in said and shown.split('\n', 1)[1] in said, (shown, said)


def the_first_key_makes_its_directory():
    assert not os.path.exists(path('.ssh'))
    refused(nacre('-q', '-N', '', '-f', path('elsewhere/id')), 'elsewhere/id')
    good(nacre('-q', '-N', '', '-f', path('.ssh/id_ed25519')))
    assert os.stat(path('.ssh')).st_mode & 0o777 == 0o700
    good(theirs('-y', '-f', path('.ssh/id_ed25519')))
    good(nacre('-q', '-N', '', '-f', path('.ssh/id_other')))
    shutil.rmtree(path('.ssh'))


def what_ssh_keygen_made_is_shown_as_it_shows_it():
    for kind, bits in TYPES:
        file = fresh('shown')
        good(theirs('-q', '-t', kind, *bits, '-N', '', '-C', 'theirs', '-f', file))
        for words in (['-l'], ['-l', '-E', 'md5'], ['-l', '-E', 'sha256'], ['-lv'], ['-l', '-v', '-E', 'md5'], ['-y']):
            assert good(nacre(*words, '-f', file)) == good(theirs(*words, '-f', file)), words
        assert good(nacre('-lf', file + '.pub')) == good(theirs('-lf', file + '.pub'))


def the_public_half_comes_from_the_private_key_alone():
    good(nacre('-q', '-N', '', '-C', 'alone', '-f', fresh('alone')))
    line = text('alone.pub')
    good(nacre('-q', '-N', '', '-f', fresh('stranger')))
    shutil.copyfile(path('stranger.pub'), path('alone.pub'))
    assert good(nacre('-y', '-f', path('alone'))) == line
    os.unlink(path('alone.pub'))
    assert good(nacre('-y', '-f', path('alone'))) == line


def fingerprints_are_read_from_every_kind_of_line():
    good(nacre('-q', '-N', '', '-C', 'someone', '-f', fresh('line')))
    line, keys = text('line.pub'), 3
    want = good(theirs('-l', '-f', path('line.pub')))
    lines = ['# a comment', '', line.strip(), 'command="echo \\"hi you\\"",no-pty ' + line.strip(),
             '[127.0.0.1]:22 ' + line.strip(), 'no key at all']
    assert good(nacre('-l', '-f', '-', input='\n'.join(lines))) == want * keys
    refused(nacre('-l', '-f', '-', input='no key at all\n'), 'no key file')
    refused(nacre('-l', '-f', path('nothing')), 'No such file')
    refused(nacre('-l', '-E', 'sha3', '-f', path('line')), 'sha256 and md5')


def every_private_format_shows_its_public_half():
    puttygen = tap.need(shutil.which('puttygen'), 'puttygen is not installed')
    good(nacre('-q', '-t', 'rsa', '-b', '2048', '-N', '', '-C', 'reef', '-f', fresh('shows')))
    want = good(theirs('-l', '-f', path('shows.pub')))
    lock = write('lock', 'deep')
    good(run(puttygen, path('shows'), '-o', path('shows.ppk')))
    good(run(puttygen, path('shows'), '-o', path('locked.ppk'), '--new-passphrase', lock))
    for file in ('shows.ppk', 'locked.ppk'):
        assert good(nacre('-l', '-f', path(file))) == want
        assert good(nacre('-e', '-m', 'PKCS8', '-f', path(file))) == good(theirs('-e', '-m', 'PKCS8', '-f', path('shows.pub')))
        refused(nacre('-i', '-f', path(file)), "private key of PuTTY's")
    # A locked PEM file shows nothing: the line beside it may.
    good(nacre('-q', '-p', '-N', 'deep', '-m', 'PEM', '-f', path('shows')))
    assert good(nacre('-l', '-f', path('shows'))) == want
    os.unlink(path('shows.pub'))
    refused(nacre('-l', '-f', path('shows')), 'is locked')
    refused(nacre('-e', '-P', 'shallow', '-f', path('shows')), 'wrong')
    assert good(nacre('-e', '-P', 'deep', '-m', 'PKCS8', '-f', path('shows'))) == good(
        nacre('-e', '-m', 'PKCS8', '-f', path('shows.ppk')))
    refused(nacre('-l', '-f', write('broken', '-----BEGIN RSA PRIVATE KEY-----', 'AAAA', '-----END RSA PRIVATE KEY-----')),
            'PKCS#1')


def locked_keys_open_with_their_passphrase_alone():
    for cipher in ('aes256-ctr', 'aes256-cbc', 'aes128-ctr', 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com',
                   '3des-cbc'):
        ours, others = fresh('locked'), fresh('locked_theirs')
        good(nacre('-q', '-t', 'ed25519', '-N', 'a secret', '-Z', cipher, '-a', '3', '-C', 'locked', '-f', ours))
        good(theirs('-q', '-t', 'ed25519', '-N', 'a secret', '-Z', cipher, '-a', '3', '-f', others))
        for file in (ours, others):
            assert good(theirs('-y', '-P', 'a secret', '-f', file)) == good(nacre('-y', '-P', 'a secret', '-f', file))
            refused(nacre('-y', '-P', 'another', '-f', file), 'passphrase')
            refused(nacre('-y', '-f', file), 'passphrase')
            assert good(nacre('-l', '-f', file)) == good(theirs('-l', '-f', file))
    refused(nacre('-q', '-N', 'x', '-Z', 'rot13', '-f', fresh('locked')), 'rot13')
    assert not os.path.exists(path('locked'))


def private_keys_go_through_every_format_both_ways():
    for kind, bits in TYPES:
        good(nacre('-q', '-t', kind, *bits, '-N', '', '-C', 'keep', '-f', fresh('whole')))
        line = fields(text('whole.pub'))
        for form in ('PKCS8', 'PEM', 'RFC4716'):
            for phrase in ('', 'a secret'):
                for one, other in ((nacre, theirs), (theirs, nacre)):
                    if kind == 'ed25519' and form != 'RFC4716' and theirs in (one, other):
                        continue  # ssh-keygen 9.2 has no such files
                    file = shutil.copy(path('whole'), fresh('format'))
                    good(one('-p', '-P', '', '-N', phrase, '-m', form, '-f', file))
                    assert ('OPENSSH' in text('format').splitlines()[0]) == (form == 'RFC4716')
                    assert fields(good(other('-y', '-P', phrase, '-f', file))) == line, (kind, form, phrase)
                    assert fields(good(nacre('-y', '-P', phrase, '-f', file))) == line, (kind, form, phrase)
                    if phrase:
                        refused(nacre('-y', '-P', 'another', '-f', file), 'passphrase')
    refused(nacre('-q', '-N', '', '-m', 'PEM', '-t', 'ed25519', '-f', fresh('format')))
    refused(nacre('-q', '-N', '', '-m', 'DER', '-f', fresh('format')), 'no such format')
    assert not os.path.exists(path('format'))


def public_keys_are_converted_as_ssh_keygen_does():
    for kind, bits in TYPES:
        good(theirs('-q', '-t', kind, *bits, '-N', '', '-C', 'a comment', '-f', fresh('convert')))
        for form in (['-m', 'PKCS8'], ['-m', 'PEM']):
            if kind == 'ed25519':
                continue  # ssh-keygen 9.2 refuses
            for end in ('', '.pub'):
                want = good(theirs('-e', *form, '-f', path('convert') + end))
                assert good(nacre('-e', *form, '-f', path('convert') + end)) == want, (kind, form)
            with open(fresh('converted'), 'w', encoding='utf-8') as file:
                file.write(want)
            line = good(nacre('-i', *form, '-f', path('converted')))
            assert fields(line) == fields(text('convert.pub')), (kind, form)
            if kind == 'rsa' or form[1] == 'PKCS8':  # else ssh-keygen 9.2 does not read what it wrote
                assert line == good(theirs('-i', *form, '-f', path('converted')))
        for words in ([], ['-m', 'RFC4716']):  # the comment's text is each program's own
            ours, others = (good(one('-e', *words, '-f', path('convert'))) for one in (nacre, theirs))
            assert [row for row in ours.splitlines() if ':' not in row and not row.endswith('\\')] == [
                row for row in others.splitlines() if ':' not in row], ours
            for written in (ours, others):
                with open(fresh('converted'), 'w', encoding='utf-8') as file:
                    file.write(written)
                assert good(nacre('-i', '-f', path('converted'))) == good(theirs('-i', '-f', path('converted')))
    refused(nacre('-e', '-m', 'DER', '-f', path('convert')), 'no such format')
    refused(nacre('-i', '-m', 'PKCS8', '-f', path('nothing')), 'No such file')


def passphrases_are_changed_in_place():
    file = fresh('changed')
    for make, change, read in ((nacre, nacre, theirs), (theirs, nacre, theirs), (nacre, theirs, nacre)):
        fresh('changed')
        good(make('-q', '-t', 'ed25519', '-N', 'old', '-C', 'keep me', '-f', file))
        line = text('changed.pub')
        refused(nacre('-p', '-P', 'wrong', '-N', 'new', '-f', file), 'passphrase')
        good(change('-p', '-P', 'old', '-N', 'new', '-a', '2', '-f', file))
        assert good(read('-y', '-P', 'new', '-f', file)) == line
        assert read('-y', '-P', 'old', '-f', file).returncode == 255
        good(change('-p', '-P', 'new', '-N', '', '-f', file))
        assert good(read('-y', '-f', file)) == line
        assert os.stat(file).st_mode & 0o777 == 0o600


def a_passphrase_is_changed_where_the_link_leads():
    good(nacre('-q', '-N', 'old', '-f', fresh('linked')))
    os.symlink('linked', fresh('link'))
    good(nacre('-p', '-P', 'old', '-N', 'new', '-f', path('link')))
    assert os.path.islink(path('link'))
    for name in ('link', 'linked'):
        good(theirs('-y', '-P', 'new', '-f', path(name)))
        assert nacre('-y', '-P', 'old', '-f', path(name)).returncode == 255


def passphrases_are_asked_for_and_not_shown():
    file = fresh('typed')
    status, shown = talk(['-q', '-f', file], [('New passphrase', 'mussel'), ('same passphrase', 'mussel')])
    assert status == 0 and 'mussel' not in shown, shown
    assert good(theirs('-y', '-P', 'mussel', '-f', file)) == text('typed.pub')
    status, shown = talk(['-y', '-f', file], [('Passphrase for key', 'mussel')])
    assert status == 0 and text('typed.pub').strip() in shown and 'mussel' not in shown, shown
    status, shown = talk(['-p', '-f', file], [('Passphrase for', 'mussel'), ('New', 'limpet'), ('same', 'limpets')])
    assert status == 255 and 'differ' in shown, shown
    good(theirs('-y', '-P', 'mussel', '-f', file))
    status, shown = talk(['-p', '-f', file], [('Passphrase for', 'mussel'), ('New', 'limpet'), ('same', 'limpet')])
    assert status == 0, shown
    good(theirs('-y', '-P', 'limpet', '-f', file))


def shown_certificate(file):
    """What ssh-keygen says of a certificate, without the times of day."""
    return good(theirs('-L', '-f', file)).split('\n', 1)[1]


def certificates_are_what_ssh_keygen_makes():
    rows = [([], 'reef'), (['-z', '7'], 'reef,shore'), (['-h'], 'reef.example.com'), (['-V', 'always:forever'], 'reef'),
            (['-V', '20200101Z:20401231235959Z'], 'reef'), (['-V', '0x10:0xffffffff'], 'reef'),
            (['-V', '20200101:203012310101'], 'reef'), (['-O', 'clear'], 'reef'),
            (['-O', 'no-pty', '-O', 'no-x11-forwarding', '-O', 'force-command=ls -l "a b"'], 'reef'),
            (['-O', 'clear', '-O', 'permit-pty', '-O', 'source-address=10.0.0.0/8,::1', '-O', 'verify-required'], 'reef'),
            (['-O', 'no-touch-required', '-O', 'no-pty'], 'reef'),
            (['-O', 'no-touch-required', '-O', 'touch-required', '-O', 'verify-required', '-O', 'no-verify-required'], 'reef'),
            (['-O', 'extension:a@example.com=value', '-O', 'extension:b@example.com'], 'reef')]
    for kind, bits in TYPES:
        good(nacre('-q', '-t', kind, *bits, '-N', '', '-C', 'subject', '-f', fresh('subject')))
        good(nacre('-q', '-t', kind, *bits, '-N', '', '-f', fresh('authority')))
        for words, names in rows if kind == 'ed25519' else rows[:1]:
            shown = []
            for one in (nacre, theirs):
                good(one('-q', '-s', path('authority'), '-I', 'an identity', '-n', names, *words, path('subject.pub')))
                assert text('subject-cert.pub').endswith(' subject\n')
                shown.append(shown_certificate(path('subject-cert.pub')))
                assert good(nacre('-l', '-f', path('subject-cert.pub'))) == good(theirs('-l', '-f', path('subject-cert.pub')))
                os.unlink(path('subject-cert.pub'))
            assert shown[0] == shown[1], (kind, words, shown)


def validity_may_be_relative_to_now():
    for name in ('subject', 'authority'):
        good(nacre('-q', '-N', '', '-f', fresh(name)))
    for span in ('+1h', '+52w', '-1d:+2d3h', '-1w2d:forever', '+60'):
        minutes = []
        for one in (nacre, theirs):
            good(one('-q', '-s', path('authority'), '-I', 'x', '-n', 'reef', '-V', span, path('subject')
                     + ('.pub' if one is theirs else '')))
            valid = next(row for row in shown_certificate(path('subject-cert.pub')).splitlines() if 'Valid:' in row)
            times = [word for word in valid.split() if word[0].isdigit()]
            minutes.append([time.mktime(time.strptime(t, '%Y-%m-%dT%H:%M:%S')) for t in times])
            os.unlink(path('subject-cert.pub'))
        assert len(minutes[0]) == len(minutes[1]) and all(
            abs(a - b) <= PATIENCE for a, b in zip(*minutes)), (span, minutes)
    for span in ('tomorrow', '+1y', '1h', '20200101:20190101', ':', '+1h:', '20201301:forever', '+:+1h'):
        refused(nacre('-q', '-s', path('authority'), '-I', 'x', '-n', 'reef', '-V', span, path('subject')), '-V')
    assert not os.path.exists(path('subject-cert.pub'))


def certificates_need_names_and_known_options():
    for name in ('subject', 'authority'):
        good(nacre('-q', '-N', '', '-f', fresh(name)))
    for words, word in ((['-n', 'reef'], '-I'), (['-I', 'x'], '-n'), (['-I', 'x', '-n', ','], 'no name'),
                        (['-I', 'x', '-n', 'a', '-O', 'no-such'], 'no-such'), (['-I', 'x', '-n', 'a', '-z', 'y'], '-z'),
                        (['-I', 'x', '-n', 'a', '-O', 'critical:strange@example.com'], 'critical'),
                        (['-I', 'x', '-n', 'a', '-O', 'source-address=10.0.0.0/8,reef'], 'option'),
                        (['-I', 'x', '-n', 'a', '-O', 'critical:no-verify-required'], 'critical')):
        refused(nacre('-s', path('authority'), *words, path('subject')), word)
    refused(nacre('-s', path('authority'), '-I', 'x', '-n', 'a'), 'public keys')
    assert not os.path.exists(path('subject-cert.pub'))
    for name in ('one', 'two'):
        shutil.copy(path('subject.pub'), path(name + '.pub'))
    good(nacre('-q', '-s', path('authority'), '-I', 'x', '-n', 'a', '-z', '+41', path('one.pub'), path('two.pub')))
    assert [f'Serial: {n}' in shown_certificate(path(f)) for n, f in ((41, 'one-cert.pub'), (42, 'two-cert.pub'))] == [
        True, True]


def a_public_key_is_certified_whatever_its_file_is_called():
    for name in ('subject', 'authority'):
        good(nacre('-q', '-N', '', '-C', name, '-f', fresh(name)))
    shutil.copy(path('subject.pub'), path('published'))
    words = ['-q', '-s', path('authority'), '-I', 'x', '-n', 'reef']
    for file, cert in (('published', 'published-cert.pub'), ('subject', 'subject-cert.pub'), ('subject.pub', 'subject-cert.pub')):
        good(nacre(*words, path(file)))
        assert text(cert).endswith(' subject\n'), cert
        os.unlink(path(cert))
    os.unlink(path('subject.pub'))
    good(nacre(*words, path('subject')))  # the private file has the public half, too
    refused(nacre(*words, path('no-such')), 'no-such')
    refused(nacre(*words, write('letter', 'dear reef')), 'letter')


def a_signature_shows_the_certificate_that_is_named():
    make_signatures('dear reef\n')
    good(nacre('-q', '-s', path('authority'), '-I', 'x', '-n', 'reef', path('signer.pub')))
    allowed = write('signers', 'reef cert-authority ' + text('authority.pub'))
    for file, whose in (('signer-cert.pub', 'ED25519-CERT'), ('signer.pub', 'ED25519'), ('signer', 'ED25519')):
        with open(path('shown.sig'), 'w', encoding='utf-8') as out:
            out.write(good(nacre('-Y', 'sign', '-f', path(file), '-n', 'file', '-', input='dear reef\n')))
        for judge in (nacre, theirs):
            said = good(judge('-Y', 'check-novalidate', '-n', 'file', '-s', path('shown.sig'), input='dear reef\n'))
            assert f'with {whose} key' in said, said
            verified = judge('-Y', 'verify', '-f', allowed, '-I', 'reef', '-n', 'file', '-s', path('shown.sig'), input='dear reef\n')
            assert (verified.returncode == 0) == (whose == 'ED25519-CERT'), verified
    shutil.copy(path('signer-cert.pub'), path('other-cert.pub'))
    refused(nacre('-Y', 'sign', '-f', path('other-cert.pub'), '-n', 'file', input='x'), 'other-cert.pub is not for')
    os.unlink(path('signer'))
    refused(nacre('-Y', 'sign', '-f', path('signer-cert.pub'), '-n', 'file', input='x'), 'signer: No such file')


def files_are_signed_as_ssh_keygen_verifies():
    data = os.urandom(200000).hex()
    for kind, bits in TYPES:
        good(nacre('-q', '-t', kind, *bits, '-N', '', '-f', fresh('signs')))
        for words in ([], ['-O', 'hashalg=sha256']):
            for one, other in ((nacre, theirs), (theirs, nacre)):
                with open(path('signed.sig'), 'w', encoding='utf-8') as file:
                    file.write(good(one('-Y', 'sign', '-f', path('signs'), '-n', 'file', *words, input=data)))
                for judge in (nacre, theirs):
                    check = ['-Y', 'check-novalidate', '-s', path('signed.sig'), '-n']
                    assert 'Good "file" signature with' in good(judge(*check, 'file', input=data))
                    assert judge(*check, 'file', input=data + ' ').returncode == 255
                    assert judge(*check, 'mail', input=data).returncode == 255
        want = good(theirs('-Y', 'check-novalidate', '-n', 'file', '-s', path('signed.sig'), input=data))
        assert good(nacre('-Y', 'check-novalidate', '-n', 'file', '-s', path('signed.sig'), input=data)) == want


def signatures_stand_beside_their_files_and_replace_none():
    good(nacre('-q', '-N', '', '-f', fresh('signs')))
    for name in ('letter', 'letter.sig'):
        fresh(name)
    with open(path('letter'), 'w', encoding='utf-8') as file:
        file.write('dear reef\n')
    good(nacre('-q', '-Y', 'sign', '-f', path('signs'), '-n', 'file', path('letter')))
    good(theirs('-Y', 'check-novalidate', '-n', 'file', '-s', path('letter.sig'), input='dear reef\n'))
    before = text('letter.sig')
    refused(nacre('-Y', 'sign', '-f', path('signs'), '-n', 'other', path('letter')), 'letter.sig')
    assert text('letter.sig') == before
    refused(nacre('-Y', 'sign', '-f', path('signs'), input='x'), '-n')
    refused(nacre('-Y', 'sign', '-f', path('signs'), '-n', 'file', '-O', 'hashalg=md5', input='x'), 'signed')
    refused(nacre('-Y', 'check-novalidate', '-n', 'file', '-s', path('letter'), input='x'), 'letter')
    refused(nacre('-Y', 'shout'), 'shout', code=1)


def write(name, *lines):
    with open(path(name), 'w', encoding='utf-8') as file:
        file.write('\n'.join(lines) + '\n')
    return path(name)


def make_signatures(message):
    """Keys signer, other and authority, and signatures by the first and by its certificates for reef, by name."""
    for name in ('signer', 'other', 'authority'):
        good(nacre('-q', '-N', '', '-f', fresh(name)))
    rows = {'plain': None, 'cert': ['-n', 'reef,shore'], 'host': ['-n', 'reef', '-h'],
            'old': ['-n', 'reef', '-V', '20200101:20210101']}
    for name, words in rows.items():
        signer = shutil.copy(path('signer'), fresh('by_' + name))
        shutil.copy(path('signer.pub'), signer + '.pub')
        if words is not None:
            good(theirs('-q', '-s', path('authority'), '-I', 'x', *words, signer + '.pub'))
            os.rename(signer + '-cert.pub', signer + '.pub')
        write(name + '.sig', good(theirs('-Y', 'sign', '-f', signer if words is None else signer + '.pub', '-n', 'file',
                                         input=message)))


def both(*words, name, **how):
    """nacre's answer, after seeing that ssh-keygen's is the same."""
    ours, others = nacre(*words, **how), theirs(*words, **how)
    assert (ours.returncode, ours.stdout) == (others.returncode, others.stdout), (name, ours, others)
    return ours


def signers_are_allowed_as_ssh_keygen_allows_them():
    make_signatures('dear reef\n')
    key, other, ca = (' '.join(fields(text(n + '.pub'))) for n in ('signer', 'other', 'authority'))
    yes, no = 0, 255
    rows = [('plain', yes, 'reef ' + key), ('plain', yes, '# x', '', ' re?f,x ' + key + ' a comment'), ('plain', no, ''),
            ('plain', no, 'shore ' + key), ('plain', no, 'reef ' + other), ('plain', no, 'Reef ' + key),
            ('plain', no, '*,!reef ' + key), ('plain', yes, 'reef ' + other, 'reef ' + key),
            ('plain', yes, 'reef NAMESPACES="git,fi*" ' + key), ('plain', no, 'reef namespaces="git" ' + key),
            ('plain', no, 'reef namespaces="FILE" ' + key), ('plain', yes, 'reef valid-before="29991231" ' + key),
            ('plain', no, 'reef valid-before="20200101Z" ' + key), ('plain', no, 'reef valid-after="29991231" ' + key),
            ('plain', yes, 'reef valid-after="202001010000",valid-before="29991231235959Z" ' + key),
            ('plain', no, 'reef valid-after="20200102",valid-before="20200101" ' + key),
            ('plain', no, 'reef valid-after=20200102 ' + key), ('plain', no, 'reef no-such ' + key),
            ('plain', yes, 'reef no-such ' + key, 'reef', 'reef ' + key), ('plain', no, 'reef cert-authority ' + key),
            ('plain', yes, '"reef,a b" ' + key), ('plain', no, 'reef namespaces="git", ' + key),
            ('cert', yes, 'reef cert-authority ' + ca), ('cert', no, 'shore cert-authority ' + ca),
            ('cert', yes, '* cert-authority,namespaces="file" ' + ca), ('cert', no, 'reef ' + ca),
            ('cert', no, 'reef cert-authority ' + other), ('cert', no, 'reef ' + key),
            ('host', no, 'reef cert-authority ' + ca), ('old', no, 'reef cert-authority ' + ca)]
    for name, want, *lines in rows:
        words = ['-f', write('signers', *lines), '-s', path(name + '.sig')]
        done = both('-Y', 'verify', '-I', 'reef', '-n', 'file', *words, input='dear reef\n', name=lines)
        assert done.returncode == want, (lines, done)
        both('-Y', 'find-principals', *words, name=lines)


def a_moment_may_be_named_and_the_key_be_printed():
    make_signatures('dear reef\n')
    key, ca = (' '.join(fields(text(n + '.pub'))) for n in ('signer', 'authority'))
    write('signers', 'reef valid-after="20200101120000",valid-before="20200101120001" ' + key,
          'reef cert-authority ' + ca)
    for name, zone, moment, want in (
            ('plain', 'UTC', '20200101115959Z', 255), ('plain', 'UTC', '20200101120000Z', 0),
            ('plain', 'UTC', '20200101120001', 0), ('plain', 'UTC', '20200101120002', 255),
            ('plain', 'XXX-2', '20200101120000', 0), ('plain', 'XXX-2', '20200101120000Z', 255),
            ('plain', 'XXX-2', '202001011000Z', 0), ('old', 'UTC', '20200601', 0), ('old', 'UTC', '20190601', 255)):
        os.environ['TZ'] = zone
        done = both('-Y', 'verify', '-f', path('signers'), '-I', 'reef', '-n', 'file', '-s', path(name + '.sig'),
                    '-Overify-time=' + moment, '-Oprint-pubkey', input='dear reef\n', name=(name, zone, moment))
        assert done.returncode == want, (name, zone, moment, done)
    del os.environ['TZ']


def revoked_keys_sign_for_nobody():
    make_signatures('dear reef\n')
    key, other, ca = (text(n + '.pub').strip() for n in ('signer', 'other', 'authority'))
    write('signers', 'reef ' + ' '.join(fields(key)), 'reef cert-authority ' + ' '.join(fields(ca)))
    for name, want, *lines in (('plain', 0, '# nobody', '', other), ('plain', 255, other, key), ('plain', 0, ca),
                               ('cert', 0, other), ('cert', 255, key), ('cert', 255, ca)):
        done = both('-Y', 'verify', '-f', path('signers'), '-I', 'reef', '-n', 'file', '-s', path(name + '.sig'),
                    '-r', write('revoked', *lines), input='dear reef\n', name=(name, lines))
        assert done.returncode == want, (name, lines, done)
    for name, revoked, want in (('plain', 'other', 0), ('plain', 'signer', 255), ('cert', 'signer', 255), ('cert', 'authority', 255)):
        good(theirs('-q', '-k', '-f', path('krl'), path(revoked + '.pub')))
        done = both('-Y', 'verify', '-f', path('signers'), '-I', 'reef', '-n', 'file', '-s', path(name + '.sig'),
                    '-r', path('krl'), input='dear reef\n', name=(name, revoked))
        assert done.returncode == want, (name, revoked, done)
    words = ['-Y', 'verify', '-f', path('signers'), '-I', 'reef', '-n', 'file', '-s', path('plain.sig'), '-r']
    refused(nacre(*words, write('revoked', 'ssh-ed25519 AAAA'), input='dear reef\n'), 'no public key')
    refused(nacre(*words, path('nothing'), input='dear reef\n'), 'nothing')


def revocation_lists_are_read_as_ssh_keygen_reads_them():
    subjects = ['own-' + kind + ''.join(bits[1:]) for kind, bits in TYPES]
    for name, (kind, bits) in zip(subjects, TYPES):
        good(theirs('-q', '-t', kind, *bits, '-N', '', '-C', kind, '-f', fresh(name)))
    for name in ('revoker', 'elsewhere'):
        good(theirs('-q', '-t', 'ed25519', '-N', '', '-f', fresh(name)))
    for i, name in enumerate(subjects):
        good(theirs('-q', '-s', path('revoker'), '-I', 'id ' + name, '-n', 'reef', '-z', str(10 * i), path(name + '.pub')))
    files = [path(name + end) for name in subjects for end in ('.pub', '-cert.pub')] + [path('revoker.pub')]
    ca, other, wild = (['-s', file] for file in (path('revoker.pub'), path('elsewhere.pub'), 'none'))
    key = {name: text(name + '.pub').strip() for name in subjects}
    for flags, *spec in (
            (ca, 'serial: 10'), (ca, 'serial: 10-20'), (ca, 'serial: 1-9'), (ca, 'serial: 30-18446744073709551615'),
            (ca, *(f'serial: {n}' for n in (1, 3, 5, 7, 9, 10, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 33))),
            (ca, 'id: id own-ed25519'), (ca, 'id: nobody'), (other, 'serial: 1-100'), (other, 'id: id own-ed25519'),
            (wild, 'id: id own-ecdsa384'), ([], 'sha1: ' + key['own-ed25519']), ([], 'sha256: ' + key['own-rsa2048']),
            ([], 'hash: ' + good(theirs('-l', '-f', path('own-ed25519.pub'))).split()[1]),
            ([], 'key: ' + key['own-ecdsa521']), ([], 'key: ' + text('revoker.pub').strip()), ([], '# nothing')):
        good(theirs('-q', '-k', '-f', path('krl'), *flags, write('spec', *spec)))
        both('-Q', '-f', path('krl'), *files, name=(flags, spec))
    for n, file in enumerate(files[:4]):
        good(theirs('-q', '-k', '-f', path('krl'), *(['-u'] if n else []), file))
        both('-Q', '-f', path('krl'), *files, name=('files', n))
    refused(nacre('-Q', '-f', path('krl'), path('nothing')), 'nothing')
    refused(nacre('-Q', path('own-ed25519.pub')), '-f')
    with open(path('krl'), 'r+b') as file:
        file.truncate(70)
    refused(nacre('-Q', '-f', path('krl'), *files), 'krl')


def verifying_says_what_is_wrong_and_wants_its_letters():
    make_signatures('dear reef\n')
    write('signers', 'shore no-such ' + text('signer.pub').strip(), 'shore ' + text('other.pub').strip(),
          'reef,a,b* ' + text('signer.pub').strip(), 'reef,!shore ' + text('other.pub').strip())
    words = {'-f': path('signers'), '-I': 'reef', '-n': 'file', '-s': path('plain.sig')}
    for letter in words:
        rest = [word for pair in words.items() if pair[0] != letter for word in pair]
        refused(nacre('-Y', 'verify', *rest, input='dear reef\n'), letter, code=1)
        assert theirs('-Y', 'verify', *rest, input='dear reef\n').returncode == 1
    every = [word for pair in words.items() for word in pair]
    both('-Y', 'verify', *every, input='dear beef\n', name='message')
    both('-q', '-Y', 'verify', *every, input='dear reef\n', name='quiet')
    refused(nacre('-Y', 'verify', *every, '-n', 'mail', input='dear reef\n'), 'another namespace: "file"')
    refused(nacre('-Y', 'verify', *every, '-I', 'shore', input='dear reef\n'), 'line 1', 'line 2', 'other keys')
    for name in ('reef', 'a', 'box', 'nobody'):
        done = both('-Y', 'match-principals', '-f', write('plain_signers', *text('signers').splitlines()[1:]), '-I', name,
                    name=name)
        assert (done.returncode == 0) == (name != 'nobody') and ('No principal' in done.stderr) == (name == 'nobody'), done


def certificates_are_shown_as_ssh_keygen_shows_them():
    for kind, bits in TYPES:
        good(nacre('-q', '-t', kind, *bits, '-N', '', '-f', fresh('subject')))
        good(nacre('-q', '-t', kind, *bits, '-N', '', '-f', fresh('authority')))
        for words in ([], ['-h', '-z', '18446744073709551615'], ['-V', '20200101Z:20401231235959Z', '-O', 'clear'],
                      ['-V', 'always:20401231', '-O', 'force-command=ls "x"', '-O', 'source-address=10.0.0.0/8'],
                      ['-V', '20200101:forever', '-O', 'verify-required', '-O', 'no-touch-required'],
                      ['-O', 'extension:a@example.com=value', '-O', 'extension:b@example.com']):
            good(theirs('-q', '-s', path('authority'), '-I', 'an identity', '-n', 'reef,shore', *words, path('subject.pub')))
            both('-L', '-f', path('subject-cert.pub'), name=(kind, words))
    line = text('subject-cert.pub')
    both('-L', '-f', write('several', '# x', line, text('subject.pub'), line), name='several')
    both('-L', '-f', '-', input=line, name='standard input')
    both('-L', '-f', path('subject.pub'), name='a plain key')


def a_file_that_is_there_stays():
    good(nacre('-q', '-N', '', '-f', fresh('stays')))
    before = text('stays')
    refused(nacre('-q', '-N', '', '-f', path('stays')), 'there already', code=1)
    status, shown = talk(['-q', '-N', '', '-f', path('stays')], [('Replace', 'n')])
    assert status == 1 and text('stays') == before, shown
    status, shown = talk(['-q', '-N', '', '-f', path('stays')], [('Replace', 'y')])
    assert status == 0 and text('stays') != before, shown
    assert good(theirs('-y', '-f', path('stays'))) == text('stays.pub')
    assert sorted(n for n in os.listdir(PLACE.name) if n.startswith('stays')) == ['stays', 'stays.pub']


def a_comment_is_one_line_of_any_length():
    refused(nacre('-q', '-N', '', '-C', 'dear\nreef', '-f', fresh('commented')), '-C')
    assert not os.path.exists(path('commented'))
    good(nacre('-q', '-N', '', '-C', 'reef ' * 300, '-f', path('commented')))
    assert text('commented.pub').split(maxsplit=2)[2].strip() == ('reef ' * 300).strip()
    assert fields(good(theirs('-y', '-f', path('commented')))) == fields(text('commented.pub'))


def a_key_of_two_halves_goes_where_openssh_has_a_place_for_it():
    """ML-DSA-44 and Ed25519: the ssh-keygen that is at hand may not know it."""
    key = fresh('two')
    said = good(nacre('-t', 'mldsa44-ed25519', '-N', '', '-C', 'a reef', '-f', key))
    line = text('two.pub')
    assert line.startswith('ssh-mldsa44-ed25519@openssh.com ') and line.endswith(' a reef\n') and '[MLDSA44-' in said, said
    good(nacre('-q', '-p', '-N', 'deep', '-P', '', '-f', key))
    refused(nacre('-y', '-P', 'shallow', '-f', key), 'wrong')
    assert good(nacre('-y', '-P', 'deep', '-f', key)) == line
    for form in ('PEM', 'PKCS8', 'PPK'):
        refused(nacre('-p', '-m', form, '-P', 'deep', '-N', '', '-f', key))
        assert good(nacre('-y', '-P', 'deep', '-f', key)) == line
    good(nacre('-q', '-p', '-P', 'deep', '-N', '', '-f', key))
    write('two.4716', good(nacre('-e', '-f', key)))
    assert fields(good(nacre('-i', '-f', path('two.4716')))) == fields(line)
    write('halves', 'dear reef')
    good(nacre('-q', '-Y', 'sign', '-f', key, '-n', 'file', path('halves')))
    words = ['-Y', 'verify', '-f', write('signers', 'reef ' + ' '.join(fields(line))), '-I', 'reef', '-n', 'file',
             '-s', path('halves.sig')]
    good(nacre(*words, input='dear reef\n'))
    refused(nacre(*words, input='dear beef\n'))
    good(nacre('-q', '-t', 'ed25519', '-N', '', '-f', fresh('plain')))
    good(nacre('-q', '-s', key, '-I', 'me', '-n', 'reef', path('plain.pub')))
    assert 'MLDSA44-ED25519' in good(nacre('-L', '-f', path('plain-cert.pub')))


def types_and_sizes_that_are_not_there_are_refused():
    fresh('none')
    for words, word in ((['-t', 'ed448'], 'no such type'), (['-t', 'dsa'], 'no new ones'), (['-t', 'ecdsa', '-b', '333'], '333 bits'),
                        (['-t', 'rsa', '-b', '1024'], '2048 to 8192'),
                        (['-t', 'rsa', '-b', '2049'], 'even'), (['-t', 'rsa', '-b', '-1'], 'not a number')):
        refused(nacre(*words, '-N', '', '-f', path('none')), word)
    refused(nacre('-N', '', '-f', path('no/such/folder')), 'No such file')
    assert not os.path.exists(path('none')) and not os.path.exists(path('none.pub'))


def string(*parts):
    data = b''.join(parts)
    return len(data).to_bytes(4, 'big') + data


def security_key(name):
    """A file as ssh-keygen writes it for a device: a handle stands in the place of the private half."""
    good(nacre('-t', 'ed25519', '-N', '', '-f', fresh(name)))
    point = base64.b64decode(fields(text(name + '.pub'))[1])[-32:]
    blob = string(b'sk-ssh-ed25519@openssh.com') + string(point) + string(b'ssh:')
    inside = b'sameSAME'.lower() + blob + b'\1' + string(b'handle') + string() + string(b'device')
    inside += bytes(range(1, 1 + -len(inside) % 8))
    data = b'openssh-key-v1\0' + string(b'none') * 2 + string() + (1).to_bytes(4, 'big') + string(blob) + string(inside)
    os.unlink(path(name + '.pub'))
    os.unlink(path(name))
    write(name, '-----BEGIN OPENSSH PRIVATE KEY-----', base64.b64encode(data).decode(), '-----END OPENSSH PRIVATE KEY-----')
    os.chmod(path(name), 0o600)
    return path(name)


def what_only_a_device_can_do_is_said_so():
    key = security_key('device')
    assert good(nacre('-y', '-f', key)) == good(theirs('-y', '-f', key))
    assert good(nacre('-l', '-f', key)) == good(theirs('-l', '-f', key))
    write('message', 'words')
    refused(nacre('-Y', 'sign', '-f', key, '-n', 'file', path('message')), 'only its security key can sign')
    assert not os.path.exists(path('message.sig'))
    good(nacre('-t', 'ed25519', '-N', '', '-f', fresh('subject')))
    refused(nacre('-s', key, '-I', 'x', '-n', 'y', path('subject.pub')), 'only its security key can sign')
    refused(nacre('-t', 'ed25519-sk', '-N', '', '-f', fresh('made')), 'a security key makes it')
    assert not os.path.exists(path('made'))


def a_command_line_that_is_not_understood_ends_with_1():
    for words in (['-k'], ['-l', '-y'], ['-f'], ['-lf']):
        refused(nacre(*words), 'usage:', code=1)


def private_keys_must_be_closed_to_others():
    good(nacre('-q', '-N', '', '-f', fresh('open')))
    os.chmod(path('open'), 0o644)
    refused(nacre('-y', '-f', path('open')), path('open'))
    os.chmod(path('open'), 0o600)
    good(nacre('-y', '-f', path('open')))


def without_a_terminal_nothing_is_asked():
    refused(nacre('-t', 'ed25519', '-f', fresh('asked')), '-N')
    refused(nacre('-y'), '-f')
    assert not os.path.exists(path('asked'))


tests = [
    every_type_is_made_as_ssh_keygen_reads_it,
    the_first_key_makes_its_directory,
    what_ssh_keygen_made_is_shown_as_it_shows_it,
    the_public_half_comes_from_the_private_key_alone,
    fingerprints_are_read_from_every_kind_of_line,
    every_private_format_shows_its_public_half,
    locked_keys_open_with_their_passphrase_alone,
    private_keys_go_through_every_format_both_ways,
    public_keys_are_converted_as_ssh_keygen_does,
    passphrases_are_changed_in_place,
    a_passphrase_is_changed_where_the_link_leads,
    passphrases_are_asked_for_and_not_shown,
    certificates_are_what_ssh_keygen_makes,
    validity_may_be_relative_to_now,
    certificates_need_names_and_known_options,
    a_public_key_is_certified_whatever_its_file_is_called,
    a_signature_shows_the_certificate_that_is_named,
    files_are_signed_as_ssh_keygen_verifies,
    signatures_stand_beside_their_files_and_replace_none,
    signers_are_allowed_as_ssh_keygen_allows_them,
    a_moment_may_be_named_and_the_key_be_printed,
    revoked_keys_sign_for_nobody,
    revocation_lists_are_read_as_ssh_keygen_reads_them,
    verifying_says_what_is_wrong_and_wants_its_letters,
    certificates_are_shown_as_ssh_keygen_shows_them,
    a_file_that_is_there_stays,
    a_comment_is_one_line_of_any_length,
    a_key_of_two_halves_goes_where_openssh_has_a_place_for_it,
    types_and_sizes_that_are_not_there_are_refused,
    what_only_a_device_can_do_is_said_so,
    a_command_line_that_is_not_understood_ends_with_1,
    private_keys_must_be_closed_to_others,
    without_a_terminal_nothing_is_asked,
]

if __name__ == '__main__':
    with PLACE:
        tap.run(tests)
