import {
  type Dialogue,
  decodeBase64,
  decodeInitialResponse,
  type Failure,
  MECHANISMS,
  type SaslCondition,
  type Step,
  startDialogue,
} from '@heliograph/sasl'
import { NS } from '@heliograph/stanza'
import type { ParsedElement } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { closeStream } from '../stream/close.ts'
import { offeredMechanisms, tlsMissing } from '../stream/security.ts'
import { authenticationOf, bindingsOf } from './authentication.ts'
import { encode } from './encode.ts'
import { failureXml } from './failure.ts'
import { succeed } from './succeed.ts'

/** An element of the SASL dialogue (RFC 6120 §6.4). */
export function handleSasl(connection: Connection, parsed: ParsedElement): void {
  switch (parsed.name) {
    case 'auth':
      begin(connection, parsed)
      break
    case 'response':
      respond(connection, parsed)
      break
    case 'abort':
      // RFC 6120 §6.4.4
      fail(connection, 'aborted', 'as the client wished')
      break
    default:
      closeStream(connection, { condition: 'unsupported-stanza-type' })
  }
}

function begin(connection: Connection, { element }: ParsedElement): void {
  if (tlsMissing(connection)) {
    fail(connection, 'encryption-required', 'start TLS first')
    return
  }
  const input = decodeInitialResponse(element.getText())
  const dialogue = startAttempt(connection, element.attrs.mechanism ?? '')
  if (input === undefined) fail(connection, 'incorrect-encoding', 'not base64')
  else if ('condition' in dialogue) fail(connection, dialogue.condition, dialogue.text)
  else {
    authenticationOf(connection).dialogue = dialogue
    advance(connection, input)
  }
}

function startAttempt(connection: Connection, mechanism: string): Dialogue | Failure {
  const { edge } = connection
  return startDialogue(
    mechanism,
    {
      domain: connection.domain!,
      source: connection.address,
      credentials: edge.credentials,
      bindings: bindingsOf(connection),
      offered: offeredMechanisms(connection),
    },
    (error) => edge.log.warn('credentials_unavailable', { conn: connection.number, error }),
  )
}

function respond(connection: Connection, { element }: ParsedElement): void {
  if (connection.authentication?.dialogue === undefined) {
    fail(connection, 'malformed-request', 'no authentication under way')
    return
  }
  const text = element.getText()
  // RFC 6120 §6.4.3: an empty response may be written as '='.
  const input = text === '' || text === '=' ? Buffer.alloc(0) : decodeBase64(text)
  if (input === undefined) fail(connection, 'incorrect-encoding', 'not base64')
  else advance(connection, input)
}

/** Gives the dialogue what the client said. Nothing more is read from the client until it has answered. */
function advance(connection: Connection, input: Buffer | null): void {
  const { dialogue } = authenticationOf(connection)
  connection.hold()
  dialogue!
    .step(input)
    .then((step) => {
      // The client may have gone, or taken too long, while its proof was checked.
      if (connection.authentication?.dialogue !== dialogue) return
      answer(connection, step)
      connection.release()
    })
    .catch((error: unknown) => {
      connection.edge.log.error('authentication_failed', { conn: connection.number, error })
      closeStream(connection, { condition: 'internal-server-error' })
    })
}

function answer(connection: Connection, step: Step): void {
  switch (step.type) {
    case 'challenge':
      connection.write(`<challenge xmlns='${NS.sasl}'>${encode(step.data)}</challenge>`)
      return
    case 'success':
      succeed(connection, step)
      return
    case 'failure':
      if (step.mismatch) mismatch(connection, step)
      else fail(connection, step.condition, step.text)
  }
}

/** RFC 6120 §6.4.5: the client may try again, a few times. */
function fail(connection: Connection, condition: SaslCondition, text: string): void {
  refuse(connection, condition, text)
  // What the client didn't cause isn't held against it.
  if (condition === 'temporary-auth-failure' || condition === 'encryption-required') return
  const authentication = authenticationOf(connection)
  if (++authentication.failures >= connection.edge.config.limits.authAttempts) giveUp(connection)
}

/**
 * A client that knows other bindings than ours tries every -PLUS and every SCRAM before PLAIN: it may, for it has guessed
 * nothing. But once for each mechanism is enough.
 */
function mismatch(connection: Connection, { condition, text }: Failure): void {
  refuse(connection, condition, text)
  const authentication = authenticationOf(connection)
  if (++authentication.mismatches > MECHANISMS.length) giveUp(connection)
}

function refuse(connection: Connection, condition: SaslCondition, text: string): void {
  connection.edge.events.authenticationFailed(connection, condition)
  authenticationOf(connection).dialogue = undefined
  connection.write(failureXml(condition, text))
}

function giveUp(connection: Connection): void {
  closeStream(connection, { condition: 'policy-violation', text: 'too many failed authentications' })
}
