"""The story that `create_test_data` tells: some people, five months of parties, and their money."""
