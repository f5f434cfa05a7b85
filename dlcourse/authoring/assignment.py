"""What the hand-written files of an assignment import, and how they are read.

The percent script is split into cells and questions; `probes.py` and `alternatives.py` are read as source as
well as executed, because their functions are sent to another process as text.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import difflib
import importlib.util
import re
import sys
import types
from collections import Counter
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ..core.cells import BEGIN_SOLUTION, DEMO_TAG, END_SOLUTION, Kind, student_view
from ..core.probe import Probe, ProbeSpec, parameters
from ..errors import AuthorError
from ..student import demo as demos
from .course import AssignmentFiles, course_root

_COMMENT = re.compile(r"^\s*(#+)(.*)$")


@dataclass(frozen=True)
class Misconception:
    """A named wrong edit of the reference.

    Args:
        name: unique within the question.
        hint: what a student with this result is told.
        edits: new text by old text, applied one after another; each old text then stands exactly
            once in the cell.
        question: the question whose cell is edited; the reader fills it in.
    """

    name: str
    hint: str
    edits: dict[str, str]
    question: str = ""


@dataclass(frozen=True)
class Cell:
    """One cell of the script."""

    kind: Kind
    source: str
    question: str | None = None


@dataclass(frozen=True)
class Question:
    """One question: its stubs and the source of its cell."""

    name: str
    functions: tuple[str, ...]
    source: str
    forbid: tuple[str, ...]
    needs: tuple[str, ...]

    @cached_property
    def stub(self) -> str:
        """The cell as a student gets it."""
        return student_view(self.source)


@dataclass(frozen=True)
class GradedProbe:
    """A probe with its source in both forms.

    Args:
        probe: as executed in this process.
        cell: imports, helpers and the decorated function, for the notebook.
        program: the same without decorators, for the student's process.
    """

    probe: Probe
    cell: str
    program: str

    @property
    def spec(self) -> ProbeSpec:
        return self.probe.spec


@dataclass(frozen=True)
class Alternative:
    """Another correct implementation of one question: the whole source of its cell."""

    question: str
    name: str
    source: str


@dataclass(frozen=True)
class Assignment:
    """An assignment as its author wrote it."""

    slug: str
    root: Path
    cells: tuple[Cell, ...]
    questions: dict[str, Question]
    probes: dict[str, GradedProbe]
    misconceptions: tuple[Misconception, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    data: tuple[Path, ...] = field(default=())

    @property
    def files(self) -> AssignmentFiles:
        """Where its files lie."""
        return AssignmentFiles(self.root, self.slug)

    @property
    def points(self) -> float:
        return sum(p.spec.points for p in self.probes.values())

    def probes_of(self, question: str) -> list[GradedProbe]:
        return [p for p in self.probes.values() if p.spec.question == question]

    def edited(self, misconception: Misconception) -> str:
        """Source of the question's cell with the misconception in it."""
        file = self.files.name(self.files.misconceptions)
        where = f"{file}: {misconception.question}/{misconception.name}"
        source = self.questions[misconception.question].source
        for old, new in misconception.edits.items():
            if source.count(old) != 1:
                raise AuthorError(
                    f"{where}: "
                    f"{old!r} stands {source.count(old)} times in the question's cell; it must stand once"
                )
            source = source.replace(old, new)
        try:
            ast.parse(source)
        except SyntaxError as error:
            raise AuthorError(f"{where}: the edited cell is no Python: {error.msg}") from error
        return source


def looks_like_marker(line: str) -> bool:
    """Whether a comment is a marker with a typo: too costly to miss, since the reference would be handed out."""
    comment = _COMMENT.match(line)
    if comment is None:
        return False
    words = re.sub(r"[^A-Z]+", " ", comment.group(2).upper()).strip()
    if (
        re.match(r"(BEGIN|END) ?(SOLUTION|HIDDEN|MARK)", words)
        or len(comment.group(1)) == 3
        and "SOLUTION" in words
    ):
        return True
    return any(
        difflib.SequenceMatcher(None, words, marker).ratio() > 0.8
        for marker in (BEGIN_SOLUTION.strip("# "), END_SOLUTION.strip("# "))
    )


