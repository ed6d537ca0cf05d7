/** Every lie that the example program can tell: its name behind the binary, and what it is about. */
import type { AboutSuite, LabLie } from './attack.ts'

const delivery = (id: string, what: string, on: LabLie['on'] = 'every dial'): LabLie => ({
  id,
  what,
  on,
  about: 'delivery',
})

const suite = (id: string, focus: AboutSuite['focus'], group: RegExp, what: string, soaked = false): LabLie => ({
  id,
  what,
  on: 'every dial',
  about: { focus, group, soaked },
})

export const labLies: readonly LabLie[] = [
  delivery('claims', 'a perfect success is printed, nothing is sent'),
  delivery('junk', 'other bytes on the wire, the right hash told beside them'),
  delivery('corrupt', 'a byte of each packet is another one'),
  delivery('short', 'half of the bytes, called all of them'),
  delivery('relay-direct', 'as much as a payload straight, the payload by the relay', 'beside a relay'),
  delivery('relayed-as-direct', 'by the relay where a straight way is open, called direct', 'beside a relay'),
  delivery('record-by-tcp', 'nothing by UDP, the record alone by TCP', 'direct'),
  delivery('tcp-tunnel', 'nothing by UDP, the payload by TCP', 'direct'),
  delivery('no-record', 'the receiver writes nothing down'),
  delivery('crash', 'the receiver dies of each payload'),
  delivery('denies', 'delivered, and called a failure'),
  delivery('fails', 'dials fail and say so'),
  delivery('hide', 'dials fail and leave a process that holds their output'),
  delivery('shout', 'dials fail and print 20 MB'),
  delivery('flood', 'dials fail and fill the packet counters'),
  {
    id: 'another-program',
    what: 'the deployed process idles, a child with other bytes serves',
    on: 'every dial',
    about: 'program',
  },
  { id: 'memfd', what: 'a child from a memfd serves after some seconds', on: 'every dial', about: 'program' },
  { id: 'swap', what: 'straight is called relayed, relayed direct', on: 'every dial', about: 'label' },
  suite('gossip-loses', 'gossip', /^broadcast$/, 'a receiver writes a quarter of the messages down nowhere'),
  suite('wrong-channel', 'gossip', /^broadcast$/, 'messages are delivered on another channel'),
  suite('diverges', 'gossip', /^convergence$/, 'a node keeps what it wrote itself, whatever is newer'),
  suite('ghosts', 'gossip', /^membership after a death$/, 'whoever died is a member for ever'),
  suite('throttle', 'throughput', /^at least \d+ Mbit\/s$/, 'a sender rests before each packet'),
  suite('forgets', 'connectivity', /^kept connections$/, 'a kept connection is dropped after some seconds', true),
]
