"""Here belongs the command line: it parses, calls one app, and prints what came back."""
