import { isUtf8 } from 'node:buffer'
import { type Dialogue, type DialogueContext, failure, type Step } from './dialogue.ts'
import { authzidIs } from './gs2.ts'
import { identify } from './identity.ts'

const LONGEST_MESSAGE = 4096

/** PLAIN (RFC 4616). The caller sees to it that the connection is encrypted. */
export class PlainDialogue implements Dialogue {
  readonly mechanism = 'PLAIN'
  readonly #context: DialogueContext

  constructor(context: DialogueContext) {
    this.#context = context
  }

  async step(input: Buffer | null): Promise<Step> {
    if (input === null) return { type: 'challenge', data: Buffer.alloc(0) }
    const { credentials, domain, source } = this.#context
    if (input.length > LONGEST_MESSAGE || !isUtf8(input)) return failure('malformed-request', 'not a PLAIN message')
    const [authzid, authcid, password, ...rest] = input.toString().split('\0')
    if (authzid === undefined || !authcid || !password || rest.length > 0)
      return failure('malformed-request', 'not a PLAIN message')
    const named = identify(this.#context, authcid)
    if (named === undefined) return failure('not-authorized', 'not a user name')
    const { identity, username } = named
    // RFC 4616 §2 would have the password checked first; our answer doesn't depend on the account.
    if (!authzidIs(authzid, identity, this.#context.claimed))
      return failure('invalid-authzid', 'nobody may act for another user')
    const check = await credentials.checkPassword({ username, domain, source, password })
    if (!check.ok) return failure(check.condition, 'authentication failed')
    return { type: 'success', identity, data: undefined }
  }
}