def _check_markers(path: Path, cell: str, first_words: str) -> None:
    inside = False
    for line in cell.splitlines():
        text = line.strip()
        if text == BEGIN_SOLUTION and not inside:
            inside = True
        elif text == END_SOLUTION and inside:
            inside = False
        elif text in (BEGIN_SOLUTION, END_SOLUTION) or looks_like_marker(line):
            raise AuthorError(
                f"{path}: {first_words}: stray or misspelt marker {text!r}; write {BEGIN_SOLUTION!r} and {END_SOLUTION!r} in turn"
            )
    if inside:
        raise AuthorError(f"{path}: {first_words}: {BEGIN_SOLUTION!r} without {END_SOLUTION!r}")


def _stub_can_be_defined(stub: str) -> bool:
    """Whether a stub is Python that raises when it is called, not when its cell is run."""
    try:
        tree = ast.parse(stub)
    except SyntaxError:
        return False
    bodies = [tree.body, *(n.body for n in ast.walk(tree) if isinstance(n, ast.ClassDef))]
    return not any(isinstance(statement, ast.Raise) for body in bodies for statement in body)


def _defined(source: str) -> tuple[str, ...]:
    return tuple(
        n.name for n in ast.parse(source).body if isinstance(n, (ast.FunctionDef, ast.ClassDef))
    )


