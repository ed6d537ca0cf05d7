/** Firings reach the ledger of the run at work, each once, and no failing ledger loses one. */
import { expect, test } from 'vitest'
import { firingQueue } from '../../src/adapters/firing-queue.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { Firing } from '../../src/domain/recovery/firing.ts'

const what = { recognised: 'r', done: 'd', nth: 1 }

function made() {
  const said: string[] = []
  const entries: (readonly Firing[])[] = []
  const queue = firingQueue({ now: () => 7 }, { warn: (line) => void said.push(line) })
  return { said, entries, queue }
}
const written = (entries: readonly (readonly Firing[])[]) => entries.map((e) => e.map((f) => f.node))

test('without a run they are told and kept by nobody', () => {
  const { said, queue } = made()
  queue.fire('disk-full', { ...what, node: 'a' })
  expect([said, queue.take()]).toEqual([['a: disk-full: r; d (1 of 1)'], []])
})

test('what fires while an entry is written goes into the next one, together', async () => {
  const { entries, queue } = made()
  const gate = Promise.withResolvers<void>()
  queue.attach({
    write: async () => {
      entries.push(queue.take())
      await gate.promise
      return true
    },
    alarmed: () => undefined,
  })
  for (const node of ['a', 'b', 'c']) queue.fire('disk-full', { ...what, node })
  gate.resolve()
  await queue.hold()
  expect(written(entries)).toEqual([['a'], ['b', 'c']])
  queue.fire('disk-full', { ...what, node: 'd' })
  expect([written(entries).length, written([queue.take()])]).toEqual([2, [['d']]])
})

test('what could not be written waits for the next entry', async () => {
  const { entries, queue } = made()
  let broken = true
  queue.attach({
    write: async () => {
      const taken = queue.take()
      if (broken) {
        queue.giveBack(taken)
        throw new Error('no network')
      }
      entries.push(taken)
      return true
    },
    alarmed: () => undefined,
  })
  queue.fire('disk-full', { ...what, node: 'a' })
  await queue.hold()
  expect(entries).toEqual([])
  broken = false
  queue.fire('disk-full', { ...what, node: 'b' })
  await queue.hold()
  expect(written(entries)).toEqual([['a', 'b']])
})

test('what fires after a test whose run goes on is written at once, as before the test', async () => {
  const { entries, queue } = made()
  queue.attach({
    write: async () => {
      entries.push(queue.take())
      return true
    },
    alarmed: () => undefined,
  })
  await queue.hold()
  queue.fire('disk-full', { ...what, node: 'a' })
  expect(entries).toEqual([])
  await queue.release()
  expect(written(entries)).toEqual([['a']])
  queue.fire('disk-full', { ...what, node: 'b' })
  expect(written(entries)).toEqual([['a'], ['b']])
})

test('an alarm reaches the run, with its failure', () => {
  const { queue } = made()
  const alarms: Failure[] = []
  queue.attach({ write: async () => false, alarmed: (failure) => void alarms.push(failure) })
  const failure = new Failure({ code: 'T011', message: 'another key' })
  queue.fire('host-key-changed', { ...what, nth: 0 }, failure)
  queue.fire('disk-full', what)
  expect(alarms).toEqual([failure])
})
