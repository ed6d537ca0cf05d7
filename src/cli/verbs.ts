/** What each verb of the command line calls. */
import { approve } from './approve.ts'
import { checkFiles } from '../app/check.ts'
import { compareTwo, history } from '../app/compare.ts'
import { diagnose } from '../app/diagnose.ts'
import { gc } from '../app/gc.ts'
import { explainFailure } from '../app/explain.ts'
import * as lab from '../app/lab.ts'
import { nodes } from '../app/nodes.ts'
import { notifyChannels, notifyTest } from '../app/notify.ts'
import { logs } from '../app/logs.ts'
import { status } from '../app/status.ts'
import { watchSession } from '../app/watch.ts'
import { remove } from '../app/remove.ts'
import { rollback } from '../app/rollback.ts'
import { stop } from '../app/stop.ts'
import { init } from './init.ts'
import { soak } from './soak.ts'
import { leaseBreak, leases } from './lease.ts'
import { plan, start } from './start.ts'
import { test } from './test.ts'
import { trust } from './trust.ts'
import { verify } from './verify.ts'

export const verbs = {
  start,
  plan,
  test,
  status,
  watch: watchSession,
  history,
  compare: compareTwo,
  logs,
  stop,
  rollback,
  remove,
  gc,
  soak,
  approve,
  diagnose,
  explainFailure,
  init,
  check: checkFiles,
  verify,
  nodes,
  trust,
  leases,
  leaseBreak,
  notifyChannels,
  notifyTest,
  labUp: lab.up,
  labDown: lab.down,
  labStatus: lab.printLabStatus,
  labShell: lab.shell,
  doctor: lab.examine,
}
export type Verbs = typeof verbs
