/** Every disturbance of readings, steps and runs; a new one is a file and a line here. */
import type { Disturbance } from '../attack.ts'
import { aJobAsNobody } from './a-job-as-nobody.ts'
import { aRoundTwice } from './a-round-twice.ts'
import { anotherRelease } from './another-release.ts'
import { anotherSessionDials } from './another-session-dials.ts'
import { boxCountsNothing } from './box-counts-nothing.ts'
import { boxGone } from './box-gone.ts'
import { boxNotRead } from './box-not-read.ts'
import { boxRebooted } from './box-rebooted.ts'
import { calleeUnreachable } from './callee-unreachable.ts'
import { channelLost } from './channel-lost.ts'
import { closedControlOpen } from './closed-control-open.ts'
import { controlUnwitnessed } from './control-unwitnessed.ts'
import { controlsNotRun } from './controls-not-run.ts'
import { countersNotRead } from './counters-not-read.ts'
import { everythingUnreadable } from './everything-unreadable.ts'
import { floodAtTheService } from './flood-at-the-service.ts'
import { fragments } from './fragments.ts'
import { ghostNotRun } from './ghost-not-run.ts'
import { halfTheRounds } from './half-the-rounds.ts'
import { keepalives } from './keepalives.ts'
import { largeControlLost } from './large-control-lost.ts'
import { machineAtWork } from './machine-at-work.ts'
import { machineRebooted } from './machine-rebooted.ts'
import { manyStrangers } from './many-strangers.ts'
import { mappedAddresses } from './mapped-addresses.ts'
import { mdns } from './mdns.ts'
import { natLeftOpen } from './nat-left-open.ts'
import { natNotMeasuredAgain } from './nat-not-measured-again.ts'
import { natNotMeasured } from './nat-not-measured.ts'
import { natOpened } from './nat-opened.ts'
import { noNatMeasured } from './no-nat-measured.ts'
import { nodeLostEarly } from './node-lost-early.ts'
import { nothingRan } from './nothing-ran.ts'
import { oldMappings } from './old-mappings.ts'
import { openControlBlocked } from './open-control-blocked.ts'
import { oursBroke } from './ours-broke.ts'
import { overflow } from './overflow.ts'
import { packetsLate } from './packets-late.ts'
import { portScan } from './port-scan.ts'
import { processesNotProvenBefore } from './processes-not-proven-before.ts'
import { processesNotProven } from './processes-not-proven.ts'
import { recordInCapitals } from './record-in-capitals.ts'
import { recordNotRead } from './record-not-read.ts'
import { recordWithMappedSender } from './record-with-mapped-sender.ts'
import { recordWithPort } from './record-with-port.ts'
import { recordWithoutSender } from './record-without-sender.ts'
import { registryAnswersAtLength } from './registry-answers-at-length.ts'
import { registryTalk } from './registry-talk.ts'
import { repeatedPackets } from './repeated-packets.ts'
import { restartedByAPerson } from './restarted-by-a-person.ts'
import { roundLost } from './round-lost.ts'
import { slowOrchestrator } from './slow-orchestrator.ts'
import { slowStart } from './slow-start.ts'
import { smallDatagrams } from './small-datagrams.ts'
import { tableGone } from './table-gone.ts'
import { timeService } from './time-service.ts'
import { unstableNat } from './unstable-nat.ts'
import { rebinding } from './rebinding.ts'
import { secondAddress } from './second-address.ts'
import { migratesInMidPayload } from './migrates-in-mid-payload.ts'

export const disturbances: readonly Disturbance[] = [
  aJobAsNobody,
  aRoundTwice,
  anotherRelease,
  anotherSessionDials,
  boxCountsNothing,
  boxGone,
  boxNotRead,
  boxRebooted,
  calleeUnreachable,
  channelLost,
  closedControlOpen,
  controlUnwitnessed,
  controlsNotRun,
  countersNotRead,
  everythingUnreadable,
  floodAtTheService,
  fragments,
  ghostNotRun,
  halfTheRounds,
  keepalives,
  largeControlLost,
  machineAtWork,
  machineRebooted,
  manyStrangers,
  mappedAddresses,
  mdns,
  natLeftOpen,
  natNotMeasuredAgain,
  natNotMeasured,
  natOpened,
  noNatMeasured,
  nodeLostEarly,
  nothingRan,
  oldMappings,
  openControlBlocked,
  oursBroke,
  overflow,
  packetsLate,
  portScan,
  processesNotProvenBefore,
  processesNotProven,
  recordInCapitals,
  recordNotRead,
  recordWithMappedSender,
  recordWithPort,
  recordWithoutSender,
  registryAnswersAtLength,
  registryTalk,
  repeatedPackets,
  restartedByAPerson,
  roundLost,
  slowOrchestrator,
  slowStart,
  smallDatagrams,
  tableGone,
  timeService,
  unstableNat,
  rebinding,
  secondAddress,
  migratesInMidPayload,
]
