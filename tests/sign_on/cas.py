"""A CAS server with one person, on a port of this machine: `cas.py PORT SERVICE FOLDER`."""

import os
import sys
import types
from pathlib import Path

import django
from django.conf import settings
from django.core.management import call_command
from django.urls import include, path

PORT, SERVICE, FOLDER = sys.argv[1], sys.argv[2], Path(sys.argv[3])


# What Django imports by name: it cannot import the program itself before it is set up.
served = sys.modules["served"] = types.ModuleType("served")


def attributes(user, service):
    return [("displayName", "赵强"), ("groups", "staff"), ("groups", "teachers"), ("employeeNumber", "20190007")]


settings.configure(
    DEBUG=False,
    ALLOWED_HOSTS=["127.0.0.1"],
    SECRET_KEY=os.urandom(32).hex(),
    ROOT_URLCONF="served",
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": FOLDER / "cas.db"}},
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "django.contrib.messages",
        "mama_cas",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    USE_TZ=True,
    MAMA_CAS_SERVICES=[{"SERVICE": "^" + SERVICE.replace(".", "\\."), "CALLBACKS": ["served.attributes"]}],
)
served.attributes = attributes
django.setup()
served.urlpatterns = [path("cas/", include("mama_cas.urls"))]
call_command("migrate", verbosity=0)

from django.contrib.auth.models import User  # noqa: E402, there only now

User.objects.create_user("zhao.qiang", password=os.environ["SIGN_ON_PASSWORD"])
call_command("runserver", f"127.0.0.1:{PORT}", use_reloader=False, use_threading=True)
