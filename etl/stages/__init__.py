"""The stages of a build: each reads what earlier stages wrote, calls the pure functions, and writes its own folder.

Files are opened here (and in ``etl.extract.files`` and ``etl.load``) and nowhere else. A stage's folder is named by a
hash of all it depends on, so a stage whose work is done already is not run again.
"""
