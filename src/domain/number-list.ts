/** A list of numbers that grows, eight bytes each. */
export interface NumberList {
  readonly length: number
  push(value: number): void
  /** NaN beyond its end. */
  at(index: number): number
}

export function numberList(): NumberList {
  let values = new Float64Array(1024)
  let length = 0
  return {
    get length() {
      return length
    },
    push(value) {
      if (length === values.length) {
        const more = new Float64Array(values.length * 2)
        more.set(values)
        values = more
      }
      values[length++] = value
    },
    at: (index) => (index < length ? (values[index] ?? NaN) : NaN),
  }
}
