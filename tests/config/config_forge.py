# Knows: ssh_config(5)'s keywords and their values. Must not know: who reads them.
YES_NO = ['yes', 'no', 'true', 'False']
ASK = ['yes', 'no', 'ask']
# ssh -G shows these by other names.
SHOWN_AS = {'challengeresponseauthentication': 'kbdinteractiveauthentication', 'keepalive': 'tcpkeepalive',
            'pubkeyacceptedkeytypes': 'pubkeyacceptedalgorithms', 'identityfile2': 'identityfile',
            'hostbasedkeytypes': 'hostbasedacceptedalgorithms', 'smartcarddevice': 'pkcs11provider'}

VALUES = {
    'AddKeysToAgent': ['yes', 'no', 'ask', 'confirm', '"confirm" 5m', '1h', '90'],
    'AddressFamily': ['inet', 'inet6', 'any', 'INET'],
    'BatchMode': YES_NO,
    'BindAddress': ['192.0.2.1', '::1', '"a b"'],
    'BindInterface': ['lo'],
    'CanonicalDomains': ['example.org', 'Example.ORG. b_c.example', 'none'],
    'CanonicalizeFallbackLocal': YES_NO,
    'CanonicalizeMaxDots': ['0', '3', '007'],
    'CanonicalizePermittedCNAMEs': ['none', '"none"'],
    'CASignatureAlgorithms': ['ssh-ed25519', 'ssh-ed25519,rsa-sha2-512'],
    'CertificateFile': ['~/a-cert.pub', '/x/%d/%u'],
    'ChallengeResponseAuthentication': ['no'],
    'CheckHostIP': YES_NO,
    'Ciphers': ['aes128-ctr', 'aes256-gcm@openssh.com,aes128-ctr'],
    'ClearAllForwardings': YES_NO,
    'Compression': ['yes', 'no'],
    'ConnectionAttempts': ['1', '5'],
    'ConnectTimeout': ['5', '1m', '1h30m', '2w', 'none', '1M30S'],
    'ControlMaster': ['yes', 'no', 'ask', 'auto', 'autoask'],
    'ControlPath': ['none', '~/.ssh/m', '/tmp/%r@%h:%p', '/tmp/%n-%L-%i-%k', '${NACRE_TEST_PLACE}/m', '~root/x', '%%'],
    'ControlPersist': ['yes', 'no', '5m', '0', '10'],
    'DynamicForward': ['1080', '[::1]:1080', 'localhost:1081', '*:1080', '1080 # why'],
    'EnableEscapeCommandline': YES_NO,
    'EnableSSHKeysign': YES_NO,
    'EscapeChar': ['none', '^A', '%', '" "', '\\\\', '^[', '~'],
    'ExitOnForwardFailure': YES_NO,
    'FingerprintHash': ['md5', 'sha256', 'SHA512'],
    'ForkAfterAuthentication': ['no'],
    'ForwardAgent': ['yes', 'no', '/tmp/agent-%u', '$SSH_AUTH_SOCK', '~/agent'],
    'ForwardX11': YES_NO,
    'ForwardX11Timeout': ['0', '5m', '1d'],
    'ForwardX11Trusted': YES_NO,
    'GatewayPorts': YES_NO,
    'GlobalKnownHostsFile': ['none', '/a', '/a "/b c" ~/d'],
    'GSSAPIAuthentication': YES_NO,
    'GSSAPIDelegateCredentials': YES_NO,
    'HashKnownHosts': YES_NO,
    'HostbasedAcceptedAlgorithms': ['ssh-ed25519'],
    'HostbasedAuthentication': YES_NO,
    'HostKeyAlgorithms': ['ssh-ed25519', 'ssh-ed25519,rsa-sha2-256'],
    'HostKeyAlias': ['Some-Alias', 'x'],
    'Hostname': ['real.example.org', '%h.example.org', 'UPPER.example', '127.0.0.2', '::2', '%%%h', '127.1'],
    'IdentitiesOnly': YES_NO,
    'IdentityAgent': ['none', 'SSH_AUTH_SOCK', '$SOME_SOCKET', '~/a', '/tmp/%u/%h', '${NACRE_TEST_PLACE}'],
    'IdentityFile': ['~/.ssh/id_x', '/etc/%d', '"with blank"', 'a\\ b', "'q'", 'none'],
    'IgnoreUnknown': ['Foo*,bar', '*'],
    'IPQoS': ['af21', 'lowdelay throughput', 'cs1 none', '0x20 8', '7', '0x03 010', 'EF', 'none', 'reliability le'],
    'KbdInteractiveAuthentication': YES_NO,
    'KbdInteractiveDevices': ['pam,bsdauth'],
    'KexAlgorithms': ['curve25519-sha256', 'curve25519-sha256,ecdh-sha2-nistp256'],
    'KnownHostsCommand': ['none', '/bin/true %H %I', '/bin/echo "a b"'],
    'LocalCommand': ['echo %h %d # kept', '"quoted" echo', 'none'],
    'LocalForward': ['80 host:80', '[::1]:8080 [2001:db8::1]:80', '127.0.0.1:8080 host:80',
                     '/tmp/%u.sock host:22', '*:99 h:1', '${NACRE_TEST_PLACE}/s h:1', '0080 h:0022'],
    'LogLevel': ['QUIET', 'fatal', 'Error', 'INFO', 'verbose', 'DEBUG', 'debug1', 'DEBUG2', 'DEBUG3'],
    'LogVerbose': ['none', 'kex.c:*:1000'],
    'MACs': ['hmac-sha2-256', 'hmac-sha2-512,hmac-sha2-256'],
    'NoHostAuthenticationForLocalhost': YES_NO,
    'NumberOfPasswordPrompts': ['0', '1', '3'],
    'PasswordAuthentication': YES_NO,
    'PermitLocalCommand': YES_NO,
    'PermitRemoteOpen': ['any', 'none', 'host:80 [::1]:22', '*:*', 'h:*'],
    'PKCS11Provider': ['/usr/lib/x.so', 'none'],
    'Port': ['1', '2222', '65535', '0022'],
    'PreferredAuthentications': ['publickey,password'],
    'ProxyCommand': ['nc %h %p', 'none', '"a b" c', '= odd', 'sh -c "x # y"'],
    'ProxyJump': ['jump', 'user@jump:2222', 'a,b,c', 'none', '[::1]:2200', '10.0.0.1', 'ssh://u@h:99', 'a@b@c', 'x # y'],
    'ProxyUseFdpass': YES_NO,
    'PubkeyAcceptedAlgorithms': ['ssh-ed25519', 'rsa-sha2-512,rsa-sha2-256'],
    'PubkeyAuthentication': ['yes', 'no', 'unbound', 'host-bound'],
    'RekeyLimit': ['1G', '512M 1h', 'default none', 'default 30m', '100K', '1.5M', '16', '0', '2g'],
    'RemoteCommand': ['uname -a', 'none', 'echo %h %r %%'],
    'RemoteForward': ['80 host:80', '9999', '[::1]:22 h:22', '/run/x h:22', '0 h:22', '/run/a /run/%u', 'h:8080'],
    'RequestTTY': ['yes', 'no', 'force', 'auto'],
    'RequiredRSASize': ['1024', '4096'],
    'RevokedHostKeys': ['/etc/revoked', 'none'],
    'SecurityKeyProvider': ['/usr/lib/sk.so', '$SK'],
    'SendEnv': ['A B', 'LC_* LANG', 'A -A B'],
    'ServerAliveCountMax': ['0', '9'],
    'ServerAliveInterval': ['0', '15', '2m'],
    'SessionType': ['none', 'default'],
    'SetEnv': ['A=1 B=2', '"A=with blank" A=again', 'X='],
    'StdinNull': YES_NO,
    'StreamLocalBindMask': ['0177', '077', '0', '0777'],
    'StreamLocalBindUnlink': YES_NO,
    'StrictHostKeyChecking': ['yes', 'no', 'ask', 'accept-new', 'off', 'true'],
    'SyslogFacility': ['DAEMON', 'user', 'local7', 'AUTH'],
    'TCPKeepAlive': YES_NO,
    'Tunnel': ['yes', 'no', 'point-to-point', 'ethernet'],
    'TunnelDevice': ['any', '1:2', '5', 'any:7', '3:any'],
    'UpdateHostKeys': ['yes', 'no'],
    'User': ['somebody', '"a b"', 'DOMAIN\\\\who'],
    'UserKnownHostsFile': ['none', '~/.ssh/%h', '/a /b ~/c', '${NACRE_TEST_PLACE}/known', '/%k/%r'],
    'VerifyHostKeyDNS': ASK,
    'VisualHostKey': YES_NO,
    'XAuthLocation': ['/opt/xauth'],
}

