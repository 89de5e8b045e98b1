# Knows: how to run OpenSSH's server beside the system's own, as root or as anybody. Must not know: what connects to it.
import functools
import os
import subprocess

import place
import process

CONFIG = '''
ListenAddress 127.0.0.1
Port {port}
PidFile none
AuthorizedKeysFile {authorized}
StrictModes no
UsePAM no
UseDNS no
PermitRootLogin yes
PermitUserRC no
KbdInteractiveAuthentication no
MaxStartups 100
LogLevel DEBUG3
Subsystem sftp internal-sftp
'''


@functools.cache
def no_penalties():
    """From 9.8 on sshd turns an address away that failed before, which is what these tests do all the time."""
    argv = [place.program('sshd'), '-G', '-f', '/dev/null', '-o', 'PerSourcePenalties=no']
    known = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode == 0
    return 'PerSourcePenalties no\n' if known else ''


class Sshd(process.Background):
    def __init__(self, host_keys, authorized, settings='', program=None):
        self.port = place.free_port()
        text = settings + '\n' + CONFIG.format(port=self.port, authorized=authorized) + no_penalties()  # the first value counts
        text += ''.join(f'HostKey {key}\n' for key in host_keys)
        if os.geteuid() == 0:
            os.makedirs('/run/sshd', 0o755, exist_ok=True)  # its privilege separation directory, empty
        super().__init__([program or place.program('sshd'), '-D', '-e', '-f', place.write('sshd_config', text)])

    def __enter__(self):
        self.wait_for(r'Server listening on 127\.0\.0\.1')
        return self