def _names_used(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


class Module:
    """A Python file as named top-level statements, to cut out self-contained pieces."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        try:
            self.body = ast.parse(self.text, str(path)).body
        except SyntaxError as error:
            raise AuthorError(f"{path}:{error.lineno}: {error.msg}") from error
        self.owners: dict[
            str, list[ast.stmt]
        ] = {}  # several: `import a.b` and `import a.c`, or `x = 1` and `x = x + 1`
        for statement in self.body:
            for name in _binds(statement):
                self.owners.setdefault(name, []).append(statement)

    def closure(self, roots: set[str]) -> list[ast.stmt]:
        """Top-level statements that ``roots`` need, in the order of the file."""
        todo, found = set(roots), []
        while todo:
            for statement in self.owners.get(todo.pop(), []):
                if statement not in found:
                    found.append(statement)
                    todo |= _names_used(statement)
        return [s for s in self.body if s in found]

    def segment(self, statement: ast.stmt, decorators: bool = True) -> str:
        lines = self.text.splitlines()
        first = statement.lineno
        if (
            decorators
            and isinstance(statement, (ast.FunctionDef, ast.ClassDef))
            and statement.decorator_list
        ):
            first = statement.decorator_list[0].lineno
        return "\n".join(lines[first - 1 : statement.end_lineno])

    def imports(self, statement: ast.Import | ast.ImportFrom, used: set[str]) -> str:
        """An import statement cut down to the names used."""
        names = [a for a in statement.names if (a.asname or a.name.split(".")[0]) in used]
        if isinstance(statement, ast.Import):
            return ast.unparse(ast.Import(names))
        return ast.unparse(ast.ImportFrom(statement.module, names, statement.level))

    def piece(
        self,
        root: ast.stmt,
        decorators: bool,
        given: frozenset[str] | set[str] = frozenset(),
        root_first: bool = False,
    ) -> str:  # type: ignore[assignment]
        """Self-contained source of a top-level function.

        Args:
            root: the function.
            decorators: keep its decorators and what they use (a judge, for example).
            given: import lines and names already there, left out.
            root_first: put what is needed only when the function is called after it, for a reader who wants to see it first.
        """
        used = set().union(
            *(
                _names_used(n)
                for n in ast.iter_child_nodes(root)
                if decorators or n not in getattr(root, "decorator_list", [])
            )
        )
        needed = [s for s in self.closure(used) if s is not root]
        everything = used.union(*(_names_used(s) for s in needed)) if needed else used
        head = [
            n for n in ast.iter_child_nodes(root) if n not in getattr(root, "body", [])
        ]  # evaluated when it is defined
        at_once = self.closure(set().union(*map(_names_used, head))) if root_first else needed
        lines: list[str] = []
        defs: list[str] = []
        later: list[str] = []
        for statement in needed:
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                line = self.imports(statement, everything - given)
                if line.rstrip().endswith("import") or line in given:
                    continue
                lines.append(line)
            else:
                (defs if statement in at_once else later).append(self.segment(statement))
        parts = ["\n".join(lines)] if lines else []
        return "\n\n\n".join([*parts, *defs, self.segment(root, decorators), *later])


def _binds(statement: ast.stmt) -> list[str]:
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return [statement.name]
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return [a.asname or a.name.split(".")[0] for a in statement.names]
    if isinstance(statement, (ast.Assign, ast.AnnAssign)):
        targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
        return [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)]
    return []


def _execute_file(path: Path, name: str) -> types.ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except AuthorError as error:
        raise AuthorError(f"{path}: {error}") from error
    except Exception as error:
        line = next((f.lineno for f in reversed(_frames(error)) if f.filename == str(path)), None)
        raise AuthorError(
            f"{path}{f':{line}' if line else ''}: {type(error).__name__}: {error}"
        ) from error
    return module


def _frames(error: BaseException) -> list[Any]:
    import traceback

    return traceback.extract_tb(error.__traceback__)


def read_script(path: Path) -> tuple[tuple[Cell, ...], dict[str, Question]]:
    """Cells and questions of a percent script.

    Raises:
        AuthorError: the file is missing or breaks the form of docs/authoring.md.
    """
    if not path.is_file():
        raise AuthorError(f"{path}: no such file; `dlcourse new {path.stem}` writes a template")
    import jupytext  # students, who check notebooks only, do not have it

    notebook = jupytext.reads(path.read_text(encoding="utf-8"), fmt="py:percent")
    cells: list[Cell] = []
    raw: dict[str, tuple[str, tuple[str, ...]]] = {}
    for cell in notebook.cells:
        first = cell.source.strip().splitlines()[0] if cell.source.strip() else "an empty cell"
        if cell.cell_type == "markdown":
            cells.append(Cell("text", cell.source))
            continue
        if cell.cell_type != "code":
            raise AuthorError(
                f"{path}: {first}: a {cell.cell_type} cell; only markdown and code cells are built"
            )
        _check_markers(path, cell.source, first)
        tags = cell.metadata.get("tags", [])
        if "question" in cell.metadata or BEGIN_SOLUTION in cell.source:
            try:
                functions = _defined(cell.source)
            except SyntaxError as error:
                raise AuthorError(
                    f"{path}: {first}: {error.msg} in line {error.lineno} of the cell"
                ) from error
            name = cell.metadata.get("question", functions[0] if functions else None)
            if not isinstance(name, str) or not name.isidentifier():
                raise AuthorError(
                    f'{path}: {first}: a question needs a name: # %% question="softmax"'
                )
            if BEGIN_SOLUTION not in cell.source:
                raise AuthorError(f"{path}: question {name}: no {BEGIN_SOLUTION!r} in its cell")
            if functions and not _stub_can_be_defined(student_view(cell.source)):
                raise AuthorError(
                    f"{path}: question {name}: its stub cannot be run; indent the markers like the body between them"
                )
            if name in raw:
                raise AuthorError(f"{path}: two questions are named {name}")
            forbid = cell.metadata.get("forbid", [])
            if not isinstance(forbid, list) or not all(
                isinstance(f, str) and "." in f for f in forbid
            ):
                raise AuthorError(
                    f"{path}: question {name}: forbid takes a list of full dotted names, got {forbid!r}"
                )
            raw[name] = (cell.source, tuple(forbid))
            cells.append(Cell("question", cell.source, name))
        elif DEMO_TAG in tags:
            cells.append(Cell("demo", cell.source))
        else:
            cells.append(Cell("given", cell.source))
    if not raw:
        raise AuthorError(
            f'{path}: no question; a question is a code cell headed # %% question="name"'
        )
    owner = {f: q for q, (source, _) in raw.items() for f in _defined(source)}
    questions: dict[str, Question] = {}
    for name, (source, forbid) in raw.items():
        used = {owner[n] for n in _names_used(ast.parse(source)) if n in owner} - {name}
        questions[name] = Question(
            name, _defined(source), source, forbid, tuple(q for q in raw if q in used)
        )
    return tuple(cells), questions


def _read_probes(
    path: Path, slug: str, questions: dict[str, Question], given: set[str]
) -> dict[str, GradedProbe]:
    if not path.is_file():
        raise AuthorError(f"{path}: no such file; `dlcourse new {slug}` writes a template")
    module, source = _execute_file(path, f"_dlcourse_{slug}_probes"), Module(path)
    probes: dict[str, GradedProbe] = {}
    functions = {f for q in questions.values() for f in q.functions}
    seen: set[str] = set()
    for statement in source.body:
        if not isinstance(statement, ast.FunctionDef):
            continue
        value = getattr(module, statement.name)
        if statement.name in seen:
            raise AuthorError(
                f"{path}:{statement.lineno}: a second function is named {statement.name}"
            )
        seen.add(statement.name)
        if not isinstance(value, Probe):
            continue
        where = f"{path}:{statement.lineno}: probe {value.spec.name}"
        if value.spec.question not in questions:
            near = difflib.get_close_matches(value.spec.question, questions, 1)
            raise AuthorError(
                f"{where}: no question {value.spec.question!r}"
                + (f"; did you mean {near[0]!r}?" if near else "")
            )
        for parameter in parameters(value.function):
            if parameter != "rng" and parameter not in functions and parameter not in given:
                near = difflib.get_close_matches(parameter, functions, 1)
                raise AuthorError(
                    f"{where}: no stub {parameter!r}"
                    + (f"; did you mean {near[0]!r}?" if near else "")
                )
        if ast.get_docstring(statement) is None:
            raise AuthorError(
                f"{where}: no docstring; its first line tells students what is tested"
            )
        unknown = _unbound(statement, source)
        if unknown:
            raise AuthorError(
                f"{where}: {', '.join(sorted(unknown))} cannot be found at the top level of the file"
            )
        probes[value.spec.name] = GradedProbe(
            value,
            source.piece(statement, True, given, root_first=True),
            source.piece(statement, False),
        )
    for name in questions:
        if not any(p.spec.question == name for p in probes.values()):
            raise AuthorError(f"{path}: question {name} has no probe")
    return probes


def _unbound(statement: ast.FunctionDef, source: Module) -> set[str]:
    """Names that the function reads and nothing binds: neither itself, nor the file, nor Python."""
    bound = set(source.owners) | set(dir(builtins))
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            bound.add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            bound.update(_binds(node))
        elif isinstance(node, ast.ExceptHandler) and node.name:
            bound.add(node.name)
    return _names_used(statement) - bound


def _read_alternatives(
    path: Path, slug: str, questions: dict[str, Question]
) -> tuple[Alternative, ...]:
    if not path.is_file():
        return ()
    source = Module(path)
    owner = {f: q.name for q in questions.values() for f in q.functions}
    groups: dict[tuple[str, str], list[ast.stmt]] = {}
    for statement in source.body:
        if isinstance(statement, (ast.FunctionDef, ast.ClassDef)) and "__" in statement.name.strip(
            "_"
        ):
            function, _, name = statement.name.partition("__")
            if function not in owner:
                near = difflib.get_close_matches(function, owner, 1)
                raise AuthorError(
                    f"{path}:{statement.lineno}: no stub {function!r}"
                    + (f"; did you mean {near[0]!r}?" if near else "")
                )
            groups.setdefault((owner[function], name), []).append(statement)
    found = []
    for (question, name), statements in groups.items():
        covered = {s.name.partition("__")[0] for s in statements}  # type: ignore[attr-defined]
        pieces = (
            [] if covered == set(questions[question].functions) else [questions[question].source]
        )
        seen: set[str] = set()
        for statement in statements:
            for part in source.piece(statement, True).split("\n\n\n"):
                if part not in seen:
                    seen.add(part)
                    pieces.append(part)
        text = "\n\n\n".join(pieces)
        for function in covered:
            text = re.sub(rf"\b{function}__{name}\b", function, text)
        found.append(Alternative(question, name, text))
    return tuple(found)


def _read_misconceptions(
    path: Path, slug: str, questions: dict[str, Question]
) -> tuple[Misconception, ...]:
    if not path.is_file():
        return ()
    _refuse_repeated_keys(path)
    by_question = getattr(
        _execute_file(path, f"_dlcourse_{slug}_misconceptions"), "MISCONCEPTIONS", None
    )
    if not isinstance(by_question, dict) or not all(
        isinstance(listed, list) and all(isinstance(m, Misconception) for m in listed)
        for listed in by_question.values()
    ):
        raise AuthorError(
            f"{path}: MISCONCEPTIONS must map each question to a list of Misconception"
        )
    read = []
    for question, listed in by_question.items():
        if question not in questions:
            near = difflib.get_close_matches(str(question), questions, 1)
            raise AuthorError(
                f"{path}: no question {question!r}"
                + (f"; did you mean {near[0]!r}?" if near else "")
            )
        names = set()
        for misconception in listed:
            name, edits = misconception.name, misconception.edits
            if not isinstance(name, str) or not name.isidentifier():
                raise AuthorError(
                    f"{path}: {question}: a misconception's name is an identifier, got {name!r}"
                )
            if name in names:
                raise AuthorError(f"{path}: two misconceptions of {question} are named {name}")
            names.add(name)
            if (
                not isinstance(edits, dict)
                or not edits
                or not all(isinstance(text, str) for pair in edits.items() for text in pair)
            ):
                raise AuthorError(
                    f"{path}: {question}/{name}: edits must be a dictionary of old and new texts, "
                    f"got {edits!r}"
                )
            read.append(replace(misconception, question=question))
    return tuple(read)


def _refuse_repeated_keys(path: Path) -> None:
    """Python keeps the last of two equal keys without a word."""
    for node in (n for statement in Module(path).body for n in ast.walk(statement)):
        if isinstance(node, ast.Dict):
            texts = [k.value for k in node.keys if isinstance(k, ast.Constant)]
            for text, count in Counter(texts).items():
                if count > 1:
                    raise AuthorError(
                        f"{path}:{node.lineno}: {text!r} stands {count} times as a key of one "
                        "dictionary; only the last would count"
                    )


def load(root: Path, slug: str) -> Assignment:
    """Read an assignment's hand-written files.

    Args:
        root: the course folder.
        slug: the assignment.

    Raises:
        AuthorError: a file is missing or wrong; the message names it and the cure.
    """
    files = AssignmentFiles(root, slug)
    cells, questions = read_script(files.script)
    # what the notebook's given cells import or define need not be repeated in a public test cell
    given: set[str] = set()
    for cell in cells:
        if cell.kind == "given":
            for statement in ast.parse(cell.source).body:
                given.update(_binds(statement))
    probes = _read_probes(files.probes, slug, questions, given)
    assignment = Assignment(
        slug=slug,
        root=root,
        cells=cells,
        questions=questions,
        probes=probes,
        misconceptions=_read_misconceptions(files.misconceptions, slug, questions),
        alternatives=_read_alternatives(files.alternatives, slug, questions),
        data=tuple(sorted(p for p in files.data.rglob("*") if p.is_file())),
    )
    for one in assignment.misconceptions:
        assignment.edited(one)
    return assignment


def load_reference(slug: str, root: Path | None = None) -> types.ModuleType:
    """The script's functions as a module, its demos defined but not run."""
    path = AssignmentFiles(root or course_root(Path(__file__).parent), slug).script
    before, demos.run_at_once = demos.run_at_once, False
    try:
        with contextlib.chdir(path.parent):  # where the script finds data/<slug>/
            return _execute_file(path, f"_dlcourse_{slug}_reference")
    finally:
        demos.run_at_once = before
