/** `npm run bench`: not written yet. */
process.stderr.write('bench: not there yet\n')
process.exitCode = 1
