"""The idea of the course: probes that return evidence, comparisons, verdicts and their wording.
Numpy only.
"""
