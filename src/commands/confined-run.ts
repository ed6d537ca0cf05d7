/** Runs a program as nobody, able to execute nothing but itself, by our own prober. */
import { nobody } from '../domain/evidence.ts'

/** Where loaders and libraries are, each as far as it is there; what else lies below may be executed too. */
export const libraries = ['/lib', '/lib64', '/usr/lib', '/usr/lib64', '/usr/local/lib'] as const

/** argv prefix that runs a program as nobody, with nothing else to execute; the program's path is its first word. */
export const confinedRun = (prober: string, program: string): readonly string[] => [
  prober,
  'confine',
  '--uid',
  String(nobody),
  ...[program, ...libraries].flatMap((path) => ['--exec', path]),
  '--',
]
