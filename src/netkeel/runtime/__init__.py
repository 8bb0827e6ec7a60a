"""Here belongs what owns tasks and reads the loop's clock: nothing else in netkeel does."""
