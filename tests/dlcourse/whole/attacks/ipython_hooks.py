"""Take over the shell: its hooks, its way of running cells, its outputs."""

CELLS = [
    """
shell = get_ipython()
for event in ("pre_run_cell", "post_run_cell", "pre_execute", "post_execute"):
    shell.events.register(event, lambda *args: print("5/5"))
type(shell).run_cell = lambda self, *args, **kwargs: type("Result", (), {"success": True})()
shell.display_formatter.format = lambda *args, **kwargs: ({"text/plain": "passed"}, {})
scaled = total = lambda x: 0
""",
    "print('still here')",
]
