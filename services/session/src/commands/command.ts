import type { Domain } from '@heliograph/jid'
import type { Entity } from '@heliograph/module'
import type { Form, FormValues, StanzaError } from '@heliograph/stanza'
import type { Element } from '@heliograph/xml'
import { hasFullAccess } from '../clients/full-access.ts'
import type { SessionContext } from '../context.ts'
import type { Resource } from '../users/resource.ts'
import type { User } from '../users/user.ts'
import { isAdministrator } from './administrators.ts'

/** The client that executes a command, always one of a user of this server. */
export interface Asker {
  readonly session: SessionContext
  readonly user: User
  readonly resource: Resource
  /** That was asked; the user's own where the account was. */
  readonly domain: Domain
}

/** What becomes of a command. A failure that the protocol has an error for is `refused`; any other is a note of type `error` (§4.5). */
export type Result =
  | {
      readonly kind: 'completed'
      readonly note?: { readonly type: 'info' | 'warn' | 'error'; readonly text: string }
      readonly payload?: readonly Element[]
    }
  | { readonly kind: 'refused'; readonly error: StanzaError }

/** A form to be filled in. */
export type StageForm = Pick<Form, 'formType' | 'title' | 'instructions' | 'fields'> & { readonly kind?: 'form' }

/** Makes the form of a stage from what was answered before, or ends the command. */
export type Stage = (asker: Asker, answers: readonly FormValues[]) => StageForm | Result | Promise<StageForm | Result>

/** An ad-hoc command (XEP-0050) as data. */
export interface Command {
  readonly node: string
  readonly name: string
  /** The addresses that have it. */
  readonly at: readonly Entity[]
  readonly who: 'administrators' | 'users'
  /** Where that depends on the configuration. */
  readonly isOffered?: (asker: Asker) => boolean
  /** In their order; none where there is nothing to ask. */
  readonly stages: readonly Stage[]
  /** After the last stage, with the answers to each. */
  readonly run: (asker: Asker, answers: readonly FormValues[]) => Result | Promise<Result>
}

export function completed(text?: string, ...payload: readonly Element[]): Result {
  return text === undefined
    ? { kind: 'completed', payload }
    : { kind: 'completed', note: { type: 'info', text }, payload }
}

export function failed(text: string): Result {
  return { kind: 'completed', note: { type: 'error', text } }
}

export function refused(error: StanzaError): Result {
  return { kind: 'refused', error }
}

/** Whether the asker may execute the command: asked anew at each step. */
export function isPermitted({ who, isOffered }: Command, asker: Asker): boolean {
  if (isOffered?.(asker) === false) return false
  // A token of an issuer makes nobody a password, neither his own nor somebody else's.
  return who === 'users' || (isAdministrator(asker) && hasFullAccess(asker.resource))
}
