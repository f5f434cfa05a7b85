"""A term on JupyterHub: released in formgrader, fetched, answered and handed in by two students, graded
by the instructor, read by a student. Everybody is a Unix user and sits at a Chromium.
"""

import pwd
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from dlcourse.authoring.course import Course
from dlcourse.authoring.read import load
from tests.support.course import make_course
from tests.support.hub import INSTRUCTOR, START, Hub, running_hub, why_no_hub
from tests.support.lab import browsers, cell_with, menu, replace_source, run_all

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(
        shutil.which("chromium") is None, reason="Chromium is not installed; .ci/run installs it"
    ),
    pytest.mark.skipif(bool(why_no_hub()), reason=why_no_hub()),
]
CONFIG = """from dlcourse.nbgrader_port import configure

c = get_config()
c.CourseDirectory.course_id = "scratch"
configure(c)
"""
STUDENTS = ("ada", "ben", "cleo")


@dataclass(frozen=True)
class Term:
    """A term under way: `vectors` is released; ada and ben have handed it in."""

    hub: Hub
    course: Course
    instructor: Page
    ada: Page
    ben: Page


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """The scratch course as its author left it: nothing is built, and no exchange is named."""
    course = make_course(tmp_path_factory.mktemp("hub") / "course")
    (course.root / "nbgrader_config.py").write_text(CONFIG)
    return course


@pytest.fixture(scope="module")
def term(course: Course, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Term]:
    folder = tmp_path_factory.mktemp("class")
    names = (INSTRUCTOR, "ada", "ben")
    with (
        running_hub(course.root, folder, *STUDENTS) as hub,
        browsers(*(folder / name for name in names)) as contexts,
    ):
        pages = {n: context.new_page() for n, context in zip(names, contexts, strict=True)}
        for name, page in pages.items():
            hub.log_in(page, name)
        instructor, ada, ben = (pages[name] for name in names)
        release(hub, instructor)
        correct = {q.name: q.source for q in load(course.root, "vectors").questions.values()}
        fetch_and_answer(ada, correct)
        fetch_and_answer(ben, correct | {"cosine": not_normalised(course)})
        save(ada, "passed")
        save(ben, "failed")
        hand_in_by_button(ada)
        hand_in_by_command(hub, ben, "ben")
        yield Term(hub, course, instructor, ada, ben)
        for name, page in pages.items():
            page.screenshot(path=folder / f"{name}.png")


def not_normalised(course: Course) -> str:
    assignment = load(course.root, "vectors")
    return assignment.edited(
        next(m for m in assignment.misconceptions if m.name == "not_normalised")
    )


def release(hub: Hub, page: Page) -> None:
    """The instructor's click in formgrader."""
    in_lab(page)
    manage(hub, page, "release", "Successfully released")


def manage(hub: Hub, page: Page, what: str, answer: str) -> None:
    """Click on a symbol in formgrader's row of `vectors`."""
    page.goto(f"{hub.address}/user/{INSTRUCTOR}/formgrader/manage_assignments")
    row = page.locator("tr", has=page.get_by_role("link", name="vectors", exact=True))
    row.locator(f"td.{what} a").click()
    expect(page.locator(".modal-body").last).to_contain_text(answer)


def in_lab(page: Page) -> None:
    """Wait until the user's server has started and JupyterLab is there."""
    page.locator(".lm-MenuBar-itemLabel", has_text="Nbgrader").wait_for()


def fetch_and_answer(page: Page, answers: dict[str, str]) -> None:
    """Fetch `vectors` from the list of assignments, type the answers and run them."""
    in_lab(page)
    menu(page, "Nbgrader", "Assignment List")
    page.get_by_role("button", name="Fetch", exact=True).click()
    fetched = page.locator("#fetched_assignments_list")
    fetched.get_by_text("vectors").first.click()
    fetched.locator(".nested_list_item a", has_text="vectors").click()
    page.get_by_text("| Idle").wait_for()
    for question, source in answers.items():
        first = "class Centroid" if question == "centroid" else f"def {question}"
        replace_source(page, cell_with(page, first), source)
    run_all(page)


def save(page: Page, seen: str) -> None:
    """Save, when the test of `cosine` has said what is expected."""
    outputs = cell_with(page, "check(right_angle)").locator(".jp-OutputArea")
    expect(outputs).to_contain_text(seen)
    page.get_by_text("| Idle").wait_for()
    page.keyboard.press("Control+s")
    page.locator(".jp-mod-dirty").wait_for(state="detached")


def hand_in_by_button(page: Page) -> None:
    menu(page, "Nbgrader", "Assignment List")
    page.locator("#fetched_assignments_list").get_by_role("button", name="Submit").click()
    page.locator("#submitted_assignments_list").get_by_text("UTC").wait_for()


