import { type Domain, parseBare, parseDomain } from '@heliograph/jid'
import { NS, type StreamError } from '@heliograph/stanza'
import type { StreamHeader } from '@heliograph/xml'
import type { Connection } from '../connection.ts'
import { authenticationOf } from '../sasl/authentication.ts'
import { closeStream } from './close.ts'
import { sendHeader } from './header.ts'

/** A stream header arrived, the first or one after a restart: answers it with ours and the features, or with an error. */
export function openStream(connection: Connection, header: StreamHeader): void {
  connection.headerSent = false
  connection.lang = languageOf(header.lang)
  const error = checkHeader(connection, header)
  sendHeader(connection, header.from)
  if (error !== undefined) {
    closeStream(connection, error)
    return
  }
  if (connection.identity === undefined && header.from !== undefined)
    authenticationOf(connection).claimed = parseBare(header.from)
  connection.write(connection.dialect.features(connection.phase.features(connection)))
}

function checkHeader(connection: Connection, header: StreamHeader): StreamError | undefined {
  // RFC 6120 §4.8.1, §4.8.2
  if (header.namespace !== NS.streams || header.name !== 'stream') return { condition: 'invalid-namespace' }
  if (header.scope.defaultNs !== NS.client) return { condition: 'invalid-namespace' }
  // RFC 6120 §4.7.2: a client says whom it wants.
  const to = header.to === undefined ? undefined : parseDomain(header.to)
  if (to === undefined) return { condition: 'improper-addressing' }
  if (!connection.edge.hosts.domains.includes(to)) return { condition: 'host-unknown' }
  const error = checkDomain(connection, to)
  if (error !== undefined) return error
  connection.domain = to
  // RFC 6120 §4.7.5: without a version it is a stream from before XMPP 1.0.
  if (!isSupportedVersion(header.version)) return { condition: 'unsupported-version' }
  return undefined
}

/** Who has authenticated as a user of one domain is nobody at another. */
function checkDomain(connection: Connection, to: Domain): StreamError | undefined {
  if (connection.identity === undefined || connection.domain === to) return undefined
  return { condition: 'not-authorized', text: 'authenticated for another domain' }
}

/** Undefined for what is no language tag (RFC 5646 §2.1). */
function languageOf(tag: string | undefined): string | undefined {
  return tag !== undefined && /^[a-z]{1,8}(-[a-z0-9]{1,8}){0,3}$/i.test(tag) ? tag : undefined
}

function isSupportedVersion(version: string | undefined): boolean {
  const match = /^(\d{1,4})\.\d{1,4}$/.exec(version ?? '')
  return match !== null && Number(match[1]) >= 1
}
