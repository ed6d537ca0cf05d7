/** Ending what keeps connections on a node: who gives the lease of a service back ends them with it. */
import { quote, raw, sh, type Raw } from './quote.ts'

/** Where we write down what is kept; root alone reads it. */
export const keptDir = (service: string): string => `/var/lib/vps-test/kept/${service}`
export const keptUnit = (service: string, to: string): string => `vps-test-kept-${service}-${to}`

/** Of every connection that this service's tests keep on the node: the processes end, and the notes go. */
export const endKept = (service: string): Raw => {
  const all = raw(quote(keptUnit(service, '*')))
  return raw(sh`
    if [ -d ${keptDir(service)} ]; then
      systemctl stop ${all} 2>/dev/null || true; systemctl reset-failed ${all} 2>/dev/null || true
      rm -rf ${keptDir(service)}
    fi`)
}
