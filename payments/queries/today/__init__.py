"""What the home page reads: what waits for a person, and how the month goes."""
