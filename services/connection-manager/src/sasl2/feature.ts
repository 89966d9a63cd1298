import { NS } from '@heliograph/stanza'
import { bind2Feature } from '../bind/bind2.ts'
import type { Connection } from '../connection.ts'
import { managementFeature, mechanismList } from '../stream/features.ts'
import { isAnonymous, offeredMechanisms, offeredTokenMechanisms } from '../stream/security.ts'
import { upgradeFeature } from './tasks.ts'

/** `<authentication/>` (XEP-0388 §2.1). It is there only where the connection is secure (§3). */
export function authenticationFeature(connection: Connection): string {
  const mechanisms = offeredMechanisms(connection)
  if (!connection.secure || mechanisms.length === 0) return ''
  const fast = `<fast xmlns='${NS.fast}'>${mechanismList(offeredTokenMechanisms(connection))}</fast>`
  // XEP-0198 §9: a session can be resumed inline.
  const inline = `<inline>${managementFeature}${bind2Feature}${fast}</inline>`
  const upgrades = isAnonymous(connection) ? '' : upgradeFeature
  return `<authentication xmlns='${NS.sasl2}'>${mechanismList(mechanisms)}${inline}${upgrades}</authentication>`
}
