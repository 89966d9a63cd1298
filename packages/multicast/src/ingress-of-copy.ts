/** Copies of one stanza at most. */
export const MOST_COPIES = 1024

interface Ingress {
  readonly stream: string
  readonly count: number
}

/** The ingress id of a copy: another one for each, in their order, and the same whenever the stanza comes again. */
export function ingressOfCopy({ stream, count }: Ingress, index: number): Ingress {
  return { stream: `${stream}+`, count: count * MOST_COPIES + index }
}

/** Of the stanza that a copy was made of. */
export function ingressOfWhole({ stream, count }: Ingress): Ingress {
  return { stream: stream.replace(/\+$/, ''), count: Math.floor(count / MOST_COPIES) }
}
