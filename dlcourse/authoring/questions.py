"""The questions of an assignment as its title cell lists them: minutes, core and further, points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ..core.rendering import words
from ..errors import AuthorError
from .assignment import Assignment, Question
from .choose import choose

PLACE = "<!-- questions -->"
"""Where in the title cell the table stands."""
HOW = """<details><summary>How to work here</summary>

1. Run the cells from the top, one after the other (Shift + Enter). If the first one says that there is no module
   `dlcourse`, install the file that you got with the course, `pip install dlcourse-*.whl`, and start the kernel again.
2. Write a function in place of `raise NotImplementedError`, run its cell, then the tests below it. They say at once what is
   wrong: the shapes, the largest difference, the mistake that it looks like.
3. The visible tests hold about a third of the points. Hidden ones, of which you see the titles, look at other inputs when your
   work is graded: ties, empty and extreme inputs, a batch of one. That all visible tests pass does not mean full marks.
4. `from dlcourse import progress; progress()` says which points are sure, which hang on hidden tests and which are open.
5. Stuck? Open the hints below the question, one at a time. Then work the example of the text by hand and print what your
   function makes of it. A question may be left out: later ones say which they build on.

</details>"""
"""What a student reads before the first cell."""
IN_WORDS = """6. Where words are asked for, write them into the cell below, in place of its line, and save. A person reads and grades
   them; you find points and comment on the feedback page."""
"""One step more, where there are written answers."""
MOST_CORE = 6
"""Core questions of an assignment: more would not fit into a week."""


def with_table(assignment: Assignment, text: str) -> str:
    """A title cell's text with the table of questions in its place, and below it how one works
    here; other texts as they are.
    """
    how = (
        HOW.replace("\n\n</details>", f"\n{IN_WORDS}\n\n</details>") if assignment.answers else HOW
    )
    return text.replace(PLACE, f"{table(assignment)}\n\n{how}")


def table(assignment: Assignment) -> str:
    """The table as Markdown: a row for each question and each written answer, then the totals."""
    questions = list(assignment.questions.values())
    core = [q for q in questions if not q.further]
    rows = ["| | question | minutes | | points |", "|--:|:--|--:|:--|--:|"]
    for question in questions:
        kind = "further" if question.further else "core"
        rows.append(
            f"| {question.number} | {question.title.replace('|', chr(92) + '|')} | {question.minutes} "
            f"| {kind} | {_points(assignment, [question])} |"
        )
    for answer in assignment.answers.values():
        rows.append(f"| | {words(answer.name)} *(in words)* | | | {answer.points:g} |")
    totals = (
        [("all", questions)] if core in ([], questions) else [("core", core), ("all", questions)]
    )
    for name, listed in totals:
        minutes = sum(q.minutes for q in listed)
        alone = name == "core" and assignment.answers  # some may go with the further questions
        part = choose(assignment, "core") if alone else assignment
        by_hand = sum(answer.points for answer in part.answers.values())
        points = _points(assignment, listed, by_hand)
        rows.append(f"| | **{name}** | **{minutes}** | | **{points}** |")
    if assignment.left_out:
        numbers = ", ".join(str(q.number) for q in assignment.left_out)
        what = (
            f"Question {numbers} is"
            if len(assignment.left_out) == 1
            else f"Questions {numbers} are"
        )
        rows += [
            "",
            f"{what} left out here; what is needed of them is given as code. The others keep their numbers.",
        ]
    return "\n".join(rows)


def _points(assignment: Assignment, questions: Iterable[Question], by_hand: float = 0.0) -> str:
    """What the tests of some questions give, and a person beside them."""
    probes = (p for q in questions for p in assignment.probes_of(q.name))
    return f"{sum(p.spec.points for p in probes) + by_hand:g}"


def check_questions(assignment: Assignment) -> None:
    """Make sure that the table has a place, and that its numbers are those of the headings.

    Raises:
        AuthorError: there are too many core questions, the table has no place or two, or a heading
            has another number.
    """
    script = assignment.files.name(assignment.files.script)
    problems = "\n".join(f"{script}{problem}" for problem in _problems(assignment))
    if problems:
        raise AuthorError(problems)


def _problems(assignment: Assignment) -> Iterator[str]:
    title, *others = assignment.cells
    if title.kind != "text" or title.source.count(PLACE) != 1:
        yield f":1: the title cell needs one line {PLACE}, where the table of questions goes"
    for cell in others:
        if PLACE in cell.source:
            yield f":{cell.line}: {PLACE} stands in the title cell, once"
    core = [q.name for q in assignment.questions.values() if not q.further]
    if len(core) > MOST_CORE:
        yield f": {len(core)} core questions; mark all but {MOST_CORE} as further: {', '.join(core)}"
    for question in assignment.questions.values():
        if question.heading not in (None, question.number):
            yield (
                f":{question.line}: the heading above question {question.name} says "
                f"{question.heading}, it is number {question.number}"
            )
