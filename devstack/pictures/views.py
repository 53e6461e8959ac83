from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class View:
    """A browser's window."""

    width: int
    height: int
    dark: bool = False

    @property
    def suffix(self) -> str:
        """What tells a picture's file from that of another window."""
        return ("" if self.width >= 1000 else "-phone") + ("-dark" if self.dark else "")


DESKTOP = View(width=1280, height=860)
DESKTOP_DARK = View(width=1280, height=860, dark=True)
PHONE = View(width=390, height=800)
PHONE_DARK = View(width=390, height=800, dark=True)
VIEWS = (DESKTOP, PHONE, DESKTOP_DARK, PHONE_DARK)
