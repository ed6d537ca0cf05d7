/** A session's entries: all of them with the state of their chain, or the newest. */
import { chainFaults, type Entry } from '../../domain/ledger.ts'
import { iso } from '../../domain/text.ts'
import type { ProofInput } from '../proof-input.ts'
import { code, inline, list, paragraph, strong, table, text, type Section } from '../section.ts'

export function ledgerSection({ entries }: ProofInput): Section | null {
  if (entries.length === 0) return null
  const faults = chainFaults(entries)
  return {
    id: 'ledger',
    title: 'Ledger',
    blocks: [
      faults.length === 0
        ? paragraph(
            inline`${entries.length} entries, the chain is whole; last hash ${code(entries.at(-1)?.hash ?? '')}.`,
          )
        : list(faults.map((f) => inline`${strong('broken')}: ${f}`)),
      table(
        ['entry', 'when', 'from', 'event', 'to', 'why'],
        entries.map((e) => [`${e.seq}`, iso(e.at), e.from, e.event, e.to, e.why]),
        ['right'],
      ),
    ],
  }
}

/** Enough for a soak of a day. */
const entriesShown = 200

export function newestEntriesSection(entries: readonly Entry[]): Section {
  const shown = entries.slice(-entriesShown)
  return {
    id: 'ledger',
    title: 'Ledger',
    blocks: [
      ...(shown.length < entries.length ? [paragraph(`The newest ${entriesShown} of ${entries.length} entries.`)] : []),
      table(
        ['entry', 'when', 'from', 'event', 'to', 'why'],
        shown.map((e) => [
          text(`${e.seq}`, 20),
          iso(e.at),
          text(e.from, 40),
          text(e.event, 40),
          text(e.to, 40),
          text(e.why, 300),
        ]),
        ['right'],
      ),
    ],
  }
}
