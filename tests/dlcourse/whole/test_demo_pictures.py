"""Demos in a real kernel: each shows its picture."""

import nbformat
from nbclient import NotebookClient

DEMO = """
@demo
def {name}():
    import matplotlib.pyplot as plt

    plt.subplots()[1].plot([0, 1])
"""


def test_every_demo_of_a_notebook_shows_its_picture() -> None:
    """Not the first alone: Jupyter's backend is switched on while that one is drawn."""
    sources = ["from dlcourse import demo", *(DEMO.format(name=f"demo_{n}") for n in range(3))]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(s) for s in sources])
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    pictures = [
        sum("image/png" in output.get("data", {}) for output in cell.outputs)
        for cell in notebook.cells
    ]
    assert pictures == [0, 1, 1, 1]
