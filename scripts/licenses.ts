/** Licences of what is bundled: one page for dist/, made from the packages whose code the bundle holds. */
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export interface Licensed {
  /** `name version`, as a package calls itself. */
  readonly name: string
  readonly license: string
  readonly text: string
}

/**
 * Packages that bring no text of their licence: who wrote them, and where their licence is named. A new version is
 * looked at again.
 */
const withoutText: Readonly<Record<string, { readonly author: string; readonly named: string }>> = {
  '@nodable/entities 3.1.0': { author: 'Amit Gupta', named: 'its package.json and README' },
  'binary 0.3.0': { author: 'James Halliday', named: 'its package.json and README' },
  'buffers 0.1.1': { author: 'James Halliday', named: "its repository's README" },
  'chainsaw 0.1.0': { author: 'James Halliday', named: 'its package.json' },
}

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`

/** Directories of the packages that these modules belong to. */
export const packagesOf = (moduleIds: readonly string[]): readonly string[] =>
  [
    ...new Set(moduleIds.flatMap((id) => /^(?:\0)?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1] ?? [])),
  ].toSorted()

/** Throws when a package's licence cannot be given in full. */
export function licensed(directory: string): Licensed {
  const described = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
    readonly name: string
    readonly version: string
    readonly license?: string
    readonly licenses?: readonly { readonly type: string }[]
  }
  const name = `${described.name} ${described.version}`
  const license = described.license ?? described.licenses?.map((one) => one.type).join(' or ') ?? 'MIT'
  const files = readdirSync(directory).toSorted()
  const texts = files
    .filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file))
    .map((file) => readFileSync(join(directory, file), 'utf8'))
  const readme = files.find((file) => /^readme/i.test(file))
  const granted = /^#+ *licen[cs]e\b.*?(Permission is hereby granted.*)/ims.test(
    readme === undefined ? '' : readFileSync(join(directory, readme), 'utf8'),
  )
  const bare = withoutText[name]
  if (texts.length > 0) return { name, license, text: texts.map(tidy).join('\n\n') }
  if (granted && readme !== undefined)
    return {
      name,
      license,
      text: tidy(readFileSync(join(directory, readme), 'utf8').replace(/^.*?^#+ *licen[cs]e\s*$/ims, '')),
    }
  if (bare !== undefined && /^MIT(?:\/X11)?$/.test(license))
    return {
      name,
      license,
      text: `Copyright (c) ${bare.author}\n(The package brings no text; its licence is named in ${bare.named}.)\n\n${mit}`,
    }
  throw new Error(
    `${name}: no text of its licence (${license}) in ${directory}; look where it is named, then add it to scripts/licenses.ts`,
  )
}

const tidy = (text: string): string =>
  text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim()

/** Packages with the same text stand together. */
export function licensePage(all: readonly Licensed[]): string {
  const byText = Map.groupBy(
    all.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    (one) => one.text,
  )
  const parts = [...byText].map(
    ([text, group]) =>
      `${[...new Set(group.map((one) => `${one.name} (${one.license})`))].join('\n')}\n\n${text}\n\n${'-'.repeat(80)}\n`,
  )
  return `Licences of the packages whose code is in dist/. Made by npm run build.\n\n${'-'.repeat(80)}\n${parts.join('\n')}`
}
