"""The command line: parse, call, print.

In: the arguments of a command line. Out: one line on stdout, progress and warnings on stderr, an exit code. Start with
`main`, which defines the exit codes; each command is a module, and `options` turns the table of resources into options.
"""
