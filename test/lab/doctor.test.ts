import { expect, test } from 'vitest'
import { doctor, refusalOf } from '../../src/lab/doctor.ts'
import { checks, type Requirement } from '../../src/lab/checks.ts'
import { needRoot } from './leftovers.ts'

const signal = AbortSignal.timeout(30_000)
const fine: Requirement = { name: 'fine', purpose: 'nothing', needed: 'lab', probe: ['true'], package: 'fine' }
const missing: Requirement = {
  name: 'squeaker',
  purpose: 'squeaking',
  needed: 'build',
  probe: ['sh', '-c', 'echo squeaker is not installed; exit 1'],
  package: 'libsqueak',
}
const noProgram: Requirement = {
  name: 'ghost',
  purpose: 'haunting',
  needed: 'lab',
  probe: ['/no/such/program'],
  remedy: 'call somebody',
}

test('a refusal names everything that is missing at once, and one thing to type', async () => {
  const refusal = refusalOf(await doctor({ signal, list: [fine, missing, noProgram] }))
  expect(refusal?.facts).toMatchObject({ kind: 'infra', code: 'I210', remedy: 'call somebody' })
  expect(refusal?.message).toMatch(
    /^this machine cannot run a lab: squeaker \(squeaker is not installed; for squeaking\), ghost \(cannot start .* for haunting\)$/,
  )
  expect(refusalOf(await doctor({ signal, list: [fine] }))).toBeUndefined()
})

test('packages are offered where packages help', async () => {
  expect(refusalOf(await doctor({ signal, list: [missing] }))?.facts.remedy).toBe('vps-test lab doctor --fix')
})

test('only what was asked for is looked at', async () => {
  expect((await doctor({ signal, list: [fine, missing], only: ['build'] })).map((r) => [r.check.name, r.ok])).toEqual([
    ['squeaker', false],
  ])
})

test('somebody who is not root is refused', async () => {
  needRoot()
  const list = checks
    .filter((c) => c.name === 'root')
    .map((c) => ({ ...c, probe: ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', ...c.probe] }))
  expect(refusalOf(await doctor({ signal, list }))?.message).toBe(
    'this machine cannot run a lab: root (not root; for network namespaces, mounts, systemd as PID 1)',
  )
})

test('this machine has all that a lab needs', async () => {
  needRoot()
  expect(
    (await doctor({ signal, only: ['lab', 'shaping'] }))
      .filter((r) => !r.ok)
      .map((r) => `${r.check.name}: ${r.detail}`),
  ).toEqual([])
})
