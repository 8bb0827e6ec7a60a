"""Settings of Sphinx: `make docs` builds without a warning or not at all."""

from netkeel import __version__

project = "netkeel"
author = "The netkeel authors"
copyright = author
release = __version__
extensions = ["myst_parser", "sphinx_copybutton"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"netkeel {release}"
