# SPDX-License-Identifier: MIT
"""A guest driven through QEMU's monitor, whose state can be saved and loaded, and
which may have a VMClock."""
import json
import os
import socket
import subprocess
import time

HERE = os.path.dirname(os.path.realpath(__file__))

# A page at a place of QEMU's choice.  Its vm_generation_counter is ours: QEMU
# knows the device since 10, but not (11.1) the counter, so we say it is there.
VMCLOCK_FLAGS, VMCLOCK_COUNTER = 0xfeffb000 + 24, 0xfeffb000 + 104


def qemu_with_vmclock():
    """How a QEMU with that device is run; None: it is not to be had."""
    got = subprocess.run([HERE + '/fetch-tree', 'forky', 'qemu-system-x86'],
                         stdout=subprocess.PIPE, text=True)
    return got.returncode == 0 and [HERE + '/run-in-tree', got.stdout.strip()]


class Guest:
    """One QEMU, its monitor, and the ends of its ports."""

    def __init__(self, folder, name, image, initramfs, guid=None, state=None,
                 vmclock=None, mib=192):
        path = os.path.join(folder, name)
        self.console, self.port = path + '.console', path + '.port'
        monitor, serial = path + '.qmp', path + '.serial'
        gdb = path + '.gdb'
        command = ['nice'] + (vmclock or []) + [
            'qemu-system-x86_64', '-machine', 'q35', '-accel',
            'tcg,thread=single', '-cpu', 'max,-cx16', '-m', str(mib), '-smp', '2',
            '-nodefaults', '-nographic', '-no-reboot',
            '-kernel', image, '-initrd', initramfs,
            '-append', 'console=ttyS0 quiet panic=-1 no_timer_check',
            '-serial', 'file:' + self.console,
            '-chardev', 'socket,id=in,server=on,wait=off,path=' + serial,
            '-serial', 'chardev:in',
            '-chardev', 'file,id=out,path=' + self.port,
            '-device', 'isa-debugcon,iobase=0xe9,chardev=out',
            '-qmp', 'unix:%s,server=on,wait=off' % monitor]
        if guid:
            command += ['-device', 'vmgenid,guid=' + guid]
        if vmclock:
            command += ['-device', 'vmclock', '-S', '-chardev',
                        'socket,id=gdb,server=on,wait=off,path=' + gdb,
                        '-gdb', 'chardev:gdb']
        if state:
            command += ['-incoming', 'exec:cat ' + state]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        self.monitor = self.connect(monitor).makefile('rw')
        self.monitor.readline()
        self.do('qmp_capabilities')
        self.serial = self.connect(serial)
        self.debugger = self.connect(gdb) if vmclock else None
        if vmclock and not state:
            self.write_memory(VMCLOCK_FLAGS, 1 << 8)
            self.do('cont')

    def connect(self, path):
        end = socket.socket(socket.AF_UNIX)
        for _ in range(500):
            try:
                end.connect(path)
                return end
            except OSError:
                time.sleep(0.02)
        raise RuntimeError('qemu did not start')

    def do(self, command, **arguments):
        self.monitor.write(json.dumps({'execute': command,
                                       'arguments': arguments}) + '\n')
        self.monitor.flush()
        while True:
            answer = json.loads(self.monitor.readline())
            if 'error' in answer:
                raise RuntimeError('%s: %s' % (command, answer['error']))
            if 'return' in answer:
                return answer['return']

    def write_memory(self, address, number):
        """Eight bytes, where the guest's physical memory has that address."""
        for text in ('Qqemu.PhyMemMode:1', 'M%x,8:%s' % (
                address, number.to_bytes(8, 'little').hex())):
            self.debugger.sendall(('$%s#%02x' % (
                text, sum(text.encode()) % 256)).encode())
            answer = b''
            while not answer.endswith(b'#9a'):      # of "OK"
                more = self.debugger.recv(100)
                if not more or b'$E' in answer:
                    raise RuntimeError('the debugger said %r' % answer)
                answer += more
            self.debugger.sendall(b'+')

    def said(self):
        with open(self.console, errors='replace') as console:
            return console.read()

    def wait_for(self, text, seconds=300):
        end = time.monotonic() + seconds
        while text not in self.said():
            if time.monotonic() > end or self.process.poll() is not None:
                if text in self.said():
                    return
                raise RuntimeError('the guest did not say %s:\n%s' %
                                   (text, self.said()[-1500:]))
            time.sleep(0.02)

    def save(self, state):
        self.do('migrate', uri='exec:cat >' + state)
        while True:
            status = self.do('query-migrate').get('status')
            if status == 'completed':
                return
            if status in ('failed', 'cancelled'):
                raise RuntimeError('the state could not be saved')
            time.sleep(0.02)

    def wait_until_loaded(self):
        while self.do('query-status')['status'] == 'inmigrate':
            time.sleep(0.01)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
