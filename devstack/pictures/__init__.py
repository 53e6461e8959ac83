"""`make screenshots`: the pictures in docs/screenshots and the page that shows them all."""
