import { AnonymousDialogue } from './anonymous.ts'
import { type Dialogue, type DialogueContext, type Failure, failure, type Step } from './dialogue.ts'
import { HashedTokenDialogue } from './hashed-token.ts'
import { isMechanism, isScram } from './mechanisms.ts'
import { OAuthBearerDialogue } from './oauth-bearer.ts'
import { PlainDialogue } from './plain.ts'
import { ScramDialogue } from './scram.ts'
import { isTokenMechanism } from './tokens.ts'

const NOT_OFFERED = failure('invalid-mechanism', 'the mechanism was not offered')

/**
 * Begins an attempt with the mechanism a client chose.
 * @returns a failure when the mechanism wasn't offered. The dialogue's steps never reject: a credentials service that is away
 * gives `temporary-auth-failure`, and `onError` is told why.
 */
export function startDialogue(
  mechanism: string,
  context: DialogueContext,
  onError: (error: unknown) => void,
): Dialogue | Failure {
  const dialogue = create(mechanism, context)
  if ('condition' in dialogue) return dialogue
  return {
    mechanism: dialogue.mechanism,
    step: (input) =>
      dialogue.step(input).catch((error: unknown): Step => {
        onError(error)
        return failure('temporary-auth-failure', 'try again later')
      }),
  }
}

function create(mechanism: string, context: DialogueContext): Dialogue | Failure {
  const { token } = context
  if (isTokenMechanism(mechanism) && token?.offered.includes(mechanism))
    return new HashedTokenDialogue(mechanism, context, token)
  if (!isMechanism(mechanism)) return failure('invalid-mechanism', 'unknown mechanism')
  if (!context.offered.includes(mechanism)) return NOT_OFFERED
  if (isScram(mechanism)) return new ScramDialogue(mechanism, context)
  if (mechanism === 'PLAIN') return new PlainDialogue(context)
  if (mechanism === 'ANONYMOUS')
    return context.anonymous === undefined ? NOT_OFFERED : new AnonymousDialogue(context, context.anonymous)
  if (context.bearer === undefined) return NOT_OFFERED
  return new OAuthBearerDialogue(context, context.bearer)
}
