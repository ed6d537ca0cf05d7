/** Questions on a terminal. A person who leaves (Ctrl-C) has cancelled. */

export interface Choice {
  readonly value: string
  readonly description: string
}

/** The chosen value; null when the person left. */
export async function choose(text: string, choices: readonly Choice[], initial?: string): Promise<string | null> {
  const { cancel, isCancel, select } = await import('@clack/prompts')
  const answer = await select({
    message: text,
    options: choices.map((c) => ({ value: c.value, label: c.value, hint: c.description })),
    ...(initial === undefined ? {} : { initialValue: initial }),
  })
  if (!isCancel(answer)) return answer
  cancel('cancelled')
  return null
}

/** A line of text; null when the person left. */
export async function askText(question: string, example: string): Promise<string | null> {
  const { cancel, isCancel, text } = await import('@clack/prompts')
  const answer = await text({
    message: question,
    placeholder: example,
    validate: (value) => (value === undefined || value.trim() === '' ? 'an expression is needed' : undefined),
  })
  if (!isCancel(answer)) return answer
  cancel('cancelled')
  return null
}
