/** A unit of ours beside the service's: names a container's network namespace for systemd, as long as that lives. */
import { findContainer } from './place.ts'
import { raw, sh, type Raw } from './quote.ts'
import { commandLine, marker } from './unit-words.ts'

export const namespaceUnit = (unit: string): string => `${unit}-namespace`

/**
 * Names the container's namespace as long as that lives: the service ends with the container, and comes back with it,
 * in the namespace that it then has.
 */
export const namespaceUnitText = (name: string, container: string): string =>
  [
    marker,
    '[Unit]',
    `Description=Network namespace of the container ${container}, for ${name}`,
    `Wants=${name}.service`,
    `Before=${name}.service`,
    'After=docker.service',
    'StartLimitIntervalSec=0',
    '',
    '[Service]',
    `ExecStartPre=${commandLine(nameNamespace(container))}`,
    `ExecStart=${commandLine(awaitContainerEnd(container))}`,
    'Restart=always',
    'RestartSec=1',
    '',
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n')

/** Before the unit that stands on it; it is not started here. */
export const writeNamespace = (name: string, container: string | undefined): Raw => {
  const f = `/etc/systemd/system/${namespaceUnit(name)}.service`
  return container === undefined
    ? removeNamespace(name)
    : raw(sh`printf %s ${namespaceUnitText(name, container)} >${f}.new
    if cmp -s ${f}.new ${f}; then rm -f ${f}.new; else mv ${f}.new ${f}; systemctl daemon-reload; fi
    systemctl enable -q ${`${namespaceUnit(name)}.service`} 2>/dev/null || true`)
}

/** Stops it, and with it the service. */
export const removeNamespace = (name: string): Raw => {
  const unit = `${namespaceUnit(name)}.service`
  const f = `/etc/systemd/system/${unit}`
  return raw(sh`if [ -e ${f} ]; then systemctl disable -q --now ${unit} 2>/dev/null || true; rm -f ${f}; fi`)
}

/** So that a service that is stopped is not brought back by its container. */
export const stopNamespace = (name: string): Raw => {
  const unit = `${namespaceUnit(name)}.service`
  return raw(sh`[ ! -e /etc/systemd/system/${unit} ] || systemctl stop ${unit}`)
}

/** Names the namespace of a container for systemd: a link to its main process's, which ends with that. */
const nameNamespace = (container: string): readonly string[] => [
  'sh',
  '-c',
  `${findContainer}; mkdir -p /run/netns /run/vps-test; ln -sfn "/proc/$pid/ns/net" "/run/netns/vps-test-$0"; echo "$pid" >"/run/vps-test/$0.pid"`,
  container,
]

/** Ends when the process ends whose namespace was named. */
const awaitContainerEnd = (container: string): readonly string[] => [
  'sh',
  '-c',
  'exec tail --pid="$(cat "/run/vps-test/$0.pid")" -s 0.2 -f /dev/null',
  container,
]
