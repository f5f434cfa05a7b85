"""The same assignment for other systems: otter and Gradescope, Canvas, Moodle."""
