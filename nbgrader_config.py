"""nbgrader's configuration of this course; every `nbgrader` command run in this folder reads it."""

from dlcourse.nbgrader_port import configure

c = get_config()

c.CourseDirectory.course_id = "deep_learning_by_hand"
# A database server instead of the file gradebook.db, for many graders at once:
# c.CourseDirectory.db_url = "postgresql+psycopg://user:password@host/gradebook"

# Verdicts outside the student's process, submissions that are no notebooks, feedback pages.
configure(c)
