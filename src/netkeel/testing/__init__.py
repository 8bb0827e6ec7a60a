"""Here belong the fakes of every port, shipped and held to the same tests as the real ones."""
