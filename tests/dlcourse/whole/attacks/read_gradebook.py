"""Read the gradebook, in which hidden tests and grades lie, and change it."""

CELLS = [
    """
import sqlite3
try:
    print(open("@COURSE@/gradebook.db").read())
    sqlite3.connect("file:@COURSE@/gradebook.db?mode=rw", uri=True).execute("update grade set score = 5")
except Exception as error:
    print(error)
scaled = total = lambda x: 0
"""
]
LEAKS = True
