"""JupyterHub for this course: a server per Unix user, nbgrader's exchange, formgrader for the instructor.

hub/start.py sets the variables. Lines marked "trial" are for trying it on one machine; docs/jupyterhub.md
says what stands in their place on a real hub.
"""

import os
from pathlib import Path

c = get_config()

FOLDER = Path(os.environ["DLCOURSE_HUB"])
STATE = FOLDER / "state"  # for root alone: whoever reads it can be anybody
INSTRUCTOR = os.environ["DLCOURSE_INSTRUCTOR"]
STUDENTS = os.environ["DLCOURSE_STUDENTS"].split()
PORT = int(os.environ["DLCOURSE_PORT"])

# the proxy's address, which is the hub's for everybody, and two that only this machine reaches
c.JupyterHub.bind_url = f"http://127.0.0.1:{PORT}"  # trial: no TLS, so no other machine
c.JupyterHub.hub_bind_url = f"http://127.0.0.1:{PORT + 1}"
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{PORT + 2}"
# this proxy, the one in Python, cuts off replies after 20 s if not told otherwise: pages that wait for a server, too
c.ConfigurableHTTPProxy.command = ["configurable-http-proxy", "--proxy-timeout=600000"]
c.ConfigurableHTTPProxy.pid_file = str(STATE / "proxy.pid")
c.JupyterHub.db_url = f"sqlite:///{STATE / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(STATE / "cookie_secret")

# trial: one password for all students, one for the instructor
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = os.environ.pop("DLCOURSE_STUDENT_PASSWORD")
c.SharedPasswordAuthenticator.admin_password = os.environ.pop("DLCOURSE_INSTRUCTOR_PASSWORD")
c.Authenticator.allowed_users = {INSTRUCTOR, *STUDENTS}
c.Authenticator.admin_users = {INSTRUCTOR}

c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"  # trial: no limits
c.Spawner.notebook_dir = "~"
c.Spawner.default_url = "/lab"
c.Spawner.start_timeout = 180  # seconds; a whole class starts at the same minute
c.Spawner.http_timeout = 120
c.Spawner.environment = {"OMP_NUM_THREADS": "1"}


def configure(spawner):
    """Tell nbgrader where the exchange is, and an instructor's also where the course is."""
    kind = "instructor" if spawner.user.name == INSTRUCTOR else "student"
    spawner.environment = {
        **spawner.environment,
        "JUPYTER_CONFIG_PATH": str(FOLDER / "etc" / kind),
    }


c.Spawner.pre_spawn_hook = configure
