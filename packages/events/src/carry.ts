/** What became of an attempt. */
export type Verdict =
  | { readonly kind: 'taken' }
  /** The receiver has looked at it and doesn't want it: another attempt would end the same. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Nobody was there, or was able: worth another attempt. */
  | { readonly kind: 'failed'; readonly reason: string }

/** Brings events (each JSON) to where they belong, all or none as far as anybody can know. Doesn't throw. */
export type Carry = (events: readonly string[], signal: AbortSignal) => Promise<Verdict>

export const TAKEN: Verdict = { kind: 'taken' }
