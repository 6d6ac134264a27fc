"""Everything that leaves the house as a file: PDF and DOCX, each made in a process of its own.

``registry.PAPERS`` lists the kinds. For each, ``gather(db, asked)`` reads what the file says and puts it into
words (with the rights of the page that calls it already checked), and ``maker.make(kind, data)`` gives the
bytes. The process that makes a file imports neither the application nor the database: it sees its input
alone, so nothing is imported here.
"""
