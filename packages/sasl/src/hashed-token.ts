import { localOf, makeJid } from '@heliograph/jid'
import { type Dialogue, type DialogueContext, failure, type Step, type TokenContext } from './dialogue.ts'
import { TOKEN_BINDINGS, type TokenMechanismName } from './tokens.ts'

const HASH_BYTES = 32
const LONGEST_NAME = 1023

/** The HT mechanisms (draft-schmaus-kitten-sasl-ht §3): one message of the client, one of the server. */
export class HashedTokenDialogue implements Dialogue {
  readonly mechanism: TokenMechanismName
  readonly #context: DialogueContext
  readonly #token: TokenContext

  constructor(mechanism: TokenMechanismName, context: DialogueContext, token: TokenContext) {
    this.mechanism = mechanism
    this.#context = context
    this.#token = token
  }

  async step(input: Buffer | null): Promise<Step> {
    if (input === null) return { type: 'challenge', data: Buffer.alloc(0) }
    const { domain, source, bindings } = this.#context
    const end = input.indexOf(0)
    if (end < 1 || end > LONGEST_NAME || input.length !== end + 1 + HASH_BYTES)
      return failure('malformed-request', 'not a name and a hash')
    const identity = makeJid(input.toString('utf8', 0, end), domain)
    if (identity === undefined) return failure('not-authorized', 'not a user name')
    const type = TOKEN_BINDINGS[this.mechanism]
    const { tokens, client, count, invalidate } = this.#token
    const checked = await tokens.checkToken({
      username: localOf(identity),
      domain,
      source,
      client,
      mechanism: this.mechanism,
      proof: input.subarray(end + 1),
      channelBinding: (type && bindings.data(type)) ?? Buffer.alloc(0),
      count,
      invalidate,
    })
    if (!checked.ok) return failure(checked.condition, 'authentication failed')
    return { type: 'success', identity, data: checked.response, due: checked.due && !invalidate }
  }
}
