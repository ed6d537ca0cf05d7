/** The shape of what was made of collected logs, so far as anything reads it: an evidence folder may be a stranger's. */
import { logLevels, most as mostLogs, type LogSeen, type LogTemplate } from './log-templates.ts'
import { every, fields, list, name, oneOf, text, whole, type Check } from './shape.ts'

const template = (nodes: number): Check =>
  every<LogTemplate>({
    template: text,
    level: oneOf(...logLevels),
    count: whole,
    nodes: list(every<LogSeen>({ node: name, count: whole, first: text, last: text }), nodes),
  })

export const logsShape = (nodes: number): Check =>
  fields({ templates: list(template(nodes), mostLogs.templates), lines: whole, beyond: whole })