# Where the order of two lines decides in a way of its own; they are in HAND_MADE.
NOT_MIXED = {'RemoteCommand', 'ProxyUseFdpass', 'ForwardAgent', 'StreamLocalBindMask', 'SyslogFacility', 'LogVerbose',
             'CanonicalizePermittedCNAMEs', 'BatchMode', 'RemoteForward', 'CanonicalDomains', 'SessionType', 'IdentityAgent'}

PATTERNS = ['*', 'alpha', '*.example.org', 'Gamma', 'gamma', '!beta* *', 'db?.east*', '* !alpha', '127.*', 'none such',
            '::1', '*:*', '"alpha"', 'beta.example.org alpha']
MATCHES = ['all', 'host alpha', 'host *.EXAMPLE.org', 'originalhost Gamma', 'originalhost gamma', 'user root', '!user root',
           'user somebody', 'localuser root', 'localuser !root,*', 'host alpha,beta*', '!host alpha', 'final',
           'canonical', 'final host *.example.org', 'host "alpha"', 'exec true', 'exec false', '!exec false',
           'exec "test %h = alpha"', 'host alpha exec "test %p = 22"', 'exec "test %n = Gamma"', 'user root host real*',
           'final all', 'host * # said', 'all # said']


class Forge:
    """Makes configurations from a source of chance."""

    def __init__(self, chance):
        self.chance = chance
        self.names = [n for n in VALUES if n not in NOT_MIXED]

    def line(self):
        name = self.chance.choice(self.names)
        value = self.chance.choice(VALUES[name])
        spelling = self.chance.choice([str, str, str.lower, str.upper])(name)
        between = self.chance.choice([' ', ' ', '  ', '\t', '=', ' = ', '= ', ' ='])
        before = self.chance.choice(['', '  ', '\t'])
        return before + spelling + between + value + self.chance.choice(['', '', ' ', '\t', '\r'])

    def block(self):
        if self.chance.random() < 0.5:
            return 'Host ' + self.chance.choice(PATTERNS)
        return 'Match ' + self.chance.choice(MATCHES)

    def config(self):
        lines = []
        for _ in range(self.chance.randint(2, 6)):
            lines += [self.line() for _ in range(self.chance.randint(0, 6))]
            lines.append(self.chance.choice(['', '# a comment', '   # another']))
            lines.append(self.block())
        lines += [self.line() for _ in range(self.chance.randint(1, 6))]
        return '\n'.join(lines) + self.chance.choice(['', '\n', '\n\n'])

    def option(self):
        name = self.chance.choice(self.names)
        return name + '=' + self.chance.choice(VALUES[name])


