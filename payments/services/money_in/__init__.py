"""Money that came in by Zelle, Venmo, cash or check: from a bank's lines to payments.

`rows` takes a text apart, `columns` finds out what its columns are, `parse` reads the lines,
`fingerprint` tells them apart. `match` finds the booking a line names, `suggest` those it may be
meant for, `lookalikes` lines that came before in another shape. `plan` says what an import would
do, `imports` does it, `decide` is a person's decision.
"""
