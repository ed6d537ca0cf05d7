// Fails as upstream does when a file is not there.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
const subject = process.env['INPUT_SUBJECT-PATH']
const predicate = JSON.parse(readFileSync(process.env['INPUT_PREDICATE-PATH'], 'utf8'))
const sha256 = createHash('sha256').update(readFileSync(subject)).digest('hex')
console.log(`attested ${JSON.stringify({ subject, sha256, type: process.env['INPUT_PREDICATE-TYPE'], predicate })}`)
