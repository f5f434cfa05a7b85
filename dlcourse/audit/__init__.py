"""`dlcourse audit`: are an assignment's tests any good? docs/audit.md explains the table to
authors.
"""