# (text, words of the command line); @DIR@ is the directory of the test.
HAND_MADE = [
    ('Include @DIR@/part-a\nUser after\n', ['alpha']),
    ('Host alpha\n Include @DIR@/part-a\nUser after\n', ['alpha']),
    ('Host beta\n Include @DIR@/part-a @DIR@/part-b\nHost *\n User after\n', ['alpha']),
    ('Include @DIR@/parts/*.conf\nSendEnv LAST\n', ['alpha']),
    ('Include @DIR@/none-such-*\nInclude @DIR@/absent\nPort 7\n', ['alpha']),
    ('Include "@DIR@/part-b" @DIR@/part-a\n', ['alpha']),
    ('Port 1\nPort 2\n', ['-o', 'Port=3', 'alpha']),
    ('Port 1\n', ['-p', '5', '-l', 'me', 'alpha']),
    ('User file\n', ['me@alpha']),
    ('User file\n', ['-l', 'letter', 'me@alpha']),
    ('', ['a@b@alpha']),
    ('Match final\n Port 5\nMatch all\n User x\n', ['alpha']),
    ('Hostname real.example\nMatch host real.example\n Port 6\n', ['alpha']),
    ('Hostname %h.example\nMatch host alpha.example originalhost alpha\n Port 6\n', ['alpha']),
    ('Host alpha\n Hostname real.example\nHost real.example\n Port 6\n', ['alpha']),
    ('Match final\n Hostname later.example\n', ['alpha']),
    ('Hostname REAL.example\nMatch final host real.example\n Port 8\n', ['alpha']),
    ('CanonicalizeHostname yes\nCanonicalDomains invalid\nHost alpha\n Port 9\nMatch canonical\n User canon\n', ['alpha']),
    ('CanonicalizeHostname yes\nProxyCommand nc\nMatch final\n User canon\n', ['Alpha']),
    ('CanonicalizeHostname always\nProxyJump j\nCanonicalDomains invalid\nMatch canonical all\n User c\n', ['Alpha']),
    ('CanonicalizeHostname yes\nCanonicalizeMaxDots 0\nCanonicalDomains invalid\n', ['a.b']),
    ('CanonicalizeHostname no\nMatch canonical\n Port 3\n', ['alpha']),
    ('CanonicalizeHostname yes\nCanonicalDomains none\n', ['localhost']),
    ('CanonicalizeHostname yes\nCanonicalizeFallbackLocal no\nCanonicalDomains invalid\n', ['none-such']),
    ('Hostname 127.1\nMatch host 127.1\n Port 4\n', ['alpha']),
    ('Host 0x7f000001\n Port 4\n', ['0x7f000001']),
    ('ProxyJump a\nProxyCommand nc\n', ['alpha']),
    ('ProxyCommand nc\nProxyJump a\n', ['alpha']),
    ('ProxyCommand none\nProxyJump a\n', ['alpha']),
    ('ProxyJump none\nProxyCommand nc\n', ['alpha']),
    ('ProxyJump none\nProxyJump b\n', ['alpha']),
    ('ProxyJump alpha\n', ['alpha']),
    ('ProxyJump alpha:23\n', ['alpha']),
    ('ProxyJump other,root@alpha\n', ['alpha']),
    ('RekeyLimit 1G\nRekeyLimit 2G 1h\n', ['alpha']),
    ('RekeyLimit default none\nRekeyLimit 2G 1h\n', ['alpha']),
    ('ConnectTimeout none\nConnectTimeout 7\n', ['alpha']),
    ('SendEnv A B C\nSendEnv -A\nSendEnv D\nHost *\n SendEnv -B* E\n', ['alpha']),
    ('SetEnv A=1\nSetEnv B=2\n', ['alpha']),
    ('IdentityFile a\nIdentityFile b\nIdentityFile a\n', ['alpha']),
    ('LocalForward 1 a:1\nLocalForward 1 a:1\nLocalForward 2 a:1\nClearAllForwardings no\n', ['alpha']),
    ('LocalForward 1 a:1\nDynamicForward 2\nRemoteForward 3 b:3\nTunnel yes\nClearAllForwardings yes\n', ['alpha']),
    ('IgnoreUnknown Foo,Ba*\nFoo bar\nBAZ qux "open"\nPort 3\n', ['alpha']),
    ('Host beta\n IgnoreUnknown Foo\nHost alpha\n Port 3\n', ['alpha']),
    ('Protocol 2\nUseRoaming no\nCompressionLevel 9\nPort 3\n', ['alpha']),
    ('KeepAlive no\nIdentityFile2 x\nPubkeyAcceptedKeyTypes ssh-ed25519\n', ['alpha']),
    ('"Port" 5\n', ['alpha']),
    ('\tPort\t5\t\n', ['alpha']),
    ('Port=5#x\n', ['alpha']),
    ('Port 5 #x\n', ['alpha']),
    ('User "a#b"\nPort "5"\n', ['alpha']),
    ('User a\\"b\n', ['alpha']),
    ("User 'a \"b'\n", ['alpha']),
    ('User a"b c"d\n', ['alpha']),
    ('Host alpha # alpha it is\n Port 5\n', ['alpha']),
    ('Host !alpha\n Port 5\n', ['beta']),
    ('Host "*.example.org"\n Port 5\n', ['x.example.org']),
    ('Host ALPHA\n Port 5\nMatch host ALPHA\n User m\n', ['alpha']),
    ('Match user somebody\n Port 5\n', ['somebody@alpha']),
    ('User somebody\nMatch user somebody\n Port 5\n', ['alpha']),
    ('Match exec "exit 3"\n Port 5\nMatch exec "exit 0"\n User e\n', ['alpha']),
    ('Match host beta exec "touch @DIR@/never"\n Port 5\n', ['alpha']),
    ('Match host alpha !exec "exit 1" user root\n Port 5\n', ['alpha']),
    ('Host beta\nMatch all\n Port 5\n', ['alpha']),
    ('Host alpha\nPort 5\nHost *\nPort 6\nUser star\n', ['alpha']),
    ('HostKeyAlias KEY\nControlPath /x/%k\n', ['alpha']),
    ('UserKnownHostsFile /a "/b c"\nGlobalKnownHostsFile /d\n', ['alpha']),
    ('PermitLocalCommand yes\nLocalCommand echo %%h\n', ['alpha']),
    ('RemoteCommand echo %u %h\nRequestTTY force\n', ['alpha']),
    ('ControlPath /tmp/%C\nPort 7\nUser u\n', ['beta.example.org']),
    ('ForwardAgent yes\nForwardAgent no\n', ['alpha']),
    ('StreamLocalBindMask 0077\nSyslogFacility AUTH\n', ['alpha']),
    ('XAuthLocation /a\nPKCS11Provider NONE\nControlPath NONE\nRevokedHostKeys None\n', ['alpha']),
    ('User x\r\nPort 7\r\n', ['alpha']),
    ('', ['Alpha.Example.ORG']),
    ('Host *\n', ['fe80::1%lo']),
    ('Port 3', ['alpha']),
    ('\n\n\n#\n  #\n', ['alpha']),
]

