import { createHmac } from 'node:crypto'
import type { HeliographConfig } from '@heliograph/config'
import { defineModule, type Outcome, onGet, refuse, reply } from '@heliograph/module'
import { el, formatTimestamp, NS, type Stanza, stanzaError } from '@heliograph/stanza'
import type { IqContext } from './iq-context.ts'

type Service = HeliographConfig['externalServices']['services'][number]

/** What lets a user in at a TURN server until it expires. */
export interface Credentials {
  readonly username: string
  readonly password: string
  readonly expires: string
}

/** XEP-0215: External Service Discovery. The configuration is fixed while the server runs, so there is nothing to push. */
export const externalServices = defineModule<IqContext>({
  name: 'external-services',
  xeps: [{ number: '0215', version: '1.0.0', note: 'STUN and TURN, without pushes' }],
  features: { server: [NS.externalServices] },
  iq: [
    onGet('server', `{${NS.externalServices}}services`, list),
    onGet('server', `{${NS.externalServices}}credentials`, request),
  ],
})

function list(stanza: Stanza, context: IqContext): Outcome {
  const refusal = refusalOf(context)
  if (refusal) return refusal
  const type: string | undefined = stanza.child('services', NS.externalServices)?.attrs.type
  const { services } = context.session.config.externalServices
  const found = services.filter((service) => type === undefined || service.type === type)
  const attributes = { xmlns: NS.externalServices, type }
  return reply(
    el(
      'services',
      attributes,
      found.map((service) => el('service', { ...service, ...credentialsOf(service, context) })),
    ),
  )
}

function request(stanza: Stanza, context: IqContext): Outcome {
  const refusal = refusalOf(context)
  if (refusal) return refusal
  const { host, type, port } = stanza.child('credentials', NS.externalServices)?.getChild('service')?.attrs ?? {}
  // §3.3: host and type MUST be there.
  if (!host || !type) return refuse(stanzaError('bad-request'))
  const { services } = context.session.config.externalServices
  const found = services.filter(
    (service) =>
      service.host === host && service.type === type && (port === undefined || String(service.port) === port),
  )
  if (found.length === 0) return refuse(stanzaError('item-not-found'))
  return reply(
    el(
      'credentials',
      { xmlns: NS.externalServices },
      found.map((service) => el('service', { ...service, ...credentialsOf(service, context) })),
    ),
  )
}

/** Only the server's own users may use what it pays for. */
function refusalOf({ resource }: IqContext): Outcome | undefined {
  return resource ? undefined : refuse(stanzaError('forbidden'))
}

/** STUN asks nobody who he is. */
function credentialsOf({ type }: Service, { session, user }: IqContext): Credentials | undefined {
  const { secret, credentialSeconds } = session.config.externalServices
  if (secret === undefined || !type.startsWith('turn')) return undefined
  return turnCredentials(secret, user.jid, Math.floor(Date.now() / 1000) + credentialSeconds)
}

/** Credentials that a TURN server checks by itself (draft-uberti-behave-turn-rest §2.2). `until` in seconds since 1970. */
export function turnCredentials(secret: string, user: string, until: number): Credentials {
  const username = `${until}:${user}`
  const password = createHmac('sha1', secret).update(username).digest('base64')
  return { username, password, expires: formatTimestamp(until * 1000) }
}
