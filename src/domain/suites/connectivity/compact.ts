/** Judgements that share what is alike in many: a test may have hundreds of thousands, and all are kept to its end. */
import type { Sum } from '../../evidence.ts'
import type { Finding } from '../../findings.ts'
import type { Judgement } from './judge.ts'

const noFindings: readonly Finding[] = []
const nothing: Sum = { packets: 0, bytes: 0 }

/** The same values, and fewer objects that hold them. */
export function compactor(): (j: Judgement) => Judgement {
  const subjects = new Map<string, Judgement['subject']>()
  const sentences = new Map<string, string>()
  return (j) => {
    const key = JSON.stringify([j.subject.pair.from, j.subject.pair.to])
    const subject = subjects.get(key) ?? j.subject
    subjects.set(key, subject)
    const { sent, arrived, delivered, returned, besides } = j.numbers
    const sum = sharing()
    return {
      ...j,
      subject,
      sentence: sharedText(sentences, j.sentence),
      findings: j.findings.length === 0 ? noFindings : j.findings,
      numbers: {
        sent: sum(sent),
        arrived: arrived === null ? null : sum(arrived),
        delivered: sum(delivered),
        returned: sum(returned),
        besides: sum(besides),
      },
    }
  }
}

/** Most sentences name two nodes and a path; those with figures are each another. */
function sharedText(known: Map<string, string>, text: string): string {
  const shared = known.get(text)
  if (shared !== undefined) return shared
  if (known.size < 10_000) known.set(text, text)
  return text
}

function sharing(): (s: Sum) => Sum {
  const seen: Sum[] = [nothing]
  return (s) => {
    const alike = seen.find((one) => one.packets === s.packets && one.bytes === s.bytes)
    if (alike !== undefined) return alike
    seen.push(s)
    return s
  }
}