BAD = [
    'NoSuchKeyword yes', 'Port', 'Port 0', 'Port 65536', 'Port -1', 'Port 1 2', 'Port ""', 'Port "1', "User 'open",
    'Compression maybe', 'Compression true', 'BatchMode', 'BatchMode maybe', 'AddressFamily ip', 'ConnectTimeout soon', 'ConnectTimeout 5x',
    'ConnectTimeout 999999999999', 'ConnectionAttempts many', 'NumberOfPasswordPrompts -3', 'RekeyLimit 1', 'RekeyLimit 1X',
    'RekeyLimit 1G soon', 'RekeyLimit', 'EscapeChar ab', 'IPQoS 300', 'IPQoS high', 'IPQoS af11 x', 'StreamLocalBindMask 1000',
    'StreamLocalBindMask x', 'TunnelDevice x', 'AddKeysToAgent sometimes', 'AddKeysToAgent yes 5m', 'LogLevel LOUD',
    'SyslogFacility MOON', 'FingerprintHash crc', 'LocalForward 80', 'LocalForward x y', 'LocalForward 0 h:1',
    'LocalForward 80 h:0', 'LocalForward 70000 h:1', 'DynamicForward x', 'RemoteForward a:b:c:d:e', 'ProxyJump a:x',
    'ProxyJump @a', 'ProxyJump a,,b', 'ProxyJump ssh://a/b', 'CanonicalDomains a..b', 'CanonicalDomains -a', 'CanonicalDomains none a',
    'CanonicalizePermittedCNAMEs a', 'CanonicalizePermittedCNAMEs a:', 'SendEnv A=B', 'SetEnv A', 'UserKnownHostsFile none a',
    'UserKnownHostsFile ""', 'PermitRemoteOpen any a:1', 'PermitRemoteOpen a', 'IdentityFile', 'IdentityFile a b', 'Host ""',
    'Match', 'Match nonsense x', 'Match host', 'Match all host x', 'Match host x user y all', 'Match exec', 'Include ""',
    'StrictHostKeyChecking sometimes', 'IdentityAgent ${NO_SUCH_VARIABLE_HERE}', 'IdentityAgent $a-b', 'ControlPersist maybe',
    'UpdateHostKeys maybe', 'Tunnel maybe', 'RequestTTY maybe', 'SessionType maybe', 'ControlMaster maybe',
]

GOOD = [
    'IgnoreUnknown NoSuch*\nNoSuchKeyword yes', 'Port 1', 'Port 65535', 'Port "1"', "User 'closed'", 'Compression yes',
    'ConnectTimeout 5s', 'RekeyLimit 16', 'RekeyLimit 1K', 'EscapeChar a', 'IPQoS 255', 'IPQoS af11 cs1', 'StreamLocalBindMask 0777',
    'TunnelDevice 0', 'AddKeysToAgent confirm 5m', 'LocalForward 80 h:1', 'RemoteForward 0 h:1', 'ProxyJump a,b', 'ProxyJump ssh://a/',
    'CanonicalDomains a.b', 'CanonicalizePermittedCNAMEs none', 'SendEnv A', 'SetEnv A=B', 'UserKnownHostsFile none',
    'PermitRemoteOpen a:1', 'IdentityFile "a b"', 'Host a b', 'Match host x', 'Match all', 'Match canonical all', 'Match exec true',
    'Include none-such', 'IdentityAgent ${HOME}', 'IdentityAgent $HOME', 'ControlPersist 1m',
]
