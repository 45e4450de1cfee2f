"""The command line: parse, call, print.

In: the words of a command line. Out: one line on stdout, progress and warnings on stderr, an exit code. Begin with
`main`, which has the exit codes; each command is a module, and `options` makes options of the table of resources.
"""
