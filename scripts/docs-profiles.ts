/** docs/profiles.md: every field of a profile with what it means, from the schema that reads the files. */
import { placeholders } from '../src/domain/program.ts'
import { dialects } from '../src/domain/profile.ts'
import { isRecord } from '../src/inputs/fields.ts'

const means: Readonly<Record<(typeof dialects)[number], string>> = {
  'testnet-jsonl': 'one JSON object a line, as the example writes them',
  'ant-quic-jsonl': 'events of the plain ant-quic program among its log lines',
  'exit-code': 'exit code 0 claims success, any other failure; nothing else is read',
}

export function renderProfiles(schema: unknown): string {
  const rows = rowsOf(schema, '')
  return [
    '# Profiles',
    '',
    '<!-- Written by `npm run docs` from the schema; changes here are lost. -->',
    '',
    'A profile says how one program is started, dialled and read: data, no code. Those that ship are in [`profiles/`](../profiles); one of your own stands in the tested repository and is named by its path, which begins with `./`:',
    '',
    '```yaml',
    '# vps-test.yaml',
    'profile: ./profiles/mine.yaml',
    '```',
    '',
    '`vps-test check profiles/mine.yaml` tells every fault of it, each with its line. `vps-test check profiles/mine.yaml --try <node> --fleet <fleet> --binary <file>` starts the program on that node, dials it once from there, says what was read (process, port, identity, events, claim, record), and takes it away. A whole example of a program that vps-test knows nothing of: [`examples/socat`](../examples/socat).',
    '',
    '## Fields',
    '',
    '| field | means |',
    '| --- | --- |',
    ...rows.map(([path, text]) => `| \`${path}\` | ${text.replaceAll('|', '\\|')} |`),
    '',
    '## Placeholders',
    '',
    'Each fills one word of a list of arguments, and nothing can grow a second one.',
    '',
    '| in | placeholders |',
    '| --- | --- |',
    ...Object.entries(placeholders).map(
      ([where, names]) => `| ${where} | ${names.map((n) => `\`{${n}}\``).join(' ')} |`,
    ),
    '',
    '`{address}` is the callee as the outside sees its node: its measured address, and the service’s port, which a NAT may have changed. `{freshDir}` is a folder of that one dial.',
    '',
    '## Dialects',
    '',
    'How a dialler’s output is read. What it says is a claim, and no claim counts as a delivery.',
    '',
    '| dialect | reads |',
    '| --- | --- |',
    ...dialects.map((name) => `| \`${name}\` | ${means[name]} |`),
    '',
  ].join('\n')
}

/** Every field below, in the schema's order; one that several alternatives have is told once. */
function rowsOf(schema: unknown, path: string): readonly (readonly [string, string])[] {
  if (!isRecord(schema)) return []
  const rows: (readonly [string, string])[] = []
  const properties = isRecord(schema['properties']) ? schema['properties'] : {}
  for (const [name, field] of Object.entries(properties)) {
    const at = path === '' ? name : `${path}.${name}`
    if (isRecord(field) && typeof field['description'] === 'string') rows.push([at, field['description']])
    rows.push(...rowsOf(field, at))
  }
  if (schema['items'] !== undefined) rows.push(...rowsOf(schema['items'], `${path}[]`))
  for (const key of ['anyOf', 'oneOf', 'allOf'])
    if (Array.isArray(schema[key])) for (const one of schema[key]) rows.push(...rowsOf(one, path))
  return [...new Map(rows.map((row) => [row[0], row])).values()]
}
