import { readFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareVersions, elfFaults, ElfError, readElf, type ElfInfo } from '../../src/domain/elf.ts'
import { scratch } from './world.ts'

const shell = readFileSync('/bin/sh')
const saorsa4 = { arch: 'x86_64', libc: { kind: 'glibc', version: '2.31' } } as const
const program: ElfInfo = {
  bits: 64,
  endian: 'little',
  machine: 'x86_64',
  type: 'shared',
  isProgram: true,
  interpreter: '/lib64/ld-linux-x86-64.so.2',
  isStatic: false,
  needed: ['libc.so.6'],
  glibc: '2.30',
}

/** A C program, compiled by the machine's own compiler. */
const compiled = (code: string, ...flags: readonly string[]): ElfInfo => {
  const out = join(scratch(), 'out')
  execFileSync('cc', ['-x', 'c', '-', '-o', out, ...flags], { input: code })
  return readElf(readFileSync(out))
}

test('reads a program of this machine as objdump does', () => {
  const facts = readElf(shell)
  const said = execFileSync('objdump', ['-p', '/bin/sh'], { encoding: 'utf8' })
  const versions = [...said.matchAll(/GLIBC_(\d[\d.]*)/g)].map((m) => m[1] ?? '').sort(compareVersions)
  expect(facts).toMatchObject({
    bits: 64,
    endian: 'little',
    machine: 'x86_64',
    isStatic: false,
    interpreter: '/lib64/ld-linux-x86-64.so.2',
    glibc: versions.at(-1),
  })
  expect(facts.needed).toEqual([...said.matchAll(/NEEDED\s+(\S+)/g)].map((m) => m[1]))
})

test('a static program needs nothing', () => {
  expect(compiled('int main(void) { return 0; }', '-static')).toMatchObject({
    isStatic: true,
    interpreter: null,
    glibc: null,
    type: 'executable',
    isProgram: true,
  })
  expect(compiled('int main(void) { return 0; }', '-static-pie')).toMatchObject({
    isStatic: true,
    interpreter: null,
    type: 'shared',
    isProgram: true,
  })
})

test('a library is not a program', () => {
  expect(
    elfFaults(
      compiled('int one(void) { return 1; }', '-shared', '-fPIC'),
      { ...saorsa4, libc: { kind: 'glibc', version: '9.9' } },
      'saorsa-4',
    ),
  ).toEqual(['not a program but a shared ELF file'])
})

test('section headers do not matter: the loader does not read them', () => {
  const stripped = Uint8Array.from(shell)
  stripped.fill(0, 40, 48)
  expect(readElf(stripped)).toEqual(readElf(shell))
})

test.each([
  [program, saorsa4, []],
  [{ ...program, glibc: '2.31' }, saorsa4, []],
  [{ ...program, glibc: '2.34' }, saorsa4, ['needs GLIBC_2.34, saorsa-4 has 2.31']],
  [{ ...program, glibc: '2.4' }, saorsa4, []],
  [{ ...program, machine: 'aarch64' }, saorsa4, ['aarch64 binary, saorsa-4 is x86_64']],
  [program, { arch: 'x86_64', libc: { kind: 'musl' } }, ['needs glibc 2.30, saorsa-4 has musl']],
  [
    { ...program, glibc: null, interpreter: '/lib/ld-musl-x86_64.so.1' },
    saorsa4,
    ["needs musl's loader /lib/ld-musl-x86_64.so.1, saorsa-4 has glibc 2.31"],
  ],
  [
    { ...program, isStatic: true, interpreter: null, needed: [], glibc: null },
    { arch: 'x86_64', libc: { kind: 'musl' } },
    [],
  ],
  [
    program,
    { arch: 'x86_64', libc: { kind: 'unknown' } },
    ['needs a C library, and saorsa-4 did not say which it has'],
  ],
  [{ ...program, type: 'relocatable', isProgram: false }, saorsa4, ['not a program but a relocatable ELF file']],
] as const)('faults of %j on %j', (elf, node, faults) => {
  expect(elfFaults(elf, node, 'saorsa-4')).toEqual(faults)
})

const readOrRefuse = (bytes: Uint8Array): void => {
  try {
    readElf(bytes)
  } catch (error) {
    if (!(error instanceof ElfError)) throw error
  }
}

test('hostile bytes are refused by name and never otherwise', () => {
  const head = Uint8Array.from(shell.subarray(0, 64))
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 4096 }), (tail) => {
      readOrRefuse(Uint8Array.from([...head, ...tail]))
    }),
    { numRuns: 500 },
  )
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), readOrRefuse), { numRuns: 500 })
  // A real program with a few bytes changed where the headers are, or cut short.
  const edits = fc.array(fc.tuple(fc.nat(2000), fc.nat(255)), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(edits, fc.nat(shell.length), (changes, length) => {
      const broken = Uint8Array.from(shell)
      for (const [at, value] of changes) broken[at] = value
      readOrRefuse(broken)
      readOrRefuse(broken.subarray(0, length))
    }),
    { numRuns: 500 },
  )
})

test('every byte of the dynamic part may lie', () => {
  const view = new DataView(shell.buffer, shell.byteOffset, shell.byteLength)
  const table = Number(view.getBigUint64(32, true)),
    count = view.getUint16(56, true)
  const dynamic =
    Array.from({ length: count }, (_, i) => table + i * 56).find((p) => view.getUint32(p, true) === 2) ?? 0
  const start = Number(view.getBigUint64(dynamic + 8, true)),
    size = Number(view.getBigUint64(dynamic + 32, true))
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(size - 1), fc.nat(255)), { minLength: 1, maxLength: 12 }), (changes) => {
      const broken = Uint8Array.from(shell)
      for (const [at, value] of changes) broken[start + at] = value
      readOrRefuse(broken)
    }),
    { numRuns: 1000 },
  )
})

test.each([
  ['nothing', new Uint8Array()],
  ['text', new TextEncoder().encode('#!/bin/sh\necho no program\n')],
  ['a cut header', shell.subarray(0, 20)],
])('%s is no ELF file', (_, bytes) => {
  expect(() => readElf(bytes)).toThrow(ElfError)
})
