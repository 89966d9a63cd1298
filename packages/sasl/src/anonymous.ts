import { isUtf8 } from 'node:buffer'
import { randomUUID } from 'node:crypto'
import { makeJid } from '@heliograph/jid'
import type { Refusal } from './credentials.ts'
import { type AnonymousContext, type Dialogue, type DialogueContext, failure, type Step } from './dialogue.ts'

/** RFC 4505 §2: 255 characters, of four bytes at most. */
const LONGEST_TRACE = 1020

/** ANONYMOUS (RFC 4505): whoever comes is somebody new, under a name of the server's making (XEP-0175 §3). */
export class AnonymousDialogue implements Dialogue {
  readonly mechanism = 'ANONYMOUS'
  readonly #context: DialogueContext
  readonly #anonymous: AnonymousContext

  constructor(context: DialogueContext, anonymous: AnonymousContext) {
    this.#context = context
    this.#anonymous = anonymous
  }

  /** XEP-0175 §3: what the client says of itself is used for nothing. */
  async step(input: Buffer | null): Promise<Step> {
    if (input !== null && (input.length > LONGEST_TRACE || !isUtf8(input)))
      return failure('malformed-request', 'not an ANONYMOUS message')
    const { domain, source } = this.#context
    const admitted: { readonly ok: true } | Refusal = await this.#anonymous.admit({ domain, source })
    if (!admitted.ok) return failure(admitted.condition, 'too many come from there')
    const identity = makeJid(randomUUID(), domain)
    if (identity === undefined) throw new Error('a UUID is a local part')
    return { type: 'success', identity, data: undefined }
  }
}
