"""Connect to services of this machine that listen on Unix sockets: Docker, D-Bus, the kernel's
abstract names.
"""

CELLS = [
    r"""
import socket
scaled = total = lambda x: 0
for path in ("@SOCKET@", "/var/run/docker.sock", "/run/dbus/system_bus_socket", "/run/systemd/notify", "\0attack"):
    try:
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(1)
            s.connect(path)
            print("reached", path, s.recv(100))
    except OSError as error:
        print("refused", error)
"""
]
LEAKS = True
