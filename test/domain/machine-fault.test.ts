/** What the operating system refuses is told in words, with something to type; other errors are not taken for it. */
import { expect, test } from 'vitest'
import { Failure } from '../../src/domain/failure.ts'
import { machineFault } from '../../src/domain/machine-fault.ts'

const errno = (code: string, more: object = { syscall: 'write', path: '/home/a b/x' }): Error =>
  Object.assign(new Error(`${code}: said by libuv`), { code, ...more })

test.each([
  ['ENOSPC', 'I103', 'no space is left', "df -h '/home/a b/x'; df -i '/home/a b/x'"],
  ['EDQUOT', 'I103', 'quota', undefined],
  ['EROFS', 'I104', 'read-only', "ls -ld '/home/a b/x'"],
  ['EACCES', 'I104', 'permission', undefined],
  ['EMFILE', 'I105', 'too many open files', 'ulimit -n 4096'],
  ['EIO', 'I106', 'device', undefined],
])('%s', (code, failure, words, remedy) => {
  const found = machineFault(new Error('outer', { cause: errno(code) }))
  expect(found?.facts).toMatchObject({ code: failure, kind: 'infra', message: expect.stringContaining(words) })
  expect(found?.message).toContain(`write /home/a b/x: ${code}`)
  if (remedy !== undefined) expect(found?.facts.remedy).toBe(remedy)
})

test('errors of programs, of failures and without a call are none', () => {
  for (const error of [
    new Error('x'),
    new Failure({ code: 'H001', message: 'x' }),
    errno('ENOSPC', {}),
    errno('ECONNRESET'),
    'ENOSPC',
    null,
  ])
    expect(machineFault(error)).toBeUndefined()
})
