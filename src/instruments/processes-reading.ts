/** From the one line about processes to values; a line without its end is no look. */
import { processesWord } from '../commands/processes.ts'
import { notRead, thereIs, type ProcessLook, type Read } from '../domain/evidence.ts'

export function parseProcesses(line: string): Read<readonly ProcessLook[]> {
  const [first, ...words] = line.split(' ')
  if (first !== processesWord || words.at(-1) !== 'end') return notRead('what runs there was not told in full')
  const looks = words.slice(0, -1).map(parseLook)
  return looks.every((l) => l !== null) ? thereIs(looks) : notRead('what runs there was told in other words')
}

function parseLook(word: string): ProcessLook | null {
  const [, role, pid, ticks, image = '', hash] =
    /^(service|port-owner):(\d{1,10}):(\d{1,19}):(\d{1,20}\.\d{1,20}):([0-9a-f]{64}|-)$/.exec(word) ?? []
  return role === 'service' || role === 'port-owner'
    ? {
        pid: Number(pid),
        exeSha256: hash === '-' ? null : (hash ?? null),
        startTicks: Number(ticks),
        image,
        role,
      }
    : null
}