def hand_in_by_command(hub: Hub, page: Page, user: str) -> None:
    """`dlcourse submit` in a terminal of JupyterLab, whose text is a picture: it says when it is done."""
    menu(page, "File", "New")
    page.locator(".lm-Menu-itemLabel", has_text="Terminal").click()
    page.locator(".jp-Terminal .xterm-screen").click()
    page.keyboard.type("dlcourse submit vectors/vectors.ipynb > said.txt; mv said.txt done.txt\n")
    done = hub.root / "home" / user / "done.txt"
    for _ in range(600):
        if done.exists():
            break
        page.wait_for_timeout(200)
    assert "vectors was handed in through nbgrader's exchange" in done.read_text()


def denied(hub: Hub, user: str, command: str) -> bool:
    done = hub.run(user, command)
    return done.returncode != 0 and "Permission denied" in done.stderr


def test_nobody_reads_what_is_not_theirs(term: Term) -> None:
    hub = term.hub
    inbound = "/srv/dlcourse-hub/exchange/scratch/inbound"
    handed_in = {path.name.split("+")[0] for path in (hub.root / inbound[1:]).iterdir()}
    assert handed_in == {"ada", "ben"}
    private = {
        f"ls {inbound}": INSTRUCTOR,
        "head -c1 /home/ada/vectors/vectors.ipynb": "ada",
        "head -c1 /home/instructor/course/solutions/vectors.py": INSTRUCTOR,
        "head -c1 /home/instructor/course/source/vectors/vectors.ipynb": INSTRUCTOR,
        "head -c1 /home/instructor/course/gradebook.db": INSTRUCTOR,
        "head -c1 /srv/dlcourse-hub/state/jupyterhub.sqlite": "root",
    }
    for command, owner in private.items():
        assert hub.run(owner, command).returncode == 0, command
        assert denied(hub, "ben", command), command
        assert denied(hub, "cleo", command), command
    # the clone in whose environment their notebooks run
    there = hub.run("ben", f"cd {START.parents[1]} && ls && cat solutions/*.py")
    assert "dlcourse" in there.stdout.split()
    assert "solutions" not in there.stdout.split()


def test_nobody_enters_the_server_of_another(term: Term) -> None:
    page = term.ben.context.new_page()
    for other in ("ada", INSTRUCTOR):
        reply = page.goto(term.hub.lab(other))
        assert reply is not None
        assert reply.status == 403
    reply = page.goto(term.hub.lab("ben"))
    assert reply is not None
    assert reply.status == 200
    page.close()


def test_the_instructor_grades_and_a_student_reads_why(term: Term, tmp_path: Path) -> None:
    manage(term.hub, term.instructor, "collect", "Collecting submission: ben vectors")
    for command in ("dlcourse grade vectors --jobs 1", "dlcourse feedback vectors", "nbgrader release_feedback vectors"):  # fmt: skip
        done = term.hub.run(INSTRUCTOR, f"cd course && {command}")
        assert done.returncode == 0, done.stdout + done.stderr
    page = term.instructor
    page.goto(f"{term.hub.address}/user/{INSTRUCTOR}/formgrader/manage_submissions/vectors")
    for student, score in {"ada": "16.5 / 16.5", "ben": "9.5 / 16.5"}.items():
        expect(page.locator("tr", has_text=student)).to_contain_text(score)
    page.screenshot(path=tmp_path / "formgrader.png")

    page = term.ben
    menu(page, "Nbgrader", "Assignment List")
    page.locator("#refresh_assignments_list").click()  # it knows nothing of the terminal's command
    page.get_by_role("button", name="Fetch Feedback").click()
    page.get_by_text("(view feedback)").click()
    page.locator(".jp-DirListing-item", has_text="vectors.html").dblclick()
    said = page.frame_locator(".jp-HTMLViewer iframe").locator("body")
    expect(said).to_contain_text("9.5 of 16.5 points")
    expect(said).to_contain_text("Looks like not normalised")
    expect(said).not_to_contain_text("ada")
    page.screenshot(path=tmp_path / "feedback.png")


def test_its_users_are_unknown_to_the_machine(term: Term) -> None:
    assert term.hub.run("cleo", "id --user --name").stdout.strip() == "cleo"
    with pytest.raises(KeyError):
        pwd.getpwnam("cleo")
    assert not Path("/home/cleo").exists()


def test_users_of_the_machine_are_not_made_where_students_could_read_solutions() -> None:
    """Without --private this clone's own folders count: students may enter all of it, or nothing."""
    done = subprocess.run(
        [sys.executable, str(START), "--student", "hub-test-student", "--instructor", "hub-test-instructor"],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert re.search(r"students could read .*solutions|other users may not enter", done.stderr)
    with pytest.raises(KeyError):
        pwd.getpwnam("hub-test-student")
