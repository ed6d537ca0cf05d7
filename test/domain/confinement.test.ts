/** What could be executed beside the tested program, from what our own program said: never more than it showed. */
import { expect, test } from 'vitest'
import { confinementOf, looseFindings } from '../../src/domain/confinement.ts'
import { judgeControls } from '../../src/domain/controls.ts'

const tried = (...ran: readonly string[]) => ({ event: 'confined', ran, refused: ['/tmp', 'a memfd'] })
const held = { event: 'held', pid: 7, no_new_privs: 1, seccomp: 2, mounts: 30, open: [] }
const good = { unit: tried(), service: held, dialler: tried() }
const seen = (raw: unknown) => {
  const control = confinementOf('n1', raw)
  return [control.seen, control.detail, looseFindings([control]).map((f) => `${f.kind} ${f.message}`)]
}

test('nothing could be executed: no finding, and no control that went wrong', () => {
  expect(seen(good)).toEqual(['blocked', '', []])
  expect(seen({ ...good, dialler: null })).toEqual(['blocked', '', []])
  expect(judgeControls([confinementOf('n1', good)]).invalid).toEqual([])
})
test.each<[string, unknown, string, string]>([
  [
    'from a folder',
    { ...good, unit: tried('/tmp') },
    'through',
    'could execute another program: a unit like that of the service from /tmp',
  ],
  [
    'a dialler',
    { ...good, dialler: tried('a memfd', '/run') },
    'through',
    'could execute another program: a dialler from a memfd, /run',
  ],
  [
    'no filter',
    { ...good, service: { ...held, seccomp: 0 } },
    'through',
    'could execute another program: the service from anonymous files',
  ],
  [
    'an open mount',
    { ...good, service: { ...held, open: ['/'] } },
    'through',
    'could execute another program: the service from /',
  ],
  [
    'new privileges',
    { ...good, service: { ...held, no_new_privs: null } },
    'through',
    'could execute another program: the service from files with rights of their own',
  ],
  [
    'not read',
    { ...good, service: { why: 'no such unit' } },
    'error',
    'what may be executed is not known of the service: no such unit',
  ],
  [
    'tried nothing',
    { ...good, unit: { event: 'confined', ran: [], refused: [] } },
    'error',
    'what may be executed is not known of a unit like that of the service: nothing was told',
  ],
  [
    'words that are none',
    { ...good, unit: { event: 'confined', ran: [7], refused: [] } },
    'error',
    'what may be executed is not known of a unit like that of the service: nothing was told',
  ],
  [
    'its profile says so',
    null,
    'through',
    'its profile says that it starts other programs: nothing confines what it executes',
  ],
])('%s: a finding, and no more', (_, raw, how, detail) => {
  expect(seen(raw)).toEqual([how, detail, [`not-confined n1: ${detail}`]])
  expect(judgeControls([confinementOf('n1', raw)]).invalid).toEqual([])
})
