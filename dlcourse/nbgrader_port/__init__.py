"""All that knows nbgrader: its configuration, preprocessors, gradebook and pages."""
