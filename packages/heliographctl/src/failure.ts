/** What the process exits with. */
export const exitCodes = { done: 0, refused: 1, misused: 2, unreachable: 3 } as const

export type FailureKind = 'refused' | 'misused' | 'unreachable'

/** A command that could not do what it was asked; the message is for the person who asked. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly kind: FailureKind

  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options)
    this.kind = kind
  }
}
