/** Ending the recorder that watches a service through a soak: who gives the lease of the service back ends it with it. */
import { raw, sh, type Raw } from './quote.ts'

/** Root alone reads and writes there. */
export const soakDir = (service: string): string => `/var/lib/vps-test/soak/${service}`
/** Without `.timer` and `.service`. */
export const soakUnit = (service: string): string => `vps-test-soak-${service}`

/** The timer ends, and what it wrote goes. */
export const endSoak = (service: string): Raw =>
  raw(sh`
    if [ -d ${soakDir(service)} ]; then
      systemctl stop ${`${soakUnit(service)}.timer`} ${`${soakUnit(service)}.service`} 2>/dev/null || true
      systemctl reset-failed ${`${soakUnit(service)}.service`} 2>/dev/null || true
      rm -rf ${soakDir(service)}
    fi`)
