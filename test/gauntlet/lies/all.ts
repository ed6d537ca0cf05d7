/** Every lie of a program; a new one is a file and a line here. */
import type { Lie } from '../attack.ts'
import { anotherPeer } from './another-peer.ts'
import { anotherPort } from './another-port.ts'
import { byTheService } from './by-the-service.ts'
import { corrupted } from './corrupted.ts'
import { failedByItsOwnWord } from './failed-by-its-own-word.ts'
import { icmpTunnel } from './icmp-tunnel.ts'
import { junkOfTheRightSize } from './junk-of-the-right-size.ts'
import { junkThroughTheRelay } from './junk-through-the-relay.ts'
import { noRecord } from './no-record.ts'
import { noWayBack } from './no-way-back.ts'
import { nothingSent } from './nothing-sent.ts'
import { partsMissing } from './parts-missing.ts'
import { recordWithoutBytes } from './record-without-bytes.ts'
import { relayedAsDirect } from './relayed-as-direct.ts'
import { relayedAsDirectAndNamedSo } from './relayed-as-direct-and-named-so.ts'
import { tcpTunnel } from './tcp-tunnel.ts'
import { throughAThirdNode } from './through-a-third-node.ts'
import { tunnelAlone } from './tunnel-alone.ts'
import { halfAnotherWay } from './half-another-way.ts'
import { byWayOfAThirdService } from './by-way-of-a-third-service.ts'

export const lies: readonly Lie[] = [
  anotherPeer,
  anotherPort,
  byTheService,
  corrupted,
  failedByItsOwnWord,
  icmpTunnel,
  junkOfTheRightSize,
  junkThroughTheRelay,
  noRecord,
  noWayBack,
  nothingSent,
  partsMissing,
  recordWithoutBytes,
  relayedAsDirect,
  relayedAsDirectAndNamedSo,
  tcpTunnel,
  throughAThirdNode,
  tunnelAlone,
  halfAnotherWay,
  byWayOfAThirdService,
]
