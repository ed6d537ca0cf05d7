/** A section that cannot be made is replaced by its error as text: evidence is sealed whatever breaks on its page. */
import { brokenBy } from '../domain/judge-suites.ts'
import { paragraph, type Section } from './section.ts'

export function guarded(
  id: string,
  make: () => Section | readonly (Section | null)[] | null,
): readonly (Section | null)[] {
  try {
    const made = make()
    return made === null || 'blocks' in made ? [made] : made
  } catch (error) {
    return [{ id, title: `Section ${id}`, blocks: [paragraph(brokenBy(`section ${id}`, error))] }]
  }
}
