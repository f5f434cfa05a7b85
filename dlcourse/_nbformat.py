"""Import this first in a command of one's own: it keeps nbformat from a second of imports that
notebooks have no use for.

nbformat validates with jsonschema, which looks for rfc3987_syntax to check internationalised
addresses, and does without where that is missing.
"""

import sys

sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # the import system's mark of a module that is not there
