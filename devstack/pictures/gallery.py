"""docs/screens.md: every scene in every window, made from the same table as the pictures."""

from devstack.config import ROOT
from devstack.pictures.camera import picture
from devstack.pictures.scenes import ADMIN, CUSTOMER, Scene
from devstack.pictures.views import VIEWS, View

PAGE = ROOT / "docs" / "screens.md"
WIDTHS = {True: 420, False: 140}  # of a desktop's and a phone's picture
CHECKOUT = Scene(name="checkout", says="Stripe's page, here the local one", path="")
HEAD = """# The pages

Made by `make screenshots`, of the system that `make run` starts: desktop and phone, light and dark.
"""


def text() -> str:
    """Return the page."""
    parts = [HEAD]
    for heading, scenes in (("The customer", (CHECKOUT, *CUSTOMER)), ("The back office", ADMIN)):
        parts.append(f"## {heading}\n")
        parts += [_section(scene) for scene in scenes]
    return "\n".join(parts)


def _section(scene: Scene) -> str:
    shown = "\n".join(_image(scene, view) for view in VIEWS)
    return f"### {scene.says}\n{shown}\n"


def _image(scene: Scene, view: View) -> str:
    width = WIDTHS[view.width >= 1000]
    where = picture(scene.name, view).relative_to(PAGE.parent)
    kind = ("desktop" if view.width >= 1000 else "phone") + (", dark" if view.dark else "")
    return f'<img src="{where}" width="{width}" alt="{scene.says} ({kind})">'
