# Knows: how a directory looks through Paramiko's SFTP server. Must not know: who looks.
import os

import paramiko


def answer(function, *arguments):
    try:
        function(*arguments)
    except OSError as error:
        return paramiko.SFTPServer.convert_errno(error.errno)
    return paramiko.SFTP_OK


def change(path, attr):
    """Paramiko's own helper empties a file that it is to cut."""
    if attr._flags & attr.FLAG_SIZE:
        os.truncate(path, attr.st_size)
        attr._flags &= ~attr.FLAG_SIZE
    paramiko.SFTPServer.set_file_attr(path, attr)


class Handle(paramiko.SFTPHandle):
    def stat(self):
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))

    def chattr(self, attr):
        return answer(change, self.name, attr)


class Files(paramiko.SFTPServerInterface):
    def list_folder(self, path):
        try:
            return [paramiko.SFTPAttributes.from_stat(os.lstat(os.path.join(path, name)), name) for name in os.listdir(path)]
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    def _stat(self, function, path):
        try:
            return paramiko.SFTPAttributes.from_stat(function(path))
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)

    def stat(self, path):
        return self._stat(os.stat, path)

    def lstat(self, path):
        return self._stat(os.lstat, path)

    def open(self, path, flags, attr):
        mode = {os.O_WRONLY: 'wb', os.O_RDWR: 'r+b'}.get(flags & os.O_ACCMODE, 'rb')
        if flags & os.O_APPEND:
            mode = mode.replace('w', 'a')
        try:
            file = os.fdopen(os.open(path, flags, 0o666), mode)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        handle = Handle(flags)
        handle.name, handle.readfile, handle.writefile = path, file, file
        return handle

    def remove(self, path):
        return answer(os.remove, path)

    def rename(self, old, new):
        return paramiko.SFTP_FAILURE if os.path.lexists(new) else answer(os.rename, old, new)

    def posix_rename(self, old, new):
        return answer(os.replace, old, new)

    def mkdir(self, path, attr):
        return answer(os.mkdir, path)

    def rmdir(self, path):
        return answer(os.rmdir, path)

    def chattr(self, path, attr):
        return answer(change, path, attr)

    def symlink(self, target, path):
        return answer(os.symlink, target, path)

    def readlink(self, path):
        try:
            return os.readlink(path)
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
