/** Every key of the three kinds of file is described where an editor and the reference find it. */
import { expect, test } from 'vitest'
import { jsonSchemas } from '../../src/inputs/json-schemas.ts'

/** Paths of properties without a description that say nothing by being a block of described ones. */
function undescribed(schema: unknown, path: string): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return []
  return Object.entries(schema).flatMap(([key, value]: [string, unknown]) =>
    key === 'properties' && typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([name, property]: [string, unknown]) => [
          ...(isDescribed(property) ? [] : [`${path}.${name}`]),
          ...undescribed(property, `${path}.${name}`),
        ])
      : undescribed(value, path),
  )
}

const isDescribed = (property: unknown): boolean => {
  const { description, properties } = property as { readonly description?: unknown; readonly properties?: unknown }
  return typeof description === 'string' ? /^[A-Z].*\.$/.test(description) : properties !== undefined
}

test.each(Object.entries(jsonSchemas()))('%s', (name, schema) => {
  expect([...new Set(undescribed(schema, name))]).toEqual([])
})

test('a key without a description is found, wherever it stands', () =>
  expect(
    undescribed(
      { anyOf: [{ properties: { a: { properties: { b: { type: 'string' } } }, c: { description: 'C.' } } }] },
      'x',
    ),
  ).toEqual(['x.a.b']))
