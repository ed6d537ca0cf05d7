/** Every fault that is planted in a suite on values, and for each suite what only looks like one. */
import { gossipRun } from '../../domain/gossip-evidence.ts'
import { pairs as keptPairs, survivalRun } from '../../domain/survival-evidence.ts'
import { throughputRun, Transfer, transfersOf, work as transfers } from '../../domain/throughput-evidence.ts'
import { pairKey } from '../../../src/domain/suites/connectivity/timetable.ts'
import { rateGroup } from '../../../src/domain/suites/throughput/sample.ts'
import type { SuiteAttack, SuiteLie } from './attack.ts'

const kept = keptPairs[0] === undefined ? '' : pairKey(keptPairs[0])
const transfer = (given: Partial<Transfer>) => throughputRun(transfersOf(Transfer.parse(given)))
const cut = { 'saorsa-5': { lost: 60, gap: [500, 58_000] as const } }

export const suiteLies: readonly SuiteLie[] = [
  {
    id: 'dropped-broadcast',
    what: 'a receiver writes some messages down nowhere',
    group: 'broadcast',
    run: () => gossipRun({ records: { 'saorsa-5': { '3': 'dropped', '7': 'dropped' } } }),
  },
  {
    id: 'wrong-channel',
    what: 'messages are delivered on another channel',
    group: 'broadcast',
    run: () => gossipRun({ records: { 'saorsa-5': { all: 'channel' } } }),
  },
  {
    id: 'another-payload',
    what: 'a message has another payload',
    group: 'broadcast',
    run: () => gossipRun({ records: { 'saorsa-5': { '3': 'payload' } } }),
  },
  {
    id: 'diverging-map',
    what: 'a node keeps another map',
    group: 'convergence',
    run: () => gossipRun({ map: { 'saorsa-5': 'other' } }),
  },
  {
    id: 'equal-and-wrong',
    what: 'all nodes keep the oldest write',
    group: 'convergence',
    run: () =>
      gossipRun({
        map: Object.fromEntries([2, 3, 4, 5, 6, 7, 8, 9, 10].map((n) => [`saorsa-${n}`, 'oldest' as const])),
      }),
  },
  {
    id: 'ghosts',
    what: 'whoever died is a member for ever',
    group: 'membership after a death',
    run: () => gossipRun({ members: { down: { 'saorsa-5': 'ghost' } } }),
  },
  {
    id: 'throttled',
    what: 'a sender rests before each packet',
    group: rateGroup(transfers),
    run: () => transfer({ mbps: 2, link: [30, 30] }),
  },
  {
    id: 'dropped-connection',
    what: 'a kept connection is dropped after a while, and its process ends',
    group: 'kept connections',
    run: () =>
      survivalRun({
        process: { [kept]: { kind: 'ended', result: 'exit-code', status: 1, endedAt: 1_700_000_000_000 } },
        deliveries: { [kept]: { path: 'none' } },
      }),
  },
  {
    id: 'dialled-anew',
    what: 'a kept connection is dropped, and another one is opened in its place',
    group: 'kept connections',
    run: () => survivalRun({ connection: { [kept]: 'another' } }),
  },
]

export const suiteDisturbances: readonly SuiteAttack[] = [
  {
    id: 'outage-in-broadcast',
    what: "a node's network fails while messages are sent",
    run: () =>
      gossipRun({
        records: { 'saorsa-5': { all: 'dropped' } },
        network: { 'saorsa-5': { lost: 30, gap: [500, 8000] } },
      }),
  },
  {
    id: 'outage-in-convergence',
    what: 'a node is cut off while the map is written',
    run: () => gossipRun({ map: { 'saorsa-5': 'other', 'saorsa-7': 'other' }, network: cut }),
  },
  {
    id: 'outage-in-membership',
    what: 'a node is cut off while members are listed',
    run: () => gossipRun({ members: { before: { 'saorsa-7': ['saorsa-5'], 'saorsa-5': ['saorsa-7'] } }, network: cut }),
  },
  {
    id: 'network-unseen',
    what: 'nobody saw whether the network of a node carried anything',
    run: () => gossipRun({ records: { 'saorsa-5': { all: 'dropped' } }, network: { 'saorsa-5': null } }),
  },
  { id: 'slow-link', what: 'the bare link carries less than is asked', run: () => transfer({ mbps: 2, link: [3, 3] }) },
  {
    id: 'link-became-slow',
    what: 'the bare link became slow during a transfer',
    run: () => transfer({ mbps: 2, link: [30, 3] }),
  },
  {
    id: 'cut-at-a-checkpoint',
    what: 'an end of a kept connection is cut off when it is looked at',
    run: () =>
      survivalRun({
        passing: {
          'saorsa-4→saorsa-2': 'nothing',
          'saorsa-4→saorsa-3': 'nothing',
          'saorsa-5→saorsa-2': 'all',
          'saorsa-5→saorsa-3': 'all',
        },
        process: { [kept]: { kind: 'ended', result: 'exit-code', status: 1, endedAt: 1_700_000_000_000 } },
        deliveries: { [kept]: { path: 'none' } },
      }),
  },
  {
    id: 'connection-ended-from-outside',
    what: 'somebody killed the process that kept a connection',
    run: () =>
      survivalRun({
        process: { [kept]: { kind: 'ended', result: 'signal', status: 9, endedAt: 1_700_000_000_000 } },
        deliveries: { [kept]: { path: 'none' } },
      }),
  },
]
