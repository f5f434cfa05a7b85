"""All that knows nbgrader: its configuration, preprocessors, gradebook and pages.

A course's nbgrader_config.py calls :func:`configure`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from traitlets.config import Config

__all__ = ["configure"]


def configure(config: Config) -> None:
    """Set up nbgrader for the course: called by nbgrader_config.py with nbgrader's config object."""
    import nbgrader.apps.api
    import nbgrader.apps.autogradeapp
    import nbgrader.apps.validateapp
    import nbgrader.server_extensions.formgrader.formgrader as formgrader
    import nbgrader.server_extensions.validate_assignment.handlers as validate_button
    from nbconvert.preprocessors import CSSHTMLHeaderPreprocessor

    from ..core.cells import STUB
    from ..core.written import TEXT_STUB
    from . import plugins
    from .config import find_alembic
    from .feedback import FeedbackExporter
    from .formgrade import FormgradeExporter
    from .grades import ReadGrades
    from .validate import CourseValidator

    find_alembic()
    config.ClearSolutions.code_stub = {"python": STUB}
    config.ClearSolutions.text_stub = TEXT_STUB
    config.Autograde.exporter_class = plugins.SubmissionExporter
    config.GenerateFeedback.exporter_class = FeedbackExporter
    config.GenerateFeedback.preprocessors = [ReadGrades, CSSHTMLHeaderPreprocessor]
    config.Autograde.sanitize_preprocessors = plugins.sanitize_preprocessors()
    config.Autograde.autograde_preprocessors = plugins.autograde_preprocessors()
    # nbgrader looks classes up under these names; a subclass is the only way to handle files before
    # its preprocessors run, to change formgrader's page, and what is said of a failing test
    nbgrader.apps.autogradeapp.Autograde = plugins.CourseAutograde
    nbgrader.apps.api.Autograde = plugins.CourseAutograde
    formgrader.HTMLExporter = FormgradeExporter
    nbgrader.apps.validateapp.Validator = CourseValidator
    validate_button.Validator = CourseValidator
