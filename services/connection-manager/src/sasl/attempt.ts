import {
  type Dialogue,
  type DialogueContext,
  type Failure,
  MECHANISMS,
  type SaslCondition,
  type Step,
  startDialogue,
} from '@heliograph/sasl'
import type { Connection } from '../connection.ts'
import type { Login } from '../sasl2/login.ts'
import { closeStream } from '../stream/close.ts'
import { isAnonymous, offeredMechanisms, offeredTokenMechanisms } from '../stream/security.ts'
import { authenticationOf, bindingsOf } from './authentication.ts'
import type { Profile } from './profile.ts'

/** Begins an attempt. @param input the initial response: null for none, undefined when it couldn't be read */
export function startAttempt(
  connection: Connection,
  profile: Profile,
  { mechanism, input }: { readonly mechanism: string; readonly input: Buffer | null | undefined },
): void {
  const dialogue = dialogueOf(connection, mechanism)
  if (input === undefined) fail(connection, profile, 'incorrect-encoding', 'not base64')
  else if ('condition' in dialogue) fail(connection, profile, dialogue.condition, dialogue.text)
  else {
    authenticationOf(connection).attempt = { dialogue, profile }
    advance(connection, input)
  }
}

function dialogueOf(connection: Connection, mechanism: string): Dialogue | Failure {
  const { edge } = connection
  const { claimed, login } = authenticationOf(connection)
  const context: DialogueContext = {
    domain: connection.domain!,
    source: connection.address,
    credentials: edge.credentials,
    bindings: bindingsOf(connection),
    offered: offeredMechanisms(connection),
    ...(login === undefined || claimed === undefined ? {} : { claimed }),
    ...bearerContext(connection),
    ...(isAnonymous(connection) ? { anonymous: edge.anonymous } : {}),
    ...tokenContext(connection, login),
  }
  return startDialogue(mechanism, context, (error) =>
    edge.log.warn('credentials_unavailable', { conn: connection.number, error }),
  )
}

/** Where tokens of the issuer are taken. */
function bearerContext({ edge }: Connection): Pick<DialogueContext, 'bearer'> {
  const { bearer } = edge.config
  if (bearer === undefined) return {}
  const { discoveryUrl: configuration, scope } = bearer
  return { bearer: { bearers: edge.bearers, discovery: { configuration, ...(scope === undefined ? {} : { scope }) } } }
}

/** XEP-0484 §4.1: a client with a token says by which id it got that. */
function tokenContext(connection: Connection, login: Login | undefined): Pick<DialogueContext, 'token'> {
  if (login?.fast === undefined || login.agent === undefined) return {}
  const offered = offeredTokenMechanisms(connection)
  return { token: { tokens: connection.edge.tokens, client: login.agent, offered, ...login.fast } }
}

/** The client's answer to a challenge. @param input undefined when it couldn't be read */
export function respond(connection: Connection, profile: Profile, input: Buffer | undefined): void {
  if (connection.authentication?.attempt?.profile !== profile)
    fail(connection, profile, 'malformed-request', 'no authentication under way')
  else if (input === undefined) fail(connection, profile, 'incorrect-encoding', 'not base64')
  else advance(connection, input)
}

/** Gives the dialogue what the client said. Nothing more is read from the client until it has answered. */
function advance(connection: Connection, input: Buffer | null): void {
  const attempt = authenticationOf(connection).attempt!
  connection.hold()
  attempt.dialogue
    .step(input)
    .then((step) => {
      // The client may have gone, or taken too long, while its proof was checked.
      if (connection.authentication?.attempt === attempt) answer(connection, attempt.profile, step)
    })
    .catch((error: unknown) => {
      connection.edge.log.error('authentication_failed', { conn: connection.number, error })
      closeStream(connection, { condition: 'internal-server-error' })
    })
}

function answer(connection: Connection, profile: Profile, step: Step): void {
  if (step.type === 'success') {
    profile.succeed(connection, step)
    return
  }
  if (step.type === 'challenge') connection.write(profile.challenge(step.data))
  else if (step.mismatch) mismatch(connection, profile, step)
  else fail(connection, profile, step.condition, step.text)
  connection.release()
}

/** RFC 6120 §6.4.5: the client may try again, a few times. */
export function fail(connection: Connection, profile: Profile, condition: SaslCondition, text: string): void {
  refuse(connection, profile, { condition, text })
  // What the client didn't cause isn't held against it.
  if (condition === 'temporary-auth-failure' || condition === 'encryption-required') return
  const authentication = authenticationOf(connection)
  if (++authentication.failures >= connection.edge.config.limits.authAttempts) giveUp(connection)
}

/**
 * A client that knows other bindings than ours tries every -PLUS and every SCRAM before PLAIN: it may, for it has guessed
 * nothing. But once for each mechanism is enough.
 */
function mismatch(connection: Connection, profile: Profile, failure: Failure): void {
  refuse(connection, profile, failure)
  const authentication = authenticationOf(connection)
  if (++authentication.mismatches > MECHANISMS.length) giveUp(connection)
}

function refuse(connection: Connection, profile: Profile, failure: Pick<Failure, 'condition' | 'text'>): void {
  const { condition, text } = failure
  connection.edge.events.authenticationFailed(connection, condition)
  const authentication = authenticationOf(connection)
  authentication.attempt = undefined
  authentication.login = undefined
  connection.write(profile.failure(condition, text))
}

function giveUp(connection: Connection): void {
  closeStream(connection, { condition: 'policy-violation', text: 'too many failed authentications' })
}
