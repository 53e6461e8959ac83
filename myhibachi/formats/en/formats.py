"""How Django writes moments where nobody says otherwise, such as on the admin's pages."""

DATETIME_FORMAT = "N j, Y, P T"  # Django's own, with the zone
