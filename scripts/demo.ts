/** `npm run demo`: not written yet. */
process.stderr.write('demo: not there yet\n')
process.exitCode = 1
