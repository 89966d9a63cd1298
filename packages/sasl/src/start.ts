import { type Dialogue, type DialogueContext, type Failure, failure, type Step } from './dialogue.ts'
import { isMechanism, type MechanismName } from './mechanisms.ts'
import { PlainDialogue } from './plain.ts'
import { ScramDialogue } from './scram.ts'

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
  if (!isMechanism(mechanism)) return failure('invalid-mechanism', 'unknown mechanism')
  if (!context.offered.includes(mechanism)) return failure('invalid-mechanism', 'the mechanism was not offered')
  const dialogue = create(mechanism, context)
  return {
    mechanism,
    step: (input) =>
      dialogue.step(input).catch((error: unknown): Step => {
        onError(error)
        return failure('temporary-auth-failure', 'try again later')
      }),
  }
}

function create(mechanism: MechanismName, context: DialogueContext): Dialogue {
  return mechanism === 'PLAIN' ? new PlainDialogue(context) : new ScramDialogue(mechanism, context)
}
