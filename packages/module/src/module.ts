import type { Stanza, StanzaError } from '@heliograph/stanza'
import type { Element } from 'ltx'

/**
 * Which entity answers: the server's own address; an account's bare JID, to those who may know that it exists; `nobody`, an address of our
 * domain of which the asker can't be told whether anybody has it; a room, node or gateway of the service; or the address where users ask for
 * room for files.
 */
export type Entity = 'server' | 'account' | 'nobody' | 'item' | 'upload'

/** What becomes of an IQ request. A handler that needs storage returns a promise of one of these. */
export type Outcome =
  | { readonly kind: 'reply'; readonly payload?: Element }
  /** The result's payload as XML, where it was built as text; `name` is its Clark name. */
  | { readonly kind: 'raw'; readonly xml: string; readonly name: string }
  | { readonly kind: 'refuse'; readonly error: StanzaError }
  /** The handler has answered, or will, by itself. */
  | { readonly kind: 'answered' }

export interface IqHandler<Context> {
  readonly type: 'get' | 'set'
  readonly entity: Entity
  /** Clark name of the payload element. */
  readonly payload: string
  readonly handle: (request: Stanza, context: Context) => Outcome | Promise<Outcome>
}

export interface Xep {
  readonly number: string
  readonly version: string
  /** What isn't there, where something isn't. */
  readonly note?: string
}

export interface Rfc {
  readonly number: string
  readonly title: string
  /** What isn't there, where something isn't. */
  readonly note?: string
}

/** What a module says of itself, whatever its handlers need. The capability table and DOAP are made from it. */
export interface Declaration {
  readonly name: string
  readonly rfcs: readonly Rfc[]
  readonly xeps: readonly Xep[]
}

/** Something the service does beyond routing, declared as data. Disco and the capability table are made from it. */
export interface Module<Context> extends Declaration {
  /** disco#info features by the entity that has them. */
  readonly features: Partial<Record<Entity, readonly string[]>>
  readonly iq: readonly IqHandler<Context>[]
}

export function defineModule<Context>(module: {
  name: string
  rfcs?: readonly Rfc[]
  xeps?: readonly Xep[]
  features?: Partial<Record<Entity, readonly string[]>>
  iq?: readonly IqHandler<Context>[]
}): Module<Context> {
  return { rfcs: [], xeps: [], features: {}, iq: [], ...module }
}

export function onGet<Context>(
  entity: Entity,
  payload: string,
  handle: IqHandler<Context>['handle'],
): IqHandler<Context> {
  return { type: 'get', entity, payload, handle }
}

export function onSet<Context>(
  entity: Entity,
  payload: string,
  handle: IqHandler<Context>['handle'],
): IqHandler<Context> {
  return { type: 'set', entity, payload, handle }
}

export function reply(payload?: Element): Outcome {
  return payload === undefined ? { kind: 'reply' } : { kind: 'reply', payload }
}

export function refuse(error: StanzaError): Outcome {
  return { kind: 'refuse', error }
}
