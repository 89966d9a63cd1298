import type { Former } from '../inbound/resumables.ts'
import type { Failure } from './failure.ts'
import type { Initiation } from './initiation.ts'

/** A key that somebody else showed in the remote domain's name, on our stream of that id (XEP-0220 §2.1.2). */
export interface Question {
  readonly key: string
  readonly id: string
}

/** What the stream is for: to carry stanzas, or to ask about a key. */
export type Purpose =
  | {
      readonly kind: 'carry'
      readonly resume?: string | undefined
      /** Whether stanzas may come on it, too (XEP-0288). */
      readonly isTwoWay?: boolean
      /** What had come on the one that is to be resumed. */
      readonly received?: Former | undefined
    }
  | ({ readonly kind: 'ask' } & Question)

/** `ready`: stanzas may be sent. `answer`: to the question. */
export type Result =
  | { readonly kind: 'ready'; readonly initiation: Initiation }
  | { readonly kind: 'answer'; readonly isValid: boolean }
  | { readonly kind: 'failed'; readonly failure: Failure }
